package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/// `sadb_msg_type` (RFC 2367 3.1; from X_PROMISC on KAME's and Linux's).
public enum MessageType {
    GETSPI(1),
    UPDATE(2),
    ADD(3),
    DELETE(4),
    GET(5),
    ACQUIRE(6),
    REGISTER(7),
    EXPIRE(8),
    FLUSH(9),
    DUMP(10),
    X_PROMISC(11),
    X_PCHANGE(12),
    X_SPDUPDATE(13),
    X_SPDADD(14),
    /// By selector and direction.
    X_SPDDELETE(15),
    X_SPDGET(16),
    X_SPDACQUIRE(17),
    X_SPDDUMP(18),
    X_SPDFLUSH(19),
    X_SPDSETIDX(20),
    X_SPDEXPIRE(21),
    /// By index.
    X_SPDDELETE2(22),
    X_NAT_T_NEW_MAPPING(23),
    X_MIGRATE(24),
    /// jipsec's own: the counters of the packet path.
    JIPSEC_STATISTICS(240),
    /// jipsec's own: what REGISTER says, and the features it has no field for. Whoever has asked it
    /// is taken for one who reads the private extensions.
    JIPSEC_CAPABILITIES(241),
    /// jipsec's own: an ADD of an SA that goes on where it was.
    JIPSEC_RESTORE(242),
    /// jipsec's own: begins, ends or drops a list of requests that are run as a whole. Its satype
    /// is a [WholeStep].
    JIPSEC_WHOLE(243);

    /// The first of jipsec's own numbers; such messages are not shown to promiscuous listeners.
    public static final int PRIVATE = 240;

    private static final @Nullable MessageType[] BY_NUMBER = new MessageType[256];

    static {
        for (MessageType type : values()) {
            BY_NUMBER[type.number] = type;
        }
    }

    private final int number;

    MessageType(int number) {
        this.number = number;
    }

    public static Optional<MessageType> numbered(int number) {
        return number < 0 || number > 255
                ? Optional.empty()
                : Optional.ofNullable(BY_NUMBER[number]);
    }

    public int number() {
        return number;
    }
}

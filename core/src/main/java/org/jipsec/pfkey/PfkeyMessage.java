package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// `struct sadb_msg` and what follows it. The length is not a field: it is that of the extensions.
///
/// @param type see [MessageType]; as a number, so that unknown ones can be answered
/// @param errno 0, or why the request was refused
/// @param saType `SADB_SATYPE_*`: [org.jipsec.sadb.IpsecProtocol#saType]; in X_PROMISC on or off
/// @param reserved Linux puts a policy's reference count here
/// @param sequence unsigned 32 bits
/// @param processId unsigned 32 bits
/// @param extensions in the order they have in the message
public record PfkeyMessage(
        int version,
        int type,
        int errno,
        int saType,
        int reserved,
        int sequence,
        int processId,
        List<PfkeyExtension> extensions) {
    /// `PF_KEY_V2`
    public static final int VERSION = 2;

    public PfkeyMessage {
        extensions = List.copyOf(extensions);
    }

    public static PfkeyMessage of(
            MessageType type,
            int saType,
            int sequence,
            int processId,
            List<PfkeyExtension> extensions) {
        return new PfkeyMessage(
                VERSION, type.number(), 0, saType, 0, sequence, processId, extensions);
    }

    public static PfkeyMessage of(MessageType type, int saType, int sequence, int processId) {
        return of(type, saType, sequence, processId, List.of());
    }

    public Optional<MessageType> knownType() {
        return MessageType.numbered(type);
    }

    public boolean is(MessageType candidate) {
        return type == candidate.number();
    }

    public PfkeyMessage withErrno(int newErrno) {
        return new PfkeyMessage(
                version, type, newErrno, saType, reserved, sequence, processId, extensions);
    }

    public PfkeyMessage withReserved(int newReserved) {
        return new PfkeyMessage(
                version, type, errno, saType, newReserved, sequence, processId, extensions);
    }

    public PfkeyMessage withSequence(int newSequence) {
        return new PfkeyMessage(
                version, type, errno, saType, reserved, newSequence, processId, extensions);
    }

    public PfkeyMessage withExtensions(List<PfkeyExtension> newExtensions) {
        return new PfkeyMessage(
                version, type, errno, saType, reserved, sequence, processId, newExtensions);
    }

    /// The first extension that is a `kind`.
    public <T extends PfkeyExtension> Optional<T> first(Class<T> kind) {
        for (PfkeyExtension extension : extensions) {
            if (kind.isInstance(extension)) {
                return Optional.of(kind.cast(extension));
            }
        }
        return Optional.empty();
    }

    /// The first extension that is a `kind` and has this type; null when there is none.
    <T extends PfkeyExtension> @Nullable T first(Class<T> kind, ExtensionType wanted) {
        for (PfkeyExtension extension : extensions) {
            if (extension.number() == wanted.number() && kind.isInstance(extension)) {
                return kind.cast(extension);
            }
        }
        return null;
    }
}

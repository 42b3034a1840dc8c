package org.jipsec.xfrm;

import org.jipsec.sadb.BackendPart;
import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.SortedMap;

/// A policy in the kernel's own octets, to make it again as it was, whoever made it.
///
/// @param info `xfrm_userpolicy_info`
/// @param attributes by XFRMA_
record PolicyOriginal(Bytes info, SortedMap<Integer, Bytes> attributes) implements BackendPart {
    private static final int DIRECTION_MASK = 7;
    private static final int DEVICE_AND_USER = 48;

    /// Soft and hard, since it was added and since it was used; 0 for no end.
    private static final int SECONDS = Xfrm.SELECTOR_SIZE + 32;

    private static final int SECONDS_END = SECONDS + 32;

    /// Without it the kernel does not find the policy.
    Optional<Bytes> mark() {
        return Optional.ofNullable(attributes.get(Xfrm.MARK));
    }

    /// Likewise.
    Optional<Bytes> interfaceId() {
        return Optional.ofNullable(attributes.get(Xfrm.IF_ID));
    }

    /// `xfrm_selector`
    Bytes selector() {
        return Bytes.of(info.toArray(), 0, Xfrm.SELECTOR_SIZE);
    }

    /// Whether it belongs to a socket: no request makes it, changes it or takes it away.
    boolean isOfSocket() {
        return (info.u8(Xfrm.POLICY_ID) & DIRECTION_MASK) >= Xfrm.POLICY_MAX;
    }

    /// Whether it ends or warns at some time: a timer of the kernel runs for it.
    boolean isTimed() {
        ByteBuffer in = info.buffer().order(ByteOrder.LITTLE_ENDIAN);
        for (int at = SECONDS; at < SECONDS_END; at += Long.BYTES) {
            if (in.getLong(at) != 0) {
                return true;
            }
        }
        return false;
    }

    /// Of the selector what the language has no word for: a device, a user.
    private Bytes deviceAndUser() {
        return Bytes.of(info.toArray(), DEVICE_AND_USER, 8);
    }

    /// What a lookup must have beside direction and selector.
    @Override
    public String name() {
        StringBuilder name = new StringBuilder();
        mark().ifPresent(mark -> name.append(" mark ").append(mark.hex()));
        interfaceId().ifPresent(id -> name.append(" if_id ").append(id.hex()));
        if (!deviceAndUser().equals(Bytes.of(new byte[8]))) {
            name.append(" dev ").append(deviceAndUser().hex());
        }
        if (isOfSocket()) {
            name.append(" socket ").append(Bytes.of(info.toArray(), Xfrm.POLICY_ID, 4).hex());
        }
        return name.toString().strip();
    }

    @Override
    public byte[] octets() {
        return Originals.octets(this);
    }

    @Override
    public String toString() {
        return name();
    }
}

package org.jipsec.isakmp;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;

/// What every payload begins with (RFC 2408 3.2):
/// ```
/// ! Next Payload  !   RESERVED    !         Payload Length        !
/// ```
///
/// @param next the type of the payload behind, 0 for none
/// @param body a view of what belongs to this payload
record GenericHeader(int next, ByteBuffer body) {
    /// Octets of it, which the length counts too.
    static final int LENGTH = 4;

    /// Reads the header at the position of `in` and leaves `in` behind the payload. As racoon does,
    /// it wants five octets to be left: a payload that is last may not be empty. RFC 2408 5.3 wants
    /// the reserved octet zero; racoon does not look, nor do we.
    static GenericHeader read(ByteBuffer in) throws WireException {
        int start = in.position();
        if (in.remaining() <= LENGTH) {
            throw new WireException(
                    start, "payload needs 5 octets at least, " + in.remaining() + " are left");
        }
        int next = Wire.u8(in);
        Wire.u8(in);
        int length = Wire.u16(in);
        if (length < LENGTH) {
            throw new WireException(
                    start + 2, "payload length " + length + " is shorter than its own header");
        }
        if (length - LENGTH > in.remaining()) {
            throw new WireException(
                    start + 2,
                    "payload length " + length + ", " + (in.remaining() + LENGTH) + " are left");
        }
        return new GenericHeader(next, Views.take(in, length - LENGTH));
    }

    /// @param body octets behind the header
    static void write(ByteBuffer out, int next, int body) {
        int length = LENGTH + body;
        Octets.checkTwo("payload length", length);
        out.put((byte) next).put((byte) 0).putShort((short) length);
    }
}

package org.jipsec.pfkey;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Octets to [PfkeyMessage] and back; pure functions. The header:
/// ```
/// | version 1 | type 1 | errno 1 | satype 1 | length 2, in 8 octets | reserved 2 | sequence 4 |
///     process id 4 |
/// ```
/// and each extension: `| length 2, in 8 octets | type 2 | … |`.
public final class PfkeyCodec {
    /// Of the header.
    public static final int HEADER = 16;

    /// What the length field can say.
    public static final int MAXIMUM = 0xffff * 8;

    /// Of lengths, types, flags, times; that of whoever shares the machine with us.
    static final ByteOrder HOST = ByteOrder.nativeOrder();

    private PfkeyCodec() {}

    /// How many octets the message at the position of `in` has by its own account, which may be
    /// less than [#HEADER] or more than are there. Does not move.
    ///
    /// @param in at least [#HEADER] octets
    static int declaredLength(ByteBuffer in) {
        int at = in.position() + 4;
        return (HOST == ByteOrder.LITTLE_ENDIAN
                        ? (in.get(at) & 0xff) | (in.get(at + 1) & 0xff) << 8
                        : (in.get(at) & 0xff) << 8 | (in.get(at + 1) & 0xff))
                * 8;
    }

    /// Reads the message at the position of `in`, in any byte order, and leaves `in` behind it.
    ///
    /// @throws WireException naming the octet from the start of the message that cannot be
    public static PfkeyMessage decode(ByteBuffer in) throws WireException {
        return decode(in, Dialect.JIPSEC);
    }

    /// Likewise, as `dialect` has it.
    public static PfkeyMessage decode(ByteBuffer in, Dialect dialect) throws WireException {
        PfkeyMessage header = decodeHeader(in);
        int length = declaredLength(in);
        if (length < HEADER) {
            throw new WireException(4, "message length " + length + " is below the header's");
        }
        ByteBuffer message = view(in);
        if (message.remaining() < length) {
            throw new WireException(
                    4, "message length " + length + ", there are " + message.remaining());
        }
        message.limit(length).position(HEADER);
        List<PfkeyExtension> extensions = new ArrayList<>(12);
        while (message.hasRemaining()) {
            extensions.add(PfkeyDecoder.extension(message, dialect));
        }
        in.position(in.position() + length);
        return Translation.fromWire(header.withExtensions(extensions), dialect);
    }

    /// Only the header of the message at the position of `in`, which stays. The length is not
    /// looked at.
    ///
    /// @throws WireException there are less than 16 octets
    public static PfkeyMessage decodeHeader(ByteBuffer in) throws WireException {
        ByteBuffer header = view(in);
        int version = Wire.u8(header);
        int type = Wire.u8(header);
        int errno = Wire.u8(header);
        int saType = Wire.u8(header);
        Wire.u16(header);
        int reserved = Wire.u16(header);
        int sequence = (int) Wire.u32(header);
        int processId = (int) Wire.u32(header);
        return new PfkeyMessage(
                version, type, errno, saType, reserved, sequence, processId, List.of());
    }

    /// A buffer of its own with the message, at position 0.
    ///
    /// @throws IllegalArgumentException it is longer than [#MAXIMUM]
    public static ByteBuffer encode(PfkeyMessage message) {
        return encode(message, Dialect.JIPSEC);
    }

    /// Likewise, as `dialect` has it.
    public static ByteBuffer encode(PfkeyMessage message, Dialect dialect) {
        PfkeyMessage said = Translation.toWire(message, dialect);
        ByteBuffer out = ByteBuffer.allocate(octets(said, dialect));
        put(said, out, dialect);
        return out.flip();
    }

    /// Appends the message to `out`, whose byte order is set to the host's.
    ///
    /// @param out with room for [#octets]
    /// @throws IllegalArgumentException it is longer than [#MAXIMUM]
    public static void encode(PfkeyMessage message, ByteBuffer out) {
        put(message, out, Dialect.JIPSEC);
    }

    private static void put(PfkeyMessage message, ByteBuffer out, Dialect dialect) {
        int length = octets(message, dialect);
        if (length > MAXIMUM) {
            throw new IllegalArgumentException("a message of " + length + " octets");
        }
        out.order(HOST);
        out.put((byte) message.version()).put((byte) message.type());
        out.put((byte) message.errno()).put((byte) message.saType());
        out.putShort((short) (length / 8)).putShort((short) message.reserved());
        out.putInt(message.sequence()).putInt(message.processId());
        for (PfkeyExtension extension : message.extensions()) {
            PfkeyEncoder.extension(extension, out, dialect);
        }
    }

    /// How long it is encoded, header included.
    public static int octets(PfkeyMessage message) {
        return octets(message, Dialect.JIPSEC);
    }

    private static int octets(PfkeyMessage message, Dialect dialect) {
        int length = HEADER;
        for (PfkeyExtension extension : message.extensions()) {
            length += PfkeyEncoder.octets(extension, dialect);
        }
        return length;
    }

    /// The message without jipsec's own extensions, as other programs know it; `message` itself
    /// when it has none.
    ///
    /// @param message one whole message from its position to its limit; not moved
    public static ByteBuffer withoutPrivate(ByteBuffer message) {
        ByteBuffer view = view(message);
        int at = HEADER;
        while (at + 4 <= view.limit()) {
            int length = (view.getShort(at) & 0xffff) * 8;
            if (length == 0) {
                return message;
            }
            if ((view.getShort(at + 2) & 0xffff) >= ExtensionType.PRIVATE) {
                ByteBuffer stripped = ByteBuffer.allocate(at).order(HOST);
                stripped.put(view.limit(at)).putShort(4, (short) (at / 8));
                return stripped.flip();
            }
            at += length;
        }
        return message;
    }

    private static ByteBuffer view(ByteBuffer in) {
        return in.slice().order(HOST);
    }
}

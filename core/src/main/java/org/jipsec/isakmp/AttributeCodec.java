package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Lists of data attributes (RFC 2408 3.3):
/// ```
/// !A!      Attribute Type         !    AF=0  Attribute Length     !
/// !F!                             !    AF=1  Attribute Value      !
/// .                   AF=0  Attribute Value ...
/// ```
public final class AttributeCodec {
    private static final int FIXED = 4;
    private static final int BASIC = 0x8000;

    private AttributeCodec() {}

    /// A list that stands alone, such as the data of RESPONDER-LIFETIME.
    ///
    /// @throws WireException with the offset in `list`
    public static List<Attribute> decode(Bytes list) throws WireException {
        return decode(list.buffer(), Bounds.ATTRIBUTES);
    }

    public static Bytes encode(List<Attribute> attributes) {
        ByteBuffer out = ByteBuffer.allocate(length(attributes));
        encode(attributes, out);
        return Bytes.of(out.array());
    }

    /// Reads all that `in` has left.
    static List<Attribute> decode(ByteBuffer in, int most) throws WireException {
        List<Attribute> attributes = new ArrayList<>();
        while (in.hasRemaining()) {
            int start = in.position();
            if (attributes.size() == most) {
                throw new WireException(start, "more than " + most + " attributes");
            }
            if (in.remaining() < FIXED) {
                throw new WireException(
                        start, "attribute ends behind " + in.remaining() + " octets");
            }
            int type = Wire.u16(in);
            int second = Wire.u16(in);
            if ((type & BASIC) != 0) {
                attributes.add(new Attribute.Basic(type & ~BASIC, second));
            } else if (second > in.remaining()) {
                throw new WireException(
                        start + 2,
                        "attribute of " + second + " octets, " + in.remaining() + " are left");
            } else {
                attributes.add(new Attribute.Variable(type, Bytes.rest(Views.take(in, second))));
            }
        }
        return attributes;
    }

    static int length(List<Attribute> attributes) {
        int length = 0;
        for (Attribute attribute : attributes) {
            length +=
                    switch (attribute) {
                        case Attribute.Basic _ -> FIXED;
                        case Attribute.Variable(_, var octets) -> FIXED + octets.length();
                    };
        }
        return length;
    }

    static void encode(List<Attribute> attributes, ByteBuffer out) {
        for (Attribute attribute : attributes) {
            switch (attribute) {
                case Attribute.Basic(int type, int value) ->
                        out.putShort((short) (type | BASIC)).putShort((short) value);
                case Attribute.Variable(int type, var octets) ->
                        out.putShort((short) type)
                                .putShort((short) octets.length())
                                .put(octets.buffer());
            }
        }
    }
}

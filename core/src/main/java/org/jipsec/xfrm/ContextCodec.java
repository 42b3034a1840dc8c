package org.jipsec.xfrm;

import org.jipsec.sadb.SecurityContext;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// `xfrm_user_sec_ctx`: its own length and type, algorithm, domain of interpretation, length of the
/// label, the label with a zero octet.
final class ContextCodec {
    private static final int HEADER = 8;

    private ContextCodec() {}

    static byte[] octets(SecurityContext context) {
        byte[] label = (context.context() + "\0").getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = SaCodec.buffer(HEADER + label.length);
        out.putShort((short) (HEADER + label.length)).putShort((short) Xfrm.SEC_CTX);
        out.put((byte) context.algorithm()).put((byte) context.doi());
        return out.putShort((short) label.length).put(label).array();
    }

    static Optional<SecurityContext> read(Map<Integer, ByteBuffer> attributes)
            throws WireException {
        ByteBuffer attribute = attributes.get(Xfrm.SEC_CTX);
        if (attribute == null) {
            return Optional.empty();
        }
        ByteBuffer in = attribute.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Wire.skip(in, 4);
        int algorithm = Wire.u8(in);
        int doi = Wire.u8(in);
        byte[] label = new byte[Wire.u16(in)];
        Wire.take(in, label.length).get(label);
        int length = 0;
        while (length < label.length && label[length] != 0) {
            length++;
        }
        return Optional.of(
                new SecurityContext(
                        doi, algorithm, new String(label, 0, length, StandardCharsets.UTF_8)));
    }
}

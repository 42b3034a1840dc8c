package org.jipsec.xfrm;

import org.jipsec.sadb.BackendPart;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an entry of this kernel was, in octets, for another process that is to put it back:
/// [BackendPart#octets] and the way back. Keys may be in them; only a jipsec of the same version
/// reads them.
///
/// Big-endian: the kind, 1 for an SA and 2 for a policy; its `info` with its length before it; its
/// attributes, as many as the number before them says, each with type and length; of an SA those of
/// algorithms likewise, and whether its numbers are wide.
public final class Originals {
    private static final int SA = 1;
    private static final int POLICY = 2;

    private Originals() {}

    static byte[] octets(SaOriginal sa) {
        return written(
                out -> {
                    out.writeByte(SA);
                    write(out, sa.info().toArray());
                    write(out, sa.attributes());
                    out.writeInt(sa.algorithms().size());
                    for (Map.Entry<Integer, Secret> each : sa.algorithms().entrySet()) {
                        out.writeInt(each.getKey());
                        byte[] octets = each.getValue().toArray();
                        write(out, octets);
                        Arrays.fill(octets, (byte) 0);
                    }
                    out.writeBoolean(sa.isWide());
                });
    }

    static byte[] octets(PolicyOriginal policy) {
        return written(
                out -> {
                    out.writeByte(POLICY);
                    write(out, policy.info().toArray());
                    write(out, policy.attributes());
                });
    }

    /// @throws WireException it is not what [BackendPart#octets] of an XFRM backend gave
    public static BackendPart read(byte[] octets) throws WireException {
        ByteBuffer in = ByteBuffer.wrap(octets);
        int kind = Wire.u8(in);
        if (kind != SA && kind != POLICY) {
            throw new WireException(0, "kind " + kind + " of entry is not known");
        }
        Bytes info = readOctets(in, kind == SA ? Xfrm.SA_SIZE : Xfrm.POLICY_SIZE);
        SortedMap<Integer, Bytes> attributes = new TreeMap<>();
        for (long left = Wire.u32(in); left > 0; left--) {
            attributes.put((int) Wire.u32(in), readOctets(in, 0));
        }
        if (kind == POLICY) {
            return new PolicyOriginal(info, attributes);
        }
        SortedMap<Integer, Secret> algorithms = new TreeMap<>();
        for (long left = Wire.u32(in); left > 0; left--) {
            algorithms.put((int) Wire.u32(in), Secret.of(readOctets(in, 0).toArray()));
        }
        return new SaOriginal(info, attributes, algorithms, Wire.u8(in) != 0);
    }

    /// @param least octets
    private static Bytes readOctets(ByteBuffer in, int least) throws WireException {
        int start = in.position();
        long length = Wire.u32(in);
        if (length < least || length > in.remaining()) {
            throw new WireException(start, "length " + length + " does not fit");
        }
        return Bytes.rest(Wire.take(in, (int) length));
    }

    private static void write(DataOutputStream out, SortedMap<Integer, Bytes> attributes)
            throws IOException {
        out.writeInt(attributes.size());
        for (Map.Entry<Integer, Bytes> each : attributes.entrySet()) {
            out.writeInt(each.getKey());
            write(out, each.getValue().toArray());
        }
    }

    private static void write(DataOutputStream out, byte[] octets) throws IOException {
        out.writeInt(octets.length);
        out.write(octets);
    }

    @FunctionalInterface
    private interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private static byte[] written(Writing writing) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        try {
            writing.to(new DataOutputStream(octets));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return octets.toByteArray();
    }
}

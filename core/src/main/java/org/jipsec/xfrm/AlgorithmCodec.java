package org.jipsec.xfrm;

import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Secret;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// `xfrm_algo`, `xfrm_algo_auth` and `xfrm_algo_aead`: a name of 64 octets, the key's bits, what is
/// sent of the MAC in bits (not in `xfrm_algo`), the key.
final class AlgorithmCodec {
    private static final Set<Integer> TYPES =
            Set.of(
                    Xfrm.ALG_AEAD,
                    Xfrm.ALG_CRYPT,
                    Xfrm.ALG_AUTH,
                    Xfrm.ALG_AUTH_TRUNC,
                    Xfrm.ALG_COMP);

    private AlgorithmCodec() {}

    /// @param name the kernel's
    /// @param icvBits 0 where the structure has none
    private record Named(String name, int icvBits, Secret key) {}

    /// Appends the SA's algorithms, of which each has a name in [AlgorithmNames].
    static void write(NetlinkRequest request, SecurityAssociation sa) {
        EncryptionAlgorithm cipher = sa.encryption();
        if (cipher.isAead()) {
            attribute(
                    request,
                    Xfrm.ALG_AEAD,
                    AlgorithmNames.of(cipher).orElseThrow(),
                    cipher.icvBits(),
                    sa.encryptionKey());
        } else if (cipher != EncryptionAlgorithm.NONE) {
            attribute(
                    request,
                    Xfrm.ALG_CRYPT,
                    AlgorithmNames.of(cipher).orElseThrow(),
                    0,
                    sa.encryptionKey());
        }
        AuthAlgorithm mac = sa.authentication();
        if (mac != AuthAlgorithm.NONE) {
            attribute(
                    request,
                    Xfrm.ALG_AUTH_TRUNC,
                    AlgorithmNames.of(mac).orElseThrow(),
                    mac.icvBits(),
                    sa.authenticationKey());
        }
        if (sa.compression() != CompressionAlgorithm.NONE) {
            attribute(request, Xfrm.ALG_COMP, sa.compression().word(), 0, Secret.EMPTY);
        }
    }

    /// The algorithms as they are told, keys and all.
    static TreeMap<Integer, Secret> whole(Map<Integer, ByteBuffer> attributes) {
        TreeMap<Integer, Secret> whole = new TreeMap<>();
        attributes.forEach(
                (type, value) -> {
                    if (TYPES.contains(type)) {
                        byte[] octets = new byte[value.remaining()];
                        value.duplicate().get(octets);
                        whole.put(type, Secret.of(octets));
                        Arrays.fill(octets, (byte) 0);
                    }
                });
        return whole;
    }

    /// Whether there is any algorithm: if not, the SA is larval.
    static boolean isAny(Map<Integer, ByteBuffer> attributes) {
        return TYPES.stream().anyMatch(attributes::containsKey);
    }

    /// Puts the algorithms into `builder`.
    ///
    /// @return those that have no value there; their keys are there all the same
    static UnknownParts read(
            Map<Integer, ByteBuffer> attributes, SecurityAssociation.Builder builder)
            throws WireException {
        return new UnknownParts(
                readEncryption(attributes, builder),
                readAuthentication(attributes, builder),
                readCompression(attributes, builder),
                "");
    }

    private static String readEncryption(
            Map<Integer, ByteBuffer> attributes, SecurityAssociation.Builder builder)
            throws WireException {
        ByteBuffer aead = attributes.get(Xfrm.ALG_AEAD);
        ByteBuffer cipher = attributes.get(Xfrm.ALG_CRYPT);
        Named named;
        if (aead != null) {
            named = named(aead, true);
        } else if (cipher != null) {
            named = named(cipher, false);
        } else {
            return "";
        }
        Optional<EncryptionAlgorithm> known =
                AlgorithmNames.encryption(named.name(), named.icvBits());
        builder.encryption(known.orElse(EncryptionAlgorithm.NONE), named.key());
        return known.isPresent() ? "" : unknown(named);
    }

    private static String readAuthentication(
            Map<Integer, ByteBuffer> attributes, SecurityAssociation.Builder builder)
            throws WireException {
        ByteBuffer cut = attributes.get(Xfrm.ALG_AUTH_TRUNC);
        ByteBuffer old = attributes.get(Xfrm.ALG_AUTH);
        Named named;
        Optional<AuthAlgorithm> known;
        if (cut != null) {
            named = named(cut, true);
            known = AlgorithmNames.authentication(named.name(), named.icvBits());
        } else if (old != null) {
            named = named(old, false);
            known = AlgorithmNames.authentication(named.name());
        } else {
            return "";
        }
        builder.authentication(known.orElse(AuthAlgorithm.NONE), named.key());
        return known.isPresent() ? "" : unknown(named);
    }

    private static String readCompression(
            Map<Integer, ByteBuffer> attributes, SecurityAssociation.Builder builder)
            throws WireException {
        ByteBuffer compression = attributes.get(Xfrm.ALG_COMP);
        if (compression == null) {
            return "";
        }
        String name = named(compression, false).name();
        for (CompressionAlgorithm algorithm : CompressionAlgorithm.values()) {
            if (algorithm != CompressionAlgorithm.NONE && algorithm.word().equals(name)) {
                builder.compression(algorithm);
                return "";
            }
        }
        return name;
    }

    private static String unknown(Named named) {
        return named.icvBits() == 0
                ? named.name()
                : named.name() + " cut to " + named.icvBits() + " bits";
    }

    private static void attribute(
            NetlinkRequest request, int type, String name, int icvBits, Secret key) {
        boolean hasIcv = type == Xfrm.ALG_AEAD || type == Xfrm.ALG_AUTH_TRUNC;
        int header = Xfrm.ALGORITHM_NAME + (hasIcv ? 8 : 4);
        ByteBuffer out = ByteBuffer.allocate(header + key.length()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(name.getBytes(StandardCharsets.US_ASCII)).position(Xfrm.ALGORITHM_NAME);
        out.putInt(key.bits());
        if (hasIcv) {
            out.putInt(icvBits);
        }
        byte[] octets = key.toArray();
        request.attribute(type, out.put(octets).array());
        Arrays.fill(octets, (byte) 0);
        Arrays.fill(out.array(), (byte) 0);
    }

    private static Named named(ByteBuffer attribute, boolean hasIcv) throws WireException {
        ByteBuffer in = attribute.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        byte[] name = new byte[Xfrm.ALGORITHM_NAME];
        Wire.take(in, Xfrm.ALGORITHM_NAME).get(name);
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        long bits = Wire.u32(in);
        int icvBits = hasIcv ? (int) Wire.u32(in) : 0;
        long octets = (bits + 7) / 8;
        if (octets > in.remaining()) {
            throw new WireException(
                    Xfrm.ALGORITHM_NAME, "a key of %d bits is not there".formatted(bits));
        }
        byte[] key = new byte[(int) octets];
        in.get(key);
        Secret secret = Secret.of(key);
        Arrays.fill(key, (byte) 0);
        return new Named(printable(name, length), icvBits, secret);
    }

    /// A name goes to somebody's terminal.
    private static String printable(byte[] name, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(name[i] > ' ' && name[i] < 0x7f ? (char) name[i] : '?');
        }
        return text.toString();
    }
}

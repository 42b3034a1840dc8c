package org.jipsec.crypto;

import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// An ECP group: points of a NIST curve over a prime field (RFC 5903).
///
/// By BouncyCastle, which takes a fifth to a third of the JDK's time here. All three curves have
/// cofactor 1, so every point on the curve, but the one at infinity, which the encoding cannot say,
/// is of full order.
final class EllipticExchange {
    private static final byte UNCOMPRESSED = 4; // SEC 1 2.3.3, which RFC 5903 leaves out
    private static final int EXTRA_OCTETS = 8;

    private static final Map<DhGroup, EllipticExchange> GROUPS = new EnumMap<>(DhGroup.class);

    private final DhGroup group;
    private final X9ECParameters curve;

    private EllipticExchange(DhGroup group) {
        this.group = group;
        this.curve =
                CustomNamedCurves.getByName(
                        switch (group) {
                            case ECP_256 -> "secp256r1";
                            case ECP_384 -> "secp384r1";
                            case ECP_521 -> "secp521r1";
                            case MODP_768,
                                    MODP_1024,
                                    MODP_1536,
                                    MODP_2048,
                                    MODP_3072,
                                    MODP_4096,
                                    MODP_6144,
                                    MODP_8192 ->
                                    throw new IllegalStateException(group + " has no curve");
                        });
    }

    static EllipticExchange of(DhGroup group) {
        synchronized (GROUPS) {
            return GROUPS.computeIfAbsent(group, EllipticExchange::new);
        }
    }

    /// From 64 bits more than the order has, so that no value is noticeably likelier than others
    /// (FIPS 186-5 A.2.1).
    DhExchange.KeyPair generate(RandomGenerator random) {
        byte[] octets = new byte[group.sharedLength() + EXTRA_OCTETS];
        random.nextBytes(octets);
        BigInteger drawn =
                new BigInteger(1, octets)
                        .mod(curve.getN().subtract(BigInteger.ONE))
                        .add(BigInteger.ONE);
        Arrays.fill(octets, (byte) 0);
        return pair(Octets.secret(drawn, group.sharedLength()));
    }

    DhExchange.KeyPair pair(Secret privateValue) {
        BigInteger factor = Octets.number(privateValue);
        if (factor.signum() == 0 || factor.compareTo(curve.getN()) >= 0) {
            throw new IllegalArgumentException("no private value of " + group.word());
        }
        byte[] point =
                new FixedPointCombMultiplier()
                        .multiply(curve.getG(), factor)
                        .normalize()
                        .getEncoded(false);
        return new DhExchange.KeyPair(group, privateValue, Bytes.of(point, 1, point.length - 1));
    }

    Secret agree(Secret privateValue, Bytes peer) throws InvalidPublicValueException {
        byte[] encoded = new byte[1 + peer.length()];
        encoded[0] = UNCOMPRESSED;
        peer.buffer().get(encoded, 1, peer.length());
        ECPoint theirs;
        try {
            theirs = curve.getCurve().decodePoint(encoded);
        } catch (IllegalArgumentException notOnCurve) {
            throw new InvalidPublicValueException(
                    "the public value is no point of the curve of " + group.word());
        }
        return Octets.secret(
                theirs.multiply(Octets.number(privateValue))
                        .normalize()
                        .getAffineXCoord()
                        .toBigInteger(),
                group.sharedLength());
    }
}

package org.jipsec.crypto;

import org.bouncycastle.crypto.agreement.DHStandardGroups;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/// A MODP group: powers of 2 modulo a safe prime (RFC 2409 6.1 and 6.2, RFC 3526).
///
/// Private values are short, as RFC 3526 section 8 has it: twice the group's strength, by the
/// higher of its two estimates, and no less than 256 bits. More would make nothing harder, since
/// whoever can find a logarithm in the group at all is done before he has tried 2^(bits/2) private
/// values, but takes so much longer: a power modulo a number of 2048 bits is six times the work
/// with an exponent as long. Short ones are safe because `(p-1)/2` is prime: no small subgroup but
/// {1, p-1}, which [#agree] refuses, could tell a part of them.
///
/// The powers are [BigInteger]'s, whose multiplication the JIT replaces by the processor's; the
/// JDK's `KeyAgreement` computes the same and adds its wrapping.
final class ModularExchange {
    private static final Map<DhGroup, ModularExchange> GROUPS = new EnumMap<>(DhGroup.class);

    private final DhGroup group;
    private final BigInteger prime;
    private final int privateBits;

    private ModularExchange(DhGroup group) {
        this.group = group;
        this.prime = prime(group);
        this.privateBits = privateBits(group);
    }

    static ModularExchange of(DhGroup group) {
        synchronized (GROUPS) {
            return GROUPS.computeIfAbsent(group, ModularExchange::new);
        }
    }

    static BigInteger prime(DhGroup group) {
        return switch (group) {
            case MODP_768 -> DHStandardGroups.rfc2409_768.getP();
            case MODP_1024 -> DHStandardGroups.rfc2409_1024.getP();
            case MODP_1536 -> DHStandardGroups.rfc3526_1536.getP();
            case MODP_2048 -> DHStandardGroups.rfc3526_2048.getP();
            case MODP_3072 -> DHStandardGroups.rfc3526_3072.getP();
            case MODP_4096 -> DHStandardGroups.rfc3526_4096.getP();
            case MODP_6144 -> DHStandardGroups.rfc3526_6144.getP();
            case MODP_8192 -> DHStandardGroups.rfc3526_8192.getP();
            case ECP_256, ECP_384, ECP_521 ->
                    throw new IllegalStateException(group + " has no modulus");
        };
    }

    /// Whole octets.
    static int privateBits(DhGroup group) {
        return switch (group) {
            case MODP_768, MODP_1024, MODP_1536 -> 256;
            case MODP_2048 -> 320;
            case MODP_3072 -> 424;
            case MODP_4096 -> 480;
            case MODP_6144 -> 544;
            case MODP_8192 -> 624;
            case ECP_256, ECP_384, ECP_521 ->
                    throw new IllegalStateException(group + " has no exponents");
        };
    }

    DhExchange.KeyPair generate(RandomGenerator random) {
        byte[] octets = new byte[privateBits / Byte.SIZE];
        random.nextBytes(octets);
        octets[0] |= (byte) 0x80; // never zero, nor short by chance
        Secret drawn = Secret.of(octets);
        Arrays.fill(octets, (byte) 0);
        return pair(drawn);
    }

    DhExchange.KeyPair pair(Secret privateValue) {
        BigInteger exponent = Octets.number(privateValue);
        if (exponent.signum() == 0 || exponent.compareTo(prime) >= 0) {
            throw new IllegalArgumentException("no private value of " + group.word());
        }
        return new DhExchange.KeyPair(
                group,
                privateValue,
                Bytes.of(
                        Octets.padded(
                                BigInteger.TWO.modPow(exponent, prime), group.sharedLength())));
    }

    Secret agree(Secret privateValue, Bytes peer) throws InvalidPublicValueException {
        BigInteger theirs = new BigInteger(1, peer.toArray());
        BigInteger highest = prime.subtract(BigInteger.ONE);
        if (theirs.compareTo(BigInteger.ONE) <= 0 || theirs.compareTo(highest) >= 0) {
            throw new InvalidPublicValueException(
                    "a public value of %s is from 2 to p-2, this one is %s"
                            .formatted(group.word(), theirs.signum() == 0 ? "0" : side(theirs)));
        }
        return Octets.secret(
                theirs.modPow(Octets.number(privateValue), prime), group.sharedLength());
    }

    private static String side(BigInteger theirs) {
        return theirs.equals(BigInteger.ONE) ? "1" : "p-1 or more";
    }
}

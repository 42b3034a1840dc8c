package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Capabilities.KeyBits;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/// What Linux's PF_KEY registers, and so all that the original lets a file name: neither AEADs nor
/// the keyed hashes of KAME. Taken from a `SADB_REGISTER` of Linux 6.1.
public final class ClassicCapabilities {
    private static final KeyBits NONE = new KeyBits(0, 0);

    /// Bounds as they were registered: AES is offered to 256 bits in one range, so 136 pass here.
    public static final Capabilities LINUX =
            new Capabilities(
                    "linux",
                    authentication(),
                    encryption(),
                    EnumSet.of(CompressionAlgorithm.DEFLATE, CompressionAlgorithm.LZS),
                    EnumSet.of(
                            Feature.FORWARD_POLICIES,
                            Feature.POLICY_PRIORITIES,
                            Feature.UDP_ENCAPSULATION,
                            Feature.SECURITY_CONTEXTS));

    private ClassicCapabilities() {}

    private static Map<AuthAlgorithm, KeyBits> authentication() {
        Map<AuthAlgorithm, KeyBits> bits = new EnumMap<>(AuthAlgorithm.class);
        bits.put(AuthAlgorithm.NULL, NONE);
        bits.put(AuthAlgorithm.HMAC_MD5, new KeyBits(128, 128));
        bits.put(AuthAlgorithm.HMAC_SHA1, new KeyBits(160, 160));
        bits.put(AuthAlgorithm.HMAC_SHA256, new KeyBits(256, 256));
        bits.put(AuthAlgorithm.HMAC_SHA384, new KeyBits(384, 384));
        bits.put(AuthAlgorithm.HMAC_SHA512, new KeyBits(512, 512));
        bits.put(AuthAlgorithm.HMAC_RIPEMD160, new KeyBits(160, 160));
        bits.put(AuthAlgorithm.AES_XCBC_MAC, new KeyBits(128, 128));
        return bits;
    }

    private static Map<EncryptionAlgorithm, KeyBits> encryption() {
        Map<EncryptionAlgorithm, KeyBits> bits = new EnumMap<>(EncryptionAlgorithm.class);
        bits.put(EncryptionAlgorithm.NULL, NONE);
        bits.put(EncryptionAlgorithm.DES_CBC, new KeyBits(64, 64));
        bits.put(EncryptionAlgorithm.TRIPLE_DES_CBC, new KeyBits(192, 192));
        bits.put(EncryptionAlgorithm.CAST128_CBC, new KeyBits(40, 128));
        bits.put(EncryptionAlgorithm.BLOWFISH_CBC, new KeyBits(40, 448));
        bits.put(EncryptionAlgorithm.AES_CBC, new KeyBits(128, 256));
        bits.put(EncryptionAlgorithm.CAMELLIA_CBC, new KeyBits(128, 256));
        bits.put(EncryptionAlgorithm.TWOFISH_CBC, new KeyBits(128, 256));
        bits.put(EncryptionAlgorithm.AES_CTR, new KeyBits(160, 288));
        return bits;
    }
}

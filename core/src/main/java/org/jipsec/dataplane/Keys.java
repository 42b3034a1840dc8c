package org.jipsec.dataplane;

import org.jipsec.crypto.AeadAlgorithm;
import org.jipsec.crypto.CipherAlgorithm;
import org.jipsec.crypto.CryptoProvider;
import org.jipsec.crypto.MacAlgorithm;
import org.jipsec.crypto.PacketAead;
import org.jipsec.crypto.PacketCipher;
import org.jipsec.crypto.PacketIvMac;
import org.jipsec.crypto.PacketMac;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Secret;
import org.jspecify.annotations.Nullable;

/// The ciphers of one SA in one direction, and the sizes that follow from them.
///
/// @param cipher with `mac`; or null, and `aead` is there
/// @param header octets of ESP's own: SPI and, but for RFC 1827, sequence number
/// @param iv octets of IV on the wire
/// @param block the plaintext with its padding is a multiple of this; at least 4
/// @param icv octets of ICV on the wire
/// @param derived whether the cipher's IV is not the one on the wire but made from it or from the
/// sequence number: the 32 bits and their complement (RFC 1829)
/// @param counted whether the IV needs to be different each time, but not to be unforeseeable
record Keys(
        @Nullable PacketCipher cipher,
        @Nullable PacketMac mac,
        @Nullable PacketAead aead,
        int header,
        int iv,
        int block,
        int icv,
        boolean derived,
        boolean counted) {

    /// @return null when ESP cannot be run with these algorithms and keys
    static @Nullable Keys ofEsp(SecurityAssociation sa) {
        try {
            return esp(sa);
        } catch (IllegalArgumentException wrongLength) {
            return null; // whoever filled the SAD has not looked
        }
    }

    private static @Nullable Keys esp(SecurityAssociation sa) {
        boolean old = sa.flags().has(SaFlags.OLD);
        int header = old ? 4 : 8;
        AeadAlgorithm combined = aead(sa.encryption());
        if (combined != null) {
            if (old) {
                return null;
            }
            PacketAead aead = CryptoProvider.aead(combined, sa.encryptionKey());
            return new Keys(
                    null, null, aead, header, aead.ivLength(), 4, aead.icvLength(), false, true);
        }
        CipherAlgorithm plain = cipher(sa.encryption());
        MacAlgorithm integrity = mac(sa.authentication());
        if (plain == null || integrity == null) {
            return null;
        }
        PacketCipher cipher = CryptoProvider.cipher(plain, sa.encryptionKey());
        PacketMac mac = mac(integrity, sa.authenticationKey(), old);
        int iv = cipher.ivLength();
        boolean shortIv = old && sa.flags().has(SaFlags.IV_4_OCTETS) && iv == 8;
        boolean noIv =
                !old && sa.flags().has(SaFlags.DERIVED_IV) && iv == 8 && cipher.blockLength() == 8;
        return new Keys(
                cipher,
                mac,
                null,
                header,
                noIv ? 0 : shortIv ? 4 : iv,
                Math.max(4, cipher.blockLength()),
                mac.icvLength(),
                noIv || shortIv,
                plain == CipherAlgorithm.AES_CTR);
    }

    /// @return null when AH cannot be run with this algorithm and key
    static @Nullable Keys ofAh(SecurityAssociation sa) {
        try {
            return ah(sa);
        } catch (IllegalArgumentException wrongLength) {
            return null; // whoever filled the SAD has not looked
        }
    }

    private static @Nullable Keys ah(SecurityAssociation sa) {
        int header = sa.flags().has(SaFlags.OLD) ? 8 : 12;
        if (sa.authentication() == AuthAlgorithm.AES_GMAC) {
            PacketIvMac mac = CryptoProvider.gmacForAh(sa.authenticationKey());
            return new Keys(
                    null, mac, null, header, mac.ivLength(), 4, mac.icvLength(), false, true);
        }
        MacAlgorithm integrity = mac(sa.authentication());
        if (integrity == null || sa.authentication() == AuthAlgorithm.NONE) {
            return null;
        }
        PacketMac mac = mac(integrity, sa.authenticationKey(), header == 8);
        return new Keys(null, mac, null, header, 0, 4, mac.icvLength(), false, false);
    }

    /// KAME sends 16 octets of any MAC in the old protocols, which named no truncation.
    private static PacketMac mac(MacAlgorithm algorithm, Secret key, boolean old) {
        return old && algorithm != MacAlgorithm.NULL
                ? CryptoProvider.mac(algorithm, key, 16)
                : CryptoProvider.mac(algorithm, key);
    }

    private static @Nullable AeadAlgorithm aead(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case AES_GCM_8 -> AeadAlgorithm.AES_GCM_8;
            case AES_GCM_12 -> AeadAlgorithm.AES_GCM_12;
            case AES_GCM_16 -> AeadAlgorithm.AES_GCM_16;
            case AES_CCM_8 -> AeadAlgorithm.AES_CCM_8;
            case AES_CCM_12 -> AeadAlgorithm.AES_CCM_12;
            case AES_CCM_16 -> AeadAlgorithm.AES_CCM_16;
            case AES_GMAC -> AeadAlgorithm.AES_GMAC;
            case CHACHA20_POLY1305 -> AeadAlgorithm.CHACHA20_POLY1305;
            case NONE,
                    DES_CBC,
                    TRIPLE_DES_CBC,
                    CAST128_CBC,
                    BLOWFISH_CBC,
                    NULL,
                    AES_CBC,
                    AES_CTR,
                    CAMELLIA_CBC,
                    TWOFISH_CBC ->
                    null;
        };
    }

    private static @Nullable CipherAlgorithm cipher(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case NULL -> CipherAlgorithm.NULL;
            case DES_CBC -> CipherAlgorithm.DES_CBC;
            case TRIPLE_DES_CBC -> CipherAlgorithm.TRIPLE_DES_CBC;
            case CAST128_CBC -> CipherAlgorithm.CAST128_CBC;
            case BLOWFISH_CBC -> CipherAlgorithm.BLOWFISH_CBC;
            case AES_CBC -> CipherAlgorithm.AES_CBC;
            case AES_CTR -> CipherAlgorithm.AES_CTR;
            case CAMELLIA_CBC -> CipherAlgorithm.CAMELLIA_CBC;
            case TWOFISH_CBC -> CipherAlgorithm.TWOFISH_CBC;
            case NONE,
                    AES_CCM_8,
                    AES_CCM_12,
                    AES_CCM_16,
                    AES_GCM_8,
                    AES_GCM_12,
                    AES_GCM_16,
                    AES_GMAC,
                    CHACHA20_POLY1305 ->
                    null;
        };
    }

    private static @Nullable MacAlgorithm mac(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE, NULL -> MacAlgorithm.NULL;
            case HMAC_MD5 -> MacAlgorithm.HMAC_MD5_96;
            case HMAC_SHA1 -> MacAlgorithm.HMAC_SHA1_96;
            case HMAC_SHA256 -> MacAlgorithm.HMAC_SHA256_128;
            case HMAC_SHA256_96 -> MacAlgorithm.HMAC_SHA256_96;
            case HMAC_SHA384 -> MacAlgorithm.HMAC_SHA384_192;
            case HMAC_SHA512 -> MacAlgorithm.HMAC_SHA512_256;
            case HMAC_RIPEMD160 -> MacAlgorithm.HMAC_RIPEMD160_96;
            case AES_XCBC_MAC -> MacAlgorithm.AES_XCBC_96;
            case AES_CMAC -> MacAlgorithm.AES_CMAC_96;
            case KEYED_MD5 -> MacAlgorithm.KEYED_MD5;
            case KEYED_SHA1 -> MacAlgorithm.KEYED_SHA1;
            case AES_GMAC, TCP_MD5 -> null;
        };
    }
}

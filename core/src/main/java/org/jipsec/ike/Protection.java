package org.jipsec.ike;

import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The algorithms of one SA, as phase 2 negotiates them.
///
/// @param keyBits of the cipher, salt not counted; 0 where it has one length
record Protection(
        EncryptionAlgorithm encryption,
        int keyBits,
        AuthAlgorithm authentication,
        CompressionAlgorithm compression) {
    private static final int AH_MD5 = 2;
    private static final int AH_SHA1 = 3;

    /// All that a sainfo allows for a protocol, in the order of its preference.
    static List<Protection> allowed(Protocol protocol, SainfoSettings sainfo) {
        List<Protection> allowed = new ArrayList<>();
        switch (protocol) {
            case ESP -> {
                for (SainfoSettings.Cipher cipher : sainfo.encryption()) {
                    if (cipher.algorithm().isAead()) {
                        allowed.add(esp(cipher, AuthAlgorithm.NONE));
                        continue;
                    }
                    for (AuthAlgorithm authentication : sainfo.authentication()) {
                        allowed.add(esp(cipher, authentication));
                    }
                }
            }
            case AH ->
                    sainfo.authentication().stream()
                            .filter(each -> ahTransform(each).isPresent())
                            .map(
                                    each ->
                                            new Protection(
                                                    EncryptionAlgorithm.NONE,
                                                    0,
                                                    each,
                                                    CompressionAlgorithm.NONE))
                            .forEach(allowed::add);
            case IPCOMP ->
                    sainfo.compression()
                            .forEach(
                                    each ->
                                            allowed.add(
                                                    new Protection(
                                                            EncryptionAlgorithm.NONE,
                                                            0,
                                                            AuthAlgorithm.NONE,
                                                            each)));
            case ISAKMP -> {}
        }
        return allowed;
    }

    private static Protection esp(SainfoSettings.Cipher cipher, AuthAlgorithm authentication) {
        return new Protection(
                cipher.algorithm(), cipher.keyBits(), authentication, CompressionAlgorithm.NONE);
    }

    /// The id of the transform (RFC 2407 4.4.3 to 4.4.5).
    int transformId(Protocol protocol) {
        return switch (protocol) {
            case ESP -> encryption.number();
            case AH -> ahTransform(authentication).orElse(0);
            case IPCOMP -> compression.number();
            case ISAKMP -> 0;
        };
    }

    private static Optional<Integer> ahTransform(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_MD5 -> Optional.of(AH_MD5);
            case HMAC_SHA1 -> Optional.of(AH_SHA1);
            case HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, HMAC_RIPEMD160, AES_XCBC_MAC ->
                    Optional.of(algorithm.number());
            case NONE, AES_GMAC, HMAC_SHA256_96, AES_CMAC, KEYED_MD5, KEYED_SHA1, NULL, TCP_MD5 ->
                    Optional.empty();
        };
    }

    /// The value of the attribute "authentication algorithm" (RFC 2407 4.5, RFC 4868 2.7); empty:
    /// it is not sent.
    Optional<Integer> authenticationNumber() {
        return switch (authentication) {
            case HMAC_MD5 -> Optional.of(1);
            case HMAC_SHA1 -> Optional.of(2);
            case HMAC_SHA256 -> Optional.of(5);
            case HMAC_SHA384 -> Optional.of(6);
            case HMAC_SHA512 -> Optional.of(7);
            case HMAC_RIPEMD160 -> Optional.of(8);
            case AES_XCBC_MAC -> Optional.of(9);
            case NONE, AES_GMAC, HMAC_SHA256_96, AES_CMAC, KEYED_MD5, KEYED_SHA1, NULL, TCP_MD5 ->
                    Optional.empty();
        };
    }

    /// Whether the attribute "key length" is sent with it.
    boolean hasKeyLength() {
        return encryption != EncryptionAlgorithm.NONE
                && encryption != EncryptionAlgorithm.NULL
                && encryption.minimumKeyBits() < encryption.maximumKeyBits();
    }

    Protection withKeyBits(int bits) {
        return new Protection(encryption, bits, authentication, compression);
    }

    /// Of the key with its salt, in octets.
    int encryptionKeyLength() {
        if (!encryption.takesKey()) {
            return 0;
        }
        int bits = keyBits == 0 ? encryption.minimumKeyBits() : keyBits + encryption.saltBits();
        return bits / Byte.SIZE;
    }

    /// In octets.
    int authenticationKeyLength() {
        return authentication.takesKey() ? authentication.minimumKeyBits() / Byte.SIZE : 0;
    }

    /// `ESP aes-cbc 128 hmac-sha1`
    String text(Protocol protocol) {
        StringBuilder text = new StringBuilder(protocol.text());
        if (encryption != EncryptionAlgorithm.NONE) {
            text.append(' ').append(encryption.word());
            if (hasKeyLength()) {
                text.append(' ').append(keyBits);
            }
        }
        if (authentication != AuthAlgorithm.NONE) {
            text.append(' ').append(authentication.word());
        }
        if (compression != CompressionAlgorithm.NONE) {
            text.append(' ').append(compression.word());
        }
        return text.toString();
    }
}

package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The edge cases of Project Wycheproof against every primitive that it has a file for and we use.
/// Each test counts its vectors: a file that lost some would not go unnoticed.
class WycheproofTests {
    private static final byte[] NOTHING = new byte[0];
    private static final int MARGIN = 5;

    @Test
    void aesCbc() {
        run(
                "aes_cbc_pkcs5_test.json",
                72,
                144,
                vector -> {
                    byte[] sealed = vector.hex("ct");
                    byte[] buffer = concat(vector.hex("iv"), sealed);
                    cipher(vector).decrypt(buffer, 0, 16, sealed.length);
                    byte[] padded = Arrays.copyOfRange(buffer, 16, buffer.length);
                    int pad = padded.length == 0 ? 0 : padded[padded.length - 1];
                    byte[] message = vector.hex("msg");
                    if (!Arrays.equals(padded, pkcs5(message)) || pad < 1 || pad > 16) {
                        return false;
                    }
                    byte[] again = concat(vector.hex("iv"), pkcs5(message));
                    cipher(vector).encrypt(again, 0, 16, padded.length);
                    return Arrays.equals(again, concat(vector.hex("iv"), sealed));
                });
    }

    @Test
    void aesCcm() {
        run(
                "aes_ccm_test.json",
                405,
                147,
                vector ->
                        agrees(
                                vector,
                                () -> new AesCcm(Jce.key("AES", key(vector)), icv(vector)),
                                icv(vector)));
    }

    @Test
    void aesGcm() {
        run(
                "aes_gcm_test.json",
                229,
                87,
                vector -> agrees(vector, () -> JceAead.gcm(Jce.key("AES", key(vector)), 16), 16));
    }

    /// A shorter ICV is the beginning of the longer; which octet an invalid vector has changed may
    /// then not matter, so those are made from the valid ones here.
    @ParameterizedTest(name = "{0} octets by {1}")
    @CsvSource({"12, JDK", "12, BouncyCastle", "8, BouncyCastle"})
    void aesGcmWithATruncatedIcv(int icv, String provider) {
        int accepted = 0;
        for (Wycheproof.Vector vector : Wycheproof.read("aes_gcm_test.json")) {
            if (!vector.valid()) {
                continue;
            }
            Supplier<NonceAead> aead =
                    () ->
                            provider.equals("JDK")
                                    ? JceAead.gcm(Jce.key("AES", key(vector)), icv)
                                    : new EngineGcm(key(vector), icv);
            assertThat(agrees(vector, aead, icv)).as("%s", vector).isTrue();
            accepted++;

            byte[] sealed = vector.hex("ct");
            byte[] additional = vector.hex("aad");
            for (int octet = 0; octet < icv; octet++) {
                byte[] forged = concat(sealed, Arrays.copyOf(vector.hex("tag"), icv));
                forged[sealed.length + octet] ^= 0x10;
                assertThat(
                                aead.get()
                                        .open(
                                                vector.hex("iv"),
                                                forged,
                                                0,
                                                sealed.length,
                                                additional,
                                                additional.length))
                        .as("%s, octet %d of its ICV changed", vector, octet)
                        .isFalse();
            }
        }
        assertThat(accepted).isEqualTo(229);
    }

    @Test
    void chaCha20Poly1305() {
        run(
                "chacha20_poly1305_test.json",
                256,
                69,
                vector ->
                        agrees(
                                vector,
                                () -> JceAead.chacha20Poly1305(Jce.key("ChaCha20", key(vector))),
                                16));
    }

    @Test
    void aesGmac() {
        run(
                "aes_gmac_test.json",
                90,
                324,
                vector -> {
                    byte[] nonce = vector.hex("iv");
                    int split = nonce.length - SaltedAead.IV;
                    byte[] salt = Arrays.copyOf(nonce, split);
                    byte[] tag = vector.hex("tag");
                    byte[] message = vector.hex("msg");

                    PacketIvMac verifier = new Gmac(Jce.key("AES", key(vector)), salt);
                    verifier.startVerify(nonce, split);
                    verifier.update(message, 0, message.length);
                    boolean verified = verifier.finishAndVerify(tag, 0);

                    PacketIvMac maker = new Gmac(Jce.key("AES", key(vector)), salt);
                    maker.startMac(nonce, split);
                    maker.update(message, 0, message.length);
                    byte[] made = new byte[16];
                    maker.finish(made, 0);
                    assertThat(verified).as("%s", vector).isEqualTo(Arrays.equals(tag, made));
                    return verified;
                });
    }

    @Test
    void aesCmac() {
        run(
                "aes_cmac_test.json",
                63,
                248,
                vector -> {
                    if (vector.number("keySize") == 128) { // what ESP and AH take
                        CryptoProvider.mac(MacAlgorithm.AES_CMAC_96, key(vector));
                    }
                    return agrees(vector, AesMac.cmac(key(vector), vector.number("tagSize") / 8));
                });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "SHA-1, 64, hmac_sha1_test.json, 66, 104",
        "SHA-256, 64, hmac_sha256_test.json, 66, 108",
        "SHA-384, 128, hmac_sha384_test.json, 66, 108",
        "SHA-512, 128, hmac_sha512_test.json, 66, 108"
    })
    void hmac(String digest, int block, String file, int valid, int invalid) {
        run(
                file,
                valid,
                invalid,
                vector ->
                        agrees(
                                vector,
                                new Hmac(
                                        Jce.digest(digest),
                                        block,
                                        key(vector),
                                        vector.number("tagSize") / 8)));
    }

    private static void run(
            String file, int valid, int invalid, Predicate<Wycheproof.Vector> accepts) {
        int accepted = 0;
        int refused = 0;
        for (Wycheproof.Vector vector : Wycheproof.read(file)) {
            assertThat(isAccepted(vector, accepts)).as("%s", vector).isEqualTo(vector.valid());
            if (vector.valid()) {
                accepted++;
            } else {
                refused++;
            }
        }
        assertThat(accepted).as("valid vectors").isEqualTo(valid);
        assertThat(refused).as("invalid vectors").isEqualTo(invalid);
    }

    /// To say that a length is impossible is a refusal too; any other exception is not.
    private static boolean isAccepted(
            Wycheproof.Vector vector, Predicate<Wycheproof.Vector> accepts) {
        try {
            return accepts.test(vector);
        } catch (IllegalArgumentException | IllegalStateException wrongLength) {
            assertThat(wrongLength.getMessage()).isNotEmpty();
            return false;
        }
    }

    /// Opens what the vector has and, where that is right, seals it again.
    private static boolean agrees(Wycheproof.Vector vector, Supplier<NonceAead> aead, int icv) {
        byte[] message = vector.hex("msg");
        byte[] sealed = vector.hex("ct");
        byte[] tag = Arrays.copyOf(vector.hex("tag"), icv);
        byte[] additional = vector.hex("aad");
        byte[] buffer = concat(new byte[MARGIN], sealed, tag, new byte[MARGIN]);
        boolean opened =
                aead.get()
                        .open(
                                vector.hex("iv"),
                                buffer,
                                MARGIN,
                                sealed.length,
                                additional,
                                additional.length);
        byte[] plain = Arrays.copyOfRange(buffer, MARGIN, MARGIN + sealed.length);
        if (!opened) {
            if (message.length >= 8) {
                assertThat(plain).as("plaintext of %s", vector).isNotEqualTo(message);
            }
            return false;
        }
        byte[] expected = concat(new byte[MARGIN], message, tag, new byte[MARGIN]);
        assertThat(buffer).as("opened %s", vector).isEqualTo(expected);
        byte[] again = concat(new byte[MARGIN], message, new byte[icv], new byte[MARGIN]);
        aead.get()
                .seal(
                        vector.hex("iv"),
                        again,
                        MARGIN,
                        message.length,
                        additional,
                        additional.length);
        assertThat(again)
                .as("sealed %s", vector)
                .isEqualTo(concat(new byte[MARGIN], sealed, tag, new byte[MARGIN]));
        return true;
    }

    private static boolean agrees(Wycheproof.Vector vector, PacketMac mac) {
        byte[] message = vector.hex("msg");
        byte[] tag = vector.hex("tag");
        mac.update(message, 0, message.length);
        boolean verified = mac.finishAndVerify(tag, 0);
        mac.update(message, 0, message.length);
        byte[] made = new byte[tag.length];
        mac.finish(made, 0);
        assertThat(verified).as("%s", vector).isEqualTo(Arrays.equals(tag, made));
        return verified;
    }

    private static PacketCipher cipher(Wycheproof.Vector vector) {
        return CryptoProvider.cipher(CipherAlgorithm.AES_CBC, key(vector));
    }

    private static Secret key(Wycheproof.Vector vector) {
        return Secret.of(vector.hex("key"));
    }

    private static int icv(Wycheproof.Vector vector) {
        return vector.number("tagSize") / 8;
    }

    private static byte[] pkcs5(byte[] message) {
        int pad = 16 - message.length % 16;
        byte[] padded = Arrays.copyOf(message, message.length + pad);
        Arrays.fill(padded, message.length, padded.length, (byte) pad);
        return padded;
    }

    private static byte[] concat(byte[]... parts) {
        byte[] all = NOTHING;
        for (byte[] part : parts) {
            int end = all.length;
            all = Arrays.copyOf(all, end + part.length);
            System.arraycopy(part, 0, all, end, part.length);
        }
        return all;
    }
}

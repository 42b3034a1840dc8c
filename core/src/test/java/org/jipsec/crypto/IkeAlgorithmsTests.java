package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// The numbers, words and lengths of IKE's algorithms, and that the right one stands behind each.
class IkeAlgorithmsTests {
    @ParameterizedTest
    @CsvSource({
        "1, modp768, 96, 96",
        "2, modp1024, 128, 128",
        "5, modp1536, 192, 192",
        "14, modp2048, 256, 256",
        "15, modp3072, 384, 384",
        "16, modp4096, 512, 512",
        "17, modp6144, 768, 768",
        "18, modp8192, 1024, 1024",
        "19, ecp256, 64, 32",
        "20, ecp384, 96, 48",
        "21, ecp521, 132, 66"
    })
    void numbersTheGroups(int number, String word, int publicLength, int sharedLength) {
        DhGroup group = DhGroup.ofNumber(number).orElseThrow();
        assertThat(DhGroup.ofWord(word)).contains(group);
        assertThat(group.word()).isEqualTo(word);
        assertThat(group.number()).isEqualTo(number);
        assertThat(group.publicLength()).isEqualTo(publicLength);
        assertThat(group.sharedLength()).isEqualTo(sharedLength);
    }

    @ParameterizedTest
    @CsvSource({
        "1, md5, 16",
        "2, sha1, 20",
        "4, sha256, 32",
        "4, sha2_256, 32",
        "5, sha384, 48",
        "5, sha2_384, 48",
        "6, sha512, 64",
        "6, sha2_512, 64"
    })
    void numbersTheHashes(int number, String word, int length) {
        IkeHash hash = IkeHash.ofWord(word).orElseThrow();
        assertThat(IkeHash.ofNumber(number)).contains(hash);
        assertThat(hash.number()).isEqualTo(number);
        assertThat(hash.words()).contains(word).first().isEqualTo(hash.word());
        assertThat(hash.length()).isEqualTo(length);
        assertThat(hash.digest().length()).isEqualTo(length);
        assertThat(hash.prf(Secret.EMPTY).length()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({
        "1, des, 8, 64, false",
        "3, blowfish, 8, 448, true",
        "5, 3des, 8, 192, false",
        "6, cast128, 8, 128, true",
        "7, aes, 16, 128, true",
        "7, rijndael, 16, 128, true",
        "8, camellia, 16, 128, true"
    })
    void numbersTheCiphers(int number, String word, int block, int keyBits, boolean variable) {
        IkeCipher cipher = IkeCipher.ofWord(word).orElseThrow();
        assertThat(IkeCipher.ofNumber(number)).contains(cipher);
        assertThat(cipher.number()).isEqualTo(number);
        assertThat(cipher.words()).contains(word).first().isEqualTo(cipher.word());
        assertThat(cipher.blockLength()).isEqualTo(block);
        assertThat(cipher.defaultKeyBits()).isEqualTo(keyBits);
        assertThat(cipher.allowsKeyBits(keyBits)).isTrue();
        assertThat(cipher.hasVariableKey()).isEqualTo(variable);
    }

    @Test
    void knowsNoOtherNumbersNorWords() {
        // EC2N, Tiger, IDEA, RC5
        assertThat(DhGroup.ofNumber(3)).isEmpty();
        assertThat(DhGroup.ofNumber(4)).isEmpty();
        assertThat(IkeHash.ofNumber(3)).isEmpty();
        assertThat(IkeCipher.ofNumber(2)).isEmpty();
        assertThat(IkeCipher.ofNumber(4)).isEmpty();
        assertThat(DhGroup.ofWord("14")).isEmpty();
        assertThat(IkeHash.ofWord("tiger")).isEmpty();
        assertThat(IkeCipher.ofWord("idea")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "DES, 56",
        "TRIPLE_DES, 128",
        "BLOWFISH, 32",
        "BLOWFISH, 449",
        "BLOWFISH, 456",
        "BLOWFISH, 44",
        "CAST, 136",
        "AES, 160",
        "AES, 320",
        "CAMELLIA, 0"
    })
    void hasNoKeysOfOtherLengths(IkeCipher cipher, int bits) {
        assertThat(cipher.allowsKeyBits(bits)).isFalse();
    }

    /// Of FIPS 46, 197, RFC 2144 and 3713 and Blowfish's author; the second block shows the chain.
    @ParameterizedTest
    @CsvSource({
        "DES, 133457799bbcdff1, 0123456789abcdef, 85e813540f0ab405",
        "TRIPLE_DES, 133457799bbcdff1133457799bbcdff1133457799bbcdff1, 0123456789abcdef,"
                + " 85e813540f0ab405",
        "BLOWFISH, 0000000000000000, 0000000000000000, 4ef997456198dd78",
        "BLOWFISH, ffffffffffffffff, ffffffffffffffff, 51866fd5b85ecb8a",
        "CAST, 0123456712345678234567893456789a, 0123456789abcdef, 238b4fe5847e44b2",
        "CAST, 01234567123456782345, 0123456789abcdef, eb6a711a2c02271b",
        "CAST, 0123456712, 0123456789abcdef, 7ac816d16e9b302e",
        "AES, 000102030405060708090a0b0c0d0e0f, 00112233445566778899aabbccddeeff,"
                + " 69c4e0d86a7b0430d8cdb78070b4c55a",
        "AES, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
                + " 00112233445566778899aabbccddeeff, 8ea2b7ca516745bfeafc49904b496089",
        "CAMELLIA, 0123456789abcdeffedcba9876543210, 0123456789abcdeffedcba9876543210,"
                + " 67673138549669730857065648eabe43",
        "CAMELLIA, 0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff,"
                + " 0123456789abcdeffedcba9876543210, 9acc237dff16d76c20ef7c919e3a7509"
    })
    void encryptsInCbc(IkeCipher cipher, String key, String plain, String sealed) {
        byte[] iv = new byte[cipher.blockLength()];
        byte[] clear = HexFormat.of().parseHex(plain);
        byte[] closed = HexFormat.of().parseHex(sealed);
        byte[] text = new byte[2 * clear.length]; // so that both blocks go into the cipher alike
        for (int i = 0; i < clear.length; i++) {
            text[i] = clear[i];
            text[clear.length + i] = (byte) (clear[i] ^ closed[i]);
        }
        byte[] result = cipher.encrypt(Secret.ofHex(key), iv, text);
        assertThat(HexFormat.of().formatHex(result)).isEqualTo(sealed + sealed);
        assertThat(cipher.decrypt(Secret.ofHex(key), iv, result)).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsNoWholeBlocks(IkeCipher cipher) {
        Secret key = Secret.of(new byte[cipher.defaultKeyBits() / 8]);
        int block = cipher.blockLength();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cipher.encrypt(key, new byte[block], new byte[block + 1]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> cipher.decrypt(key, new byte[block - 1], new byte[block]));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                cipher.encrypt(
                                        Secret.of(new byte[3]), new byte[block], new byte[block]));
        assertThat(cipher.encrypt(key, new byte[block], new byte[0])).isEmpty();
    }

    /// RFC 2409 appendix A: the weak keys, then the semi-weak.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0101010101010101", "1f1f1f1f0e0e0e0e", "e0e0e0e0f1f1f1f1", "fefefefefefefefe",
                "01fe01fe01fe01fe", "1fe01fe00ef10ef1", "01e001e001f101f1", "1ffe1ffe0efe0efe",
                "011f011f010e010e", "e0fee0fef1fef1fe", "fe01fe01fe01fe01", "e01fe01ff10ef10e",
                "e001e001f101f101", "fe1ffe1ffe0efe0e", "1f011f010e010e01", "fee0fee0fef1fef1"
            })
    void knowsTheWeakKeysOfDes(String key) {
        String fair = "133457799bbcdff1";
        assertThat(IkeCipher.DES.isWeak(Secret.ofHex(key))).isTrue();
        assertThat(IkeCipher.DES.isWeak(withoutParity(key))).isTrue();
        assertThat(IkeCipher.TRIPLE_DES.isWeak(Secret.ofHex(fair + fair + key))).isTrue();
        assertThat(IkeCipher.TRIPLE_DES.isWeak(Secret.ofHex(key + fair + fair))).isTrue();
        assertThat(IkeCipher.BLOWFISH.isWeak(Secret.ofHex(key))).isFalse();
    }

    private static Secret withoutParity(String key) {
        byte[] octets = HexFormat.of().parseHex(key);
        for (int i = 0; i < octets.length; i++) {
            octets[i] &= (byte) 0xfe;
        }
        return Secret.of(octets);
    }

    @Test
    void takesOtherKeysForFair() {
        assertThat(IkeCipher.DES.isWeak(Secret.ofHex("133457799bbcdff1"))).isFalse();
        assertThat(IkeCipher.AES.isWeak(Secret.of(new byte[16]))).isFalse();
    }

    /// RFC 2202 and 4231, test case 2.
    @ParameterizedTest
    @CsvSource({
        "MD5, 750c783e6ab0b503eaa86e310a5db738",
        "SHA1, effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
        "SHA2_256, 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "SHA2_384,"
                + " af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
                + "8e2240ca5e69e2c78b3239ecfab21649",
        "SHA2_512,"
                + " 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    })
    void itsPrfIsHmac(IkeHash hash, String expected) {
        Prf prf = hash.prf(Secret.of((byte) 'J', (byte) 'e', (byte) 'f', (byte) 'e'));
        Bytes text = Bytes.of("what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII));
        assertThat(prf.update(text).finish().hex()).isEqualTo(expected);
        // and again, in pieces, one of them secret
        Secret head = Secret.of(text.toArray(), 0, 10);
        Bytes tail = Bytes.of(text.toArray(), 10, text.length() - 10);
        assertThat(prf.update(head).update(tail).finishSecret()).isEqualTo(Secret.ofHex(expected));
    }
}

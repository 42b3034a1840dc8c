package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

class CryptoProviderTests {
    private final Random random = new Random(4303);

    @ParameterizedTest
    @EnumSource(value = CipherAlgorithm.class, names = "NULL", mode = Mode.EXCLUDE)
    void acceptsExactlyTheKeyLengthsOfACipher(CipherAlgorithm algorithm) {
        Set<Integer> expected =
                switch (algorithm) {
                    case NULL -> Set.of();
                    case DES_CBC -> Set.of(8);
                    case TRIPLE_DES_CBC -> Set.of(24);
                    case CAST128_CBC -> range(5, 16);
                    case BLOWFISH_CBC -> range(5, 56);
                    case AES_CBC, CAMELLIA_CBC, TWOFISH_CBC -> Set.of(16, 24, 32);
                    case AES_CTR -> Set.of(20, 28, 36);
                };
        for (int length = 0; length <= 80; length++) {
            Secret key = Secret.of(octets(length));
            if (expected.contains(length)) {
                PacketCipher cipher = CryptoProvider.cipher(algorithm, key);
                byte[] packet = octets(128);
                cipher.encrypt(packet, 0, 32, 64);
            } else {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> CryptoProvider.cipher(algorithm, key))
                        .withMessageContaining(algorithm.name())
                        .withMessageEndingWith("this one has " + length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = MacAlgorithm.class, names = "NULL", mode = Mode.EXCLUDE)
    void acceptsExactlyTheKeyLengthOfAMac(MacAlgorithm algorithm) {
        int expected =
                switch (algorithm) {
                    case NULL -> 0;
                    case HMAC_MD5_96, AES_XCBC_96, AES_CMAC_96, KEYED_MD5 -> 16;
                    case HMAC_SHA1_96, HMAC_RIPEMD160_96, KEYED_SHA1 -> 20;
                    case HMAC_SHA256_96, HMAC_SHA256_128 -> 32;
                    case HMAC_SHA384_192 -> 48;
                    case HMAC_SHA512_256 -> 64;
                };
        for (int length = 0; length <= 80; length++) {
            Secret key = Secret.of(octets(length));
            if (length == expected) {
                assertThat(CryptoProvider.mac(algorithm, key).icvLength())
                        .isEqualTo(algorithm.icvLength());
            } else {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> CryptoProvider.mac(algorithm, key))
                        .withMessageContaining(expected + " octets");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(AeadAlgorithm.class)
    void acceptsExactlyTheKeyLengthsOfAnAead(AeadAlgorithm algorithm) {
        Set<Integer> expected =
                switch (algorithm) {
                    case AES_GCM_8, AES_GCM_12, AES_GCM_16, AES_GMAC -> Set.of(20, 28, 36);
                    case AES_CCM_8, AES_CCM_12, AES_CCM_16 -> Set.of(19, 27, 35);
                    case CHACHA20_POLY1305 -> Set.of(36);
                };
        for (int length = 0; length <= 80; length++) {
            Secret key = Secret.of(octets(length));
            if (expected.contains(length)) {
                CryptoProvider.aead(algorithm, key).seal(octets(128), 0, 8, 64, octets(8), 8);
            } else {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> CryptoProvider.aead(algorithm, key))
                        .withMessageContaining(algorithm.name());
            }
        }
    }

    @Test
    void neverShowsAKeyInAnError() {
        Secret key = Secret.ofHex("deadbeefdeadbeefdeadbeef");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CryptoProvider.cipher(CipherAlgorithm.AES_CBC, key))
                .withMessage("a key of AES_CBC has 16 or 24 or 32 octets, this one has 12");
    }

    @Test
    void refusesAnIcvLongerThanTheMac() {
        Secret key = Secret.of(octets(16));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CryptoProvider.mac(MacAlgorithm.HMAC_MD5_96, key, 17));
        assertThat(CryptoProvider.mac(MacAlgorithm.HMAC_MD5_96, key, 16).icvLength()).isEqualTo(16);
    }

    /// What the corrected chain of [JceCbc] must not differ in: packets of every length, across its
    /// pieces, in sequence.
    @Test
    void cbcIsThatOfAFreshlyInitialisedCipherForEveryPacketOfASequence() throws Exception {
        byte[] key = octets(16);
        PacketCipher sender = CryptoProvider.cipher(CipherAlgorithm.AES_CBC, Secret.of(key));
        PacketCipher receiver = CryptoProvider.cipher(CipherAlgorithm.AES_CBC, Secret.of(key));
        for (int blocks : new int[] {0, 1, 2, 3, 94, 255, 256, 257, 512, 513, 4095, 1, 0, 7}) {
            byte[] packet = octets(16 + blocks * 16 + 5);
            Cipher fresh = Cipher.getInstance("AES/CBC/NoPadding");
            fresh.init(
                    Cipher.ENCRYPT_MODE,
                    Jce.key("AES", Secret.of(key)),
                    new IvParameterSpec(packet, 0, 16));
            byte[] expected = packet.clone();
            fresh.doFinal(packet, 16, blocks * 16, expected, 16);

            byte[] sealed = packet.clone();
            sender.encrypt(sealed, 0, 16, blocks * 16);
            assertThat(sealed).as("%d blocks", blocks).isEqualTo(expected);
            receiver.decrypt(sealed, 0, 16, blocks * 16);
            assertThat(sealed).as("%d blocks", blocks).isEqualTo(packet);
        }
    }

    @ParameterizedTest
    @EnumSource(CipherAlgorithm.class)
    void opensWhatItSealedOfEveryLength(CipherAlgorithm algorithm) {
        byte[] key = octets(keyLength(algorithm));
        PacketCipher sender = CryptoProvider.cipher(algorithm, Secret.of(key));
        PacketCipher receiver = CryptoProvider.cipher(algorithm, Secret.of(key));
        for (int length = 0; length < 10_000; length += length < 100 ? 1 : 331) {
            int whole = length / sender.blockLength() * sender.blockLength();
            byte[] packet = octets(16 + whole);
            byte[] sealed = packet.clone();
            sender.encrypt(sealed, 0, 16, whole);
            assertThat(Arrays.equals(sealed, packet))
                    .isEqualTo(whole == 0 || algorithm == CipherAlgorithm.NULL);
            receiver.decrypt(sealed, 0, 16, whole);
            assertThat(sealed).isEqualTo(packet);
        }
    }

    @ParameterizedTest
    @EnumSource(AeadAlgorithm.class)
    void refusesAPacketWithAnyBitChangedAndGivesNoPlaintext(AeadAlgorithm algorithm) {
        Secret key = Secret.of(octets(isCcm(algorithm) ? 19 : 36));
        PacketAead sender = CryptoProvider.aead(algorithm, key);
        PacketAead receiver = CryptoProvider.aead(algorithm, key);
        int length = 40;
        byte[] additional = octets(12);
        byte[] plain = octets(8 + length + sender.icvLength());
        byte[] sealed = plain.clone();
        sender.seal(sealed, 0, 8, length, additional, 12);
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] forged = sealed.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(receiver.open(forged, 0, 8, length, additional, 12))
                    .as("bit %d", bit)
                    .isFalse();
            if (algorithm != AeadAlgorithm.AES_GMAC) {
                for (int at = 8; at + 8 <= 8 + length; at += 8) {
                    assertThat(Arrays.copyOfRange(forged, at, at + 8))
                            .isNotEqualTo(Arrays.copyOfRange(plain, at, at + 8));
                }
            }
        }
        for (int bit = 0; bit < 12 * 8; bit++) {
            byte[] otherwise = additional.clone();
            otherwise[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(receiver.open(sealed.clone(), 0, 8, length, otherwise, 12)).isFalse();
        }
        assertThat(receiver.open(sealed, 0, 8, length, additional, 12)).isTrue();
        assertThat(Arrays.copyOf(sealed, 8 + length)).isEqualTo(Arrays.copyOf(plain, 8 + length));
    }

    @ParameterizedTest
    @EnumSource(AeadAlgorithm.class)
    void opensWhatItSealedOfEveryLengthOf(AeadAlgorithm algorithm) {
        Secret key = Secret.of(octets(isCcm(algorithm) ? 35 : 36));
        PacketAead sender = CryptoProvider.aead(algorithm, key);
        PacketAead receiver = CryptoProvider.aead(algorithm, key);
        byte[] additional = octets(8);
        for (int length = 0; length < 66_000; length += length < 100 ? 1 : 4999) {
            byte[] packet = octets(8 + length + sender.icvLength());
            byte[] sealed = packet.clone();
            sender.seal(sealed, 0, 8, length, additional, 8);
            assertThat(receiver.open(sealed, 0, 8, length, additional, 8)).isTrue();
            assertThat(Arrays.copyOf(sealed, 8 + length))
                    .isEqualTo(Arrays.copyOf(packet, 8 + length));
        }
    }

    /// Of ours, CCM does not remember its last nonce: there the packet path's own numbering has to
    /// do.
    @ParameterizedTest
    @EnumSource(
            value = AeadAlgorithm.class,
            names = {"AES_CCM_8", "AES_CCM_12", "AES_CCM_16"},
            mode = Mode.EXCLUDE)
    void refusesToSealTwoPacketsInARowUnderOneIv(AeadAlgorithm algorithm) {
        PacketAead sender = CryptoProvider.aead(algorithm, Secret.of(octets(36)));
        byte[] packet = octets(100);
        sender.seal(packet, 0, 8, 16, packet, 8);
        assertThatThrownBy(() -> sender.seal(packet, 0, 8, 16, packet, 8))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesPartsOfBlocks() {
        for (CipherAlgorithm algorithm :
                Set.of(CipherAlgorithm.AES_CBC, CipherAlgorithm.CAMELLIA_CBC)) {
            PacketCipher cipher = CryptoProvider.cipher(algorithm, Secret.of(octets(16)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cipher.encrypt(octets(64), 0, 16, 15));
        }
    }

    @Test
    void isForOneDirectionOnly() {
        for (CipherAlgorithm algorithm :
                Set.of(CipherAlgorithm.AES_CBC, CipherAlgorithm.CAMELLIA_CBC)) {
            PacketCipher cipher = CryptoProvider.cipher(algorithm, Secret.of(octets(16)));
            cipher.encrypt(octets(64), 0, 16, 16);
            assertThatThrownBy(() -> cipher.decrypt(octets(64), 0, 16, 16))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private static int keyLength(CipherAlgorithm algorithm) {
        return switch (algorithm) {
            case NULL -> 0;
            case DES_CBC -> 8;
            case CAST128_CBC, BLOWFISH_CBC, AES_CBC, CAMELLIA_CBC, TWOFISH_CBC -> 16;
            case AES_CTR -> 20;
            case TRIPLE_DES_CBC -> 24;
        };
    }

    private static Set<Integer> range(int from, int to) {
        Set<Integer> all = new TreeSet<>();
        for (int i = from; i <= to; i++) {
            all.add(i);
        }
        return all;
    }

    private byte[] octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return octets;
    }

    private static boolean isCcm(AeadAlgorithm algorithm) {
        return switch (algorithm) {
            case AES_CCM_8, AES_CCM_12, AES_CCM_16 -> true;
            case AES_GCM_8, AES_GCM_12, AES_GCM_16, AES_GMAC, CHACHA20_POLY1305 -> false;
        };
    }
}

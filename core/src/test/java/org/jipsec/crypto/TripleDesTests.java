package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

class TripleDesTests {
    private final Random random = new Random(2451);

    /// With three equal keys it is DES. The example is the one that generations of DES have been
    /// tried with, of J. Orlin Grabbe's "The DES Algorithm Illustrated".
    @Test
    void isDesWithThreeEqualKeys() {
        Secret key = Secret.ofHex("133457799bbcdff1".repeat(3));
        long plain = 0x0123456789abcdefL;
        long cipher = 0x85e813540f0ab405L;
        assertThat(TripleDes.encrypting(key).apply(plain)).isEqualTo(cipher);
        assertThat(TripleDes.decrypting(key).apply(cipher)).isEqualTo(plain);
    }

    /// As the known answers of NIST SP 800-20 go: each bit of block and key on its own, parity
    /// included.
    @Test
    void agreesWithTheJdkOnEveryBitOfBlockAndKey() throws Exception {
        for (int bit = 0; bit < 64 + 192; bit++) {
            byte[] block = new byte[8];
            byte[] key = new byte[24];
            byte[] of = bit < 64 ? block : key;
            int at = bit < 64 ? bit : bit - 64;
            of[at / 8] |= (byte) (0x80 >>> at % 8);
            assertThat(TripleDes.encrypting(Secret.of(key)).apply(ByteBuffer.wrap(block).getLong()))
                    .as("bit %d", bit)
                    .isEqualTo(ByteBuffer.wrap(jdk(key, "ECB", null).doFinal(block)).getLong());
        }
    }

    @Test
    void agreesWithTheJdkOnPacketsOfEveryLength() throws Exception {
        for (int length = 0; length <= 1400; length += 8) {
            byte[] key = octets(24);
            byte[] packet = octets(16 + length);
            byte[] plain = Arrays.copyOfRange(packet, 16, packet.length);
            byte[] expected = jdk(key, "CBC", new IvParameterSpec(packet, 8, 8)).doFinal(plain);

            PacketCipher cipher =
                    CryptoProvider.cipher(CipherAlgorithm.TRIPLE_DES_CBC, Secret.of(key));
            cipher.encrypt(packet, 8, 16, length);
            assertThat(Arrays.copyOfRange(packet, 16, packet.length)).isEqualTo(expected);
            cipher.decrypt(packet, 8, 16, length);
            assertThat(Arrays.copyOfRange(packet, 16, packet.length)).isEqualTo(plain);
        }
    }

    @Test
    void outlivesTheSecretOfItsKey() {
        byte[] one = octets(64);
        byte[] other = one.clone();
        byte[] key = octets(24);
        Secret secret = Secret.of(key);
        PacketCipher cipher = CryptoProvider.cipher(CipherAlgorithm.TRIPLE_DES_CBC, secret);
        secret.close();
        cipher.encrypt(one, 0, 8, 56);
        CryptoProvider.cipher(CipherAlgorithm.TRIPLE_DES_CBC, Secret.of(key))
                .encrypt(other, 0, 8, 56);
        assertThat(one).isEqualTo(other);
    }

    @Test
    void refusesWhatDoesNotFit() {
        PacketCipher cipher =
                CryptoProvider.cipher(CipherAlgorithm.TRIPLE_DES_CBC, Secret.of(octets(24)));
        byte[] packet = new byte[64];
        assertThatIllegalArgumentException().isThrownBy(() -> cipher.encrypt(packet, 0, 8, 12));
        assertThatThrownBy(() -> cipher.decrypt(packet, 0, 16, 56))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cipher.decrypt(packet, 60, 0, 8))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TripleDes.encrypting(Secret.of(octets(16))));
    }

    private static Cipher jdk(byte[] key, String mode, IvParameterSpec iv) throws Exception {
        Cipher cipher = Cipher.getInstance("DESede/" + mode + "/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DESede"), iv);
        return cipher;
    }

    private byte[] octets(int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }
}

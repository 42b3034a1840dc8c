package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.jipsec.wire.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.management.ManagementFactory;

/// What a packet of 1,400 octets leaves to the garbage collector, by the JVM's own count for this
/// thread.
class PacketGarbageTests {
    private static final int PACKETS = 500;
    private static final int LENGTH = 1408;

    /// BouncyCastle's CAST-128 and Camellia allocate up to 32 octets a block, as long as the JIT
    /// has not compiled that away.
    @ParameterizedTest
    @EnumSource(CipherAlgorithm.class)
    void aCipherLeavesNone(CipherAlgorithm algorithm) {
        Secret key =
                switch (algorithm) {
                    case DES_CBC -> key(8);
                    case NULL, CAST128_CBC, BLOWFISH_CBC -> key(16);
                    case AES_CBC, CAMELLIA_CBC, TWOFISH_CBC -> key(16);
                    case AES_CTR -> key(20);
                    case TRIPLE_DES_CBC -> key(24);
                };
        PacketCipher sender = CryptoProvider.cipher(algorithm, key);
        PacketCipher receiver = CryptoProvider.cipher(algorithm, key);
        byte[] packet = new byte[16 + LENGTH];
        long bound =
                switch (algorithm) {
                    case CAST128_CBC -> LENGTH / 8 * 32;
                    case CAMELLIA_CBC -> LENGTH / 16 * 32;
                    default -> 0;
                };
        assertThat(perPacket(() -> sender.encrypt(packet, 0, 16, LENGTH)))
                .isLessThanOrEqualTo(bound);
        assertThat(perPacket(() -> receiver.decrypt(packet, 0, 16, LENGTH)))
                .isLessThanOrEqualTo(bound);
    }

    @ParameterizedTest
    @EnumSource(MacAlgorithm.class)
    void aMacLeavesNone(MacAlgorithm algorithm) {
        Secret key =
                switch (algorithm) {
                    case NULL, HMAC_MD5_96, AES_XCBC_96, AES_CMAC_96, KEYED_MD5 -> key(16);
                    case HMAC_SHA1_96, HMAC_RIPEMD160_96, KEYED_SHA1 -> key(20);
                    case HMAC_SHA256_96, HMAC_SHA256_128 -> key(32);
                    case HMAC_SHA384_192 -> key(48);
                    case HMAC_SHA512_256 -> key(64);
                };
        PacketMac mac = CryptoProvider.mac(algorithm, key);
        byte[] packet = new byte[LENGTH + 64];
        Runnable makeAndVerify =
                () -> {
                    mac.update(packet, 0, LENGTH);
                    mac.finish(packet, LENGTH);
                    mac.update(packet, 0, LENGTH);
                    if (!mac.finishAndVerify(packet, LENGTH)) {
                        throw new AssertionError("not its own MAC");
                    }
                };
        assertThat(perPacket(makeAndVerify)).isZero();
    }

    /// Parameter objects and tables of the JDK (JDK 25: 1.1 kB for GCM, 2.3 kB for
    /// ChaCha20-Poly1305; GMAC collects its additional data first) and of BouncyCastle for the ICV
    /// of 8 octets. Our CCM needs none.
    @ParameterizedTest(name = "{0}: at most {1}")
    @CsvSource({
        "AES_CCM_8, 0",
        "AES_CCM_12, 0",
        "AES_CCM_16, 0",
        "AES_GCM_16, 1500",
        "AES_GCM_12, 1500",
        "AES_GCM_8, 2000",
        "AES_GMAC, 4000",
        "CHACHA20_POLY1305, 3000"
    })
    void anAeadLeavesWhatItsProviderCannotDoWithout(AeadAlgorithm algorithm, long bound) {
        Secret key = key(algorithm.name().startsWith("AES_CCM") ? 19 : 36);
        PacketAead sender = CryptoProvider.aead(algorithm, key);
        PacketAead receiver = CryptoProvider.aead(algorithm, key);
        byte[] packet = new byte[8 + LENGTH + 16];
        byte[] additional = new byte[8];
        Runnable seal =
                () -> {
                    if (++packet[0] == 0) { // no IV twice
                        packet[1]++;
                    }
                    sender.seal(packet, 0, 8, LENGTH, additional, 8);
                };
        assertThat(perPacket(seal)).isLessThanOrEqualTo(bound);
        byte[] sealed = packet.clone();
        Runnable open =
                () -> {
                    System.arraycopy(sealed, 0, packet, 0, packet.length);
                    if (!receiver.open(packet, 0, 8, LENGTH, additional, 8)) {
                        throw new AssertionError("not its own ICV");
                    }
                };
        assertThat(perPacket(open)).isLessThanOrEqualTo(bound);
    }

    private static long perPacket(Runnable packet) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < PACKETS; i++) {
            packet.run();
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < PACKETS; i++) {
            packet.run();
        }
        return (threads.getCurrentThreadAllocatedBytes() - before) / PACKETS;
    }

    private static Secret key(int length) {
        byte[] key = new byte[length];
        for (int i = 0; i < length; i++) {
            key[i] = (byte) (31 * i + 7);
        }
        return Secret.of(key);
    }
}

package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

/// The AEADs in the form that ESP has them, salt behind the key and IV in the packet, against the
/// vectors of their documents: where those give a whole nonce, it is taken apart.
class AeadVectorTests {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    # McGrew and Viega, The Galois/Counter Mode of Operation, B: test cases 4, 10, 16
                    AES_GCM_16|feffe9928665731c6d6a8f9467308308cafebabe|facedbaddecaf888|feedfacedeadbeeffeedfacedeadbeefabaddad2|d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39|42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091|5bc94fbc3221a5db94fae95ae7121a47
                    AES_GCM_16|feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe|facedbaddecaf888|feedfacedeadbeeffeedfacedeadbeefabaddad2|d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39|3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710|2519498e80f1478f37ba55bd6d27618c
                    AES_GCM_16|feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308cafebabe|facedbaddecaf888|feedfacedeadbeeffeedfacedeadbeefabaddad2|d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39|522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662|76fc6ece0f4e1768cddf8853bb2d551b
                    AES_GCM_12|feffe9928665731c6d6a8f9467308308cafebabe|facedbaddecaf888|feedfacedeadbeeffeedfacedeadbeefabaddad2|d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39|42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091|5bc94fbc3221a5db94fae95a
                    AES_GCM_8|feffe9928665731c6d6a8f9467308308cafebabe|facedbaddecaf888|feedfacedeadbeeffeedfacedeadbeefabaddad2|d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39|42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091|5bc94fbc3221a5db
                    # RFC 8439 2.8.2
                    CHACHA20_POLY1305|808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f07000000|4041424344454647|50515253c0c1c2c3c4c5c6c7|4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e|d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116|1ae10b594f09e26a7e902ecbd0600691
                    """)
    void agreesWithItsDocument(
            AeadAlgorithm algorithm,
            String keyAndSalt,
            String iv,
            String additional,
            String plain,
            String secret,
            String icv) {
        PacketAead sender = CryptoProvider.aead(algorithm, Secret.ofHex(keyAndSalt));
        PacketAead receiver = CryptoProvider.aead(algorithm, Secret.ofHex(keyAndSalt));
        assertThat(sender.ivLength()).isEqualTo(8);
        assertThat(sender.icvLength()).isEqualTo(icv.length() / 2);
        byte[] covered = octets(additional + "ffff");
        int length = plain.length() / 2;

        byte[] buffer = octets("0000" + iv + plain + "00".repeat(icv.length() / 2) + "0000");
        sender.seal(buffer, 2, 10, length, covered, additional.length() / 2);
        assertThat(buffer).isEqualTo(octets("0000" + iv + secret + icv + "0000"));
        for (int round = 0; round < 2; round++) { // a packet may come twice
            byte[] received = buffer.clone();
            assertThat(receiver.open(received, 2, 10, length, covered, additional.length() / 2))
                    .isTrue();
            assertThat(received).isEqualTo(octets("0000" + iv + plain + icv + "0000"));
        }
    }

    /// RFC 3610 8, packet vectors 1 and 2. ESP's nonce is shorter: RFC 4309 has no vectors, but
    /// Wycheproof has that length.
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "00000003020100a0a1a2a3a4a5, 08090a0b0c0d0e0f101112131415161718191a1b1c1d1e,"
                + " 588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
        "00000004030201a0a1a2a3a4a5, 08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f,"
                + " 72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916"
    })
    void ccmAgreesWithItsDocument(String nonce, String plain, String sealed) {
        AesCcm ccm =
                new AesCcm(Jce.key("AES", Secret.ofHex("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf")), 8);
        byte[] additional = octets("0001020304050607");
        byte[] buffer = octets(plain + "00".repeat(8));
        ccm.seal(octets(nonce), buffer, 0, plain.length() / 2, additional, 8);
        assertThat(buffer).isEqualTo(octets(sealed));
        assertThat(ccm.open(octets(nonce), buffer, 0, plain.length() / 2, additional, 8)).isTrue();
        assertThat(Arrays.copyOf(buffer, plain.length() / 2)).isEqualTo(octets(plain));
    }

    /// RFC 4543 3: by GCM itself over SPI and sequence number, IV, payload as additional data.
    @Test
    void gmacInEspCoversIvAndPayloadAndLeavesThemReadable() {
        String key = "feffe9928665731c6d6a8f9467308308";
        String salt = "cafebabe";
        String iv = "facedbaddecaf888";
        byte[] payload = "the payload, in clear".getBytes(US_ASCII);
        String covered = "0000010000000001" + iv + HexFormat.of().formatHex(payload);

        byte[] icv = new byte[16];
        JceAead.gcm(Jce.key("AES", Secret.ofHex(key)), 16)
                .seal(octets(salt + iv), icv, 0, 0, octets(covered), covered.length() / 2);

        PacketAead sender = CryptoProvider.aead(AeadAlgorithm.AES_GMAC, Secret.ofHex(key + salt));
        byte[] packet = Arrays.copyOf(octets(covered), covered.length() / 2 + 16);
        byte[] additional = octets("0000010000000001");
        sender.seal(packet, 8, 16, payload.length, additional, 8);
        assertThat(packet).isEqualTo(octets(covered + HexFormat.of().formatHex(icv)));

        PacketAead receiver = CryptoProvider.aead(AeadAlgorithm.AES_GMAC, Secret.ofHex(key + salt));
        for (int bit = 8 * 8; bit < packet.length * 8; bit++) {
            byte[] forged = packet.clone();
            forged[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(receiver.open(forged, 8, 16, payload.length, additional, 8))
                    .as("bit %d flipped", bit)
                    .isFalse();
        }
        assertThat(receiver.open(packet, 8, 16, payload.length, additional, 8)).isTrue();
    }

    private static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}

package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jipsec.wire.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Arrays;
import java.util.HexFormat;

/// The ciphers against the vectors of the documents that define them. A `"` starts a text, anything
/// else is hex.
class CipherVectorTests {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    # RFC 3602 4
                    AES_CBC|06a9214036b8a15b512e03d534120006|3dafba429d9eb430b422da802c9fac41|"Single block msg|e353779c1079aeb82708942dbe77181a
                    AES_CBC|c286696d887c9aa0611bbb3e2025a45a|562e17996d093d28ddb3ba695a2e6f58|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f|d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1
                    AES_CBC|6c3ea0477630ce21a2ce334aa746c2cd|c782dc4c098c66cbd9cd27d825682c81|"This is a 48-byte message (exactly 3 AES blocks)|d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2684
                    AES_CBC|56e47a38c5598974bc46903dba290349|8ce82eefbea0da3c44699ed7db51b7d9|a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf|c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55
                    # SP 800-38A F.2.3, F.2.5: the longer keys
                    AES_CBC|8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b|000102030405060708090a0b0c0d0e0f|6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51|4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a
                    AES_CBC|603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4|000102030405060708090a0b0c0d0e0f|6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51|f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d
                    # RFC 3686 6; the key is followed by the nonce
                    AES_CTR|ae6852f8121067cc4bf7a5765577f39e00000030|0000000000000000|"Single block msg|e4095d4fb7a7b3792d6175a3261311b8
                    AES_CTR|7e24067817fae0d743d6ce1f32539163006cb6db|c0543b59da48d90b|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f|5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28
                    AES_CTR|7691be035e5020a8ac6e618529f9a0dc00e0017b|27777f3f4a1786f0|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223|c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f
                    AES_CTR|16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb7851500000048|36733c147d6d93cb|"Single block msg|4b55384fe259c9c84e7935a003cbe928
                    AES_CTR|776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c10400000060|db5672c97aa8f0b2|"Single block msg|145ad01dbf824ec7560863dc71e3e0c0
                    AES_CTR|f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a2388400faac24|c1585ef15a43d875|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f|f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c
                    AES_CTR|ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d001cc5b7|51a51d70a1c11148|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223|eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8
                    # FIPS 81, table C1
                    DES_CBC|0123456789abcdef|1234567890abcdef|4e6f77206973207468652074696d6520666f7220616c6c20|e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6
                    # SP 800-67 B.1
                    TRIPLE_DES_CBC|0123456789abcdef23456789abcdef01456789abcdef0123|0000000000000000|"The qufc|a826fd8ce53b855f
                    TRIPLE_DES_CBC|0123456789abcdef23456789abcdef01456789abcdef0123|0000000000000000|6b2062726f776e20|cce21c8112256fe6
                    TRIPLE_DES_CBC|0123456789abcdef23456789abcdef01456789abcdef0123|0000000000000000|"fox jump|68d5c05dd9b6b900
                    # RFC 2144 B.1
                    CAST128_CBC|0123456712345678234567893456789a|0000000000000000|0123456789abcdef|238b4fe5847e44b2
                    CAST128_CBC|01234567123456782345|0000000000000000|0123456789abcdef|eb6a711a2c02271b
                    CAST128_CBC|0123456712|0000000000000000|0123456789abcdef|7ac816d16e9b302e
                    # E. Young's for Blowfish, from Schneier's page; the last in CBC
                    BLOWFISH_CBC|0000000000000000|0000000000000000|0000000000000000|4ef997456198dd78
                    BLOWFISH_CBC|ffffffffffffffff|0000000000000000|ffffffffffffffff|51866fd5b85ecb8a
                    BLOWFISH_CBC|0123456789abcdef|0000000000000000|1111111111111111|61f9c3802281b096
                    BLOWFISH_CBC|1111111111111111|0000000000000000|0123456789abcdef|7d0cc630afda1ec7
                    BLOWFISH_CBC|fedcba9876543210|0000000000000000|0123456789abcdef|0aceab0fc6a0a28d
                    BLOWFISH_CBC|0123456789abcdeff0e1d2c3b4a59687|fedcba9876543210|37363534333231204e6f77206973207468652074696d6520666f722000000000|6b77b4d63006dee605b156e27403979358deb9e7154616d959f1652bd5ff92cc
                    # RFC 3713 A
                    CAMELLIA_CBC|0123456789abcdeffedcba9876543210|00000000000000000000000000000000|0123456789abcdeffedcba9876543210|67673138549669730857065648eabe43
                    CAMELLIA_CBC|0123456789abcdeffedcba98765432100011223344556677|00000000000000000000000000000000|0123456789abcdeffedcba9876543210|b4993401b3e996f84ee5cee7d79b09b9
                    CAMELLIA_CBC|0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff|00000000000000000000000000000000|0123456789abcdeffedcba9876543210|9acc237dff16d76c20ef7c919e3a7509
                    # Schneier et al., Twofish, 1998, B.2
                    TWOFISH_CBC|00000000000000000000000000000000|00000000000000000000000000000000|00000000000000000000000000000000|9f589f5cf6122c32b6bfec2f2ae8c35a
                    TWOFISH_CBC|0123456789abcdeffedcba98765432100011223344556677|00000000000000000000000000000000|00000000000000000000000000000000|cfd1d2e5a9be9cdf501f13b892bd2248
                    TWOFISH_CBC|0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff|00000000000000000000000000000000|00000000000000000000000000000000|37527be0052334b89f0cfccae87cfa20
                    # RFC 2410 5
                    NULL|07||"Network Security People Have A Strange Sense Of Humor|"Network Security People Have A Strange Sense Of Humor
                    """)
    void agreesWithItsDocument(
            CipherAlgorithm algorithm, String key, String iv, String plain, String secret) {
        byte[] ivOctets = octets(iv == null ? "" : iv);
        byte[] plainOctets = octets(plain);
        byte[] secretOctets = octets(secret);
        int offset = ivOctets.length + 3;
        PacketCipher encryptor = CryptoProvider.cipher(algorithm, Secret.of(octets(key)));
        PacketCipher decryptor = CryptoProvider.cipher(algorithm, Secret.of(octets(key)));
        assertThat(encryptor.ivLength()).isEqualTo(ivOctets.length);
        for (int round = 0; round < 3; round++) { // one packet leaves nothing to the next
            byte[] buffer = Arrays.copyOf(ivOctets, offset + plainOctets.length + 3);
            System.arraycopy(plainOctets, 0, buffer, offset, plainOctets.length);
            byte[] before = buffer.clone();
            encryptor.encrypt(buffer, 0, offset, plainOctets.length);
            System.arraycopy(secretOctets, 0, before, offset, secretOctets.length);
            assertThat(buffer).isEqualTo(before);
            decryptor.decrypt(buffer, 0, offset, plainOctets.length);
            System.arraycopy(plainOctets, 0, before, offset, plainOctets.length);
            assertThat(buffer).isEqualTo(before);
        }
    }

    private static byte[] octets(String text) {
        return text.startsWith("\"")
                ? text.substring(1).getBytes(US_ASCII)
                : HexFormat.of().parseHex(text);
    }
}

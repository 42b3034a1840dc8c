package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.bouncycastle.crypto.digests.RIPEMD160Digest;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// The MACs against the vectors of the documents that define them. A `"` starts a text, `XX*N` is
/// an octet repeated, anything else is hex.
class MacVectorTests {
    @ParameterizedTest(name = "HMAC-{0}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    # RFC 2202 2
                    MD5|0b*16|"Hi There|9294727a3638bb1c13f48ef8158bfc9d
                    MD5|"Jefe|"what do ya want for nothing?|750c783e6ab0b503eaa86e310a5db738
                    MD5|aa*16|dd*50|56be34521d144c88dbb8c733f0e8b3f6
                    MD5|0102030405060708090a0b0c0d0e0f10111213141516171819|cd*50|697eaf0aca3a3aea3a75164746ffaa79
                    MD5|0c*16|"Test With Truncation|56461ef2342edc00f9bab995690efd4c
                    MD5|aa*80|"Test Using Larger Than Block-Size Key - Hash Key First|6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd
                    MD5|aa*80|"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data|6f630fad67cda0ee1fb1f562db3aa53e
                    # RFC 2202 3
                    SHA-1|0b*20|"Hi There|b617318655057264e28bc0b6fb378c8ef146be00
                    SHA-1|"Jefe|"what do ya want for nothing?|effcdf6ae5eb2fa2d27416d5f184df9c259a7c79
                    SHA-1|aa*20|dd*50|125d7342b9ac11cd91a39af48aa17b4f63f175d3
                    SHA-1|0102030405060708090a0b0c0d0e0f10111213141516171819|cd*50|4c9007f4026250c6bc8414f9bf50c86c2d7235da
                    SHA-1|0c*20|"Test With Truncation|4c1a03424b55e07fe7f27be1d58bb9324a9a5a04
                    SHA-1|aa*80|"Test Using Larger Than Block-Size Key - Hash Key First|aa4ae5e15272d00e95705637ce8a3b55ed402112
                    SHA-1|aa*80|"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data|e8e99d0f45237d786d6bbaa7965c7808bbff1a91
                    # RFC 4231 4
                    SHA-256|0b*20|"Hi There|b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7
                    SHA-384|0b*20|"Hi There|afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6
                    SHA-512|0b*20|"Hi There|87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854
                    SHA-256|"Jefe|"what do ya want for nothing?|5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
                    SHA-384|"Jefe|"what do ya want for nothing?|af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649
                    SHA-512|"Jefe|"what do ya want for nothing?|164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737
                    SHA-256|aa*20|dd*50|773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe
                    SHA-384|aa*20|dd*50|88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27
                    SHA-512|aa*20|dd*50|fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb
                    SHA-256|aa*131|"Test Using Larger Than Block-Size Key - Hash Key First|60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54
                    SHA-384|aa*131|"Test Using Larger Than Block-Size Key - Hash Key First|4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952
                    SHA-512|aa*131|"Test Using Larger Than Block-Size Key - Hash Key First|80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598
                    # RFC 2286 2
                    RIPEMD160|0b*20|"Hi There|24cb4bd67d20fc1a5d2ed7732dcc39377f0a5668
                    RIPEMD160|"Jefe|"what do ya want for nothing?|dda6c0213a485a9e24f4742064a7f033b43c4069
                    RIPEMD160|aa*20|dd*50|b0b105360de759960ab4f35298e116e295d8e7c1
                    RIPEMD160|0102030405060708090a0b0c0d0e0f10111213141516171819|cd*50|d5ca862f4d21d5e610e18b4cf1beb97a4365ecf4
                    RIPEMD160|0c*20|"Test With Truncation|7619693978f91d90539ae786500ff3d8e0518e39
                    RIPEMD160|aa*80|"Test Using Larger Than Block-Size Key - Hash Key First|6466ca07ac5eac29e1bd523e5ada7605b791fd8b
                    RIPEMD160|aa*80|"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data|69ea60798d71616cce5fd0871e23754cd75d5a0a
                    """)
    void hmacAgreesWithItsDocument(String digest, String key, String text, String expected) {
        Secret secret = Secret.of(octets(key));
        byte[] mac = octets(expected);
        check(
                switch (digest) {
                    case "RIPEMD160" -> new EngineHmac(new RIPEMD160Digest(), secret, mac.length);
                    case "SHA-384", "SHA-512" ->
                            new Hmac(Jce.digest(digest), 128, secret, mac.length);
                    default -> new Hmac(Jce.digest(digest), 64, secret, mac.length);
                },
                octets(text),
                mac);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    # RFC 2202 5, truncated as RFC 2403 and RFC 2404 want it
                    HMAC_MD5_96|0c*16|"Test With Truncation|56461ef2342edc00f9bab995
                    HMAC_SHA1_96|0c*20|"Test With Truncation|4c1a03424b55e07fe7f27be1
                    # RFC 2286 2 (5), truncated as RFC 2857 wants it
                    HMAC_RIPEMD160_96|0c*20|"Test With Truncation|7619693978f91d90539ae786
                    # RFC 4868 2.7.2
                    HMAC_SHA256_128|0b*32|"Hi There|198a607eb44bfbc69903a0f1cf2bbdc5
                    HMAC_SHA256_128|"JefeJefeJefeJefeJefeJefeJefeJefe|"what do ya want for nothing?|167f928588c5cc2eef8e3093caa0e87c
                    HMAC_SHA256_128|aa*32|dd*50|cdcb1220d1ecccea91e53aba3092f962
                    HMAC_SHA256_128|0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20|cd*50|372efcf9b40b35c2115b1346903d2ef4
                    HMAC_SHA384_192|0b*48|"Hi There|b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973
                    HMAC_SHA384_192|"JefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefe|"what do ya want for nothing?|2c7353974f1842fd66d53c452ca42122b28c0b594cfb184d
                    HMAC_SHA512_256|0b*64|"Hi There|637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8
                    HMAC_SHA512_256|"JefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefeJefe|"what do ya want for nothing?|cb370917ae8a7ce28cfd1d8f4705d6141c173b2a9362c15df235dfb251b15454
                    # the same, cut to 96 bits as draft-ietf-ipsec-ciph-sha-256-00 has it
                    HMAC_SHA256_96|0b*32|"Hi There|198a607eb44bfbc69903a0f1
                    # RFC 3566 4.6, the first 96 bits
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f||75f0251d528ac01c4573dfd5
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|000102|5b376580ae2f19afe7219cee
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|000102030405060708090a0b0c0d0e0f|d2a246fa349b68a79998a439
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|000102030405060708090a0b0c0d0e0f10111213|47f51b4564966215b8985c63
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f|f54f0ec8d2b9f3d36807734b
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021|becbb3bccdb518a30677d548
                    AES_XCBC_96|000102030405060708090a0b0c0d0e0f|00*1000|f0dafee895db30253761103b
                    # RFC 4493 4, the first 96 bits, as RFC 4494 4 has them
                    AES_CMAC_96|2b7e151628aed2a6abf7158809cf4f3c||bb1d6929e95937287fa37d12
                    AES_CMAC_96|2b7e151628aed2a6abf7158809cf4f3c|6bc1bee22e409f96e93d7e117393172a|070a16b46b4d4144f79bdd9d
                    AES_CMAC_96|2b7e151628aed2a6abf7158809cf4f3c|6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411|dfa66747de9ae63030ca3261
                    AES_CMAC_96|2b7e151628aed2a6abf7158809cf4f3c|6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710|51f0bebf7e3b9d92fc497417
                    NULL||"anything|
                    """)
    void whatIsSentAgreesWithItsDocument(
            MacAlgorithm algorithm, String key, String text, String expected) {
        PacketMac mac = CryptoProvider.mac(algorithm, Secret.of(octets(key)));
        assertThat(mac.icvLength()).isEqualTo(algorithm.icvLength());
        check(mac, octets(text), octets(expected));
    }

    /// There are no vectors of these: built from their formula, octet by octet.
    @Test
    void keyedDigestsAreTheKeyItsFillTheTextAndTheKeyAgain() throws NoSuchAlgorithmException {
        byte[] md5Key = octets("0b30557a9fc4e90e33587da2c7ec1136");
        byte[] md5Fill = octets("80" + "00".repeat(39) + "8000000000000000");
        byte[] shaKey = octets("0b30557a9fc4e90e33587da2c7ec11365b80a5ca");
        byte[] shaFill = octets("80" + "00".repeat(35) + "a000000000000000");
        byte[] text = "what do ya want for nothing?".repeat(5).getBytes(US_ASCII);

        MessageDigest md5 = MessageDigest.getInstance("MD5");
        md5.update(md5Key);
        md5.update(md5Fill);
        md5.update(text);
        byte[] keyedMd5 = md5.digest(md5Key);
        MessageDigest sha = MessageDigest.getInstance("SHA-1");
        sha.update(shaKey);
        sha.update(shaFill);
        sha.update(text);
        byte[] keyedSha1 = sha.digest(shaKey);

        check(
                CryptoProvider.mac(MacAlgorithm.KEYED_MD5, Secret.of(md5Key)),
                text,
                Arrays.copyOf(keyedMd5, 12));
        check(
                CryptoProvider.mac(MacAlgorithm.KEYED_SHA1, Secret.of(shaKey)),
                text,
                Arrays.copyOf(keyedSha1, 12));
        // as ah-old sends them
        check(CryptoProvider.mac(MacAlgorithm.KEYED_MD5, Secret.of(md5Key), 16), text, keyedMd5);
        check(
                CryptoProvider.mac(MacAlgorithm.KEYED_SHA1, Secret.of(shaKey), 16),
                text,
                Arrays.copyOf(keyedSha1, 16));
    }

    /// In one piece, in pieces of every length, and several times over: a MAC starts anew by
    /// itself.
    private static void check(PacketMac mac, byte[] text, byte[] expected) {
        byte[] made = new byte[expected.length + 4];
        byte[] framed = Arrays.copyOf(new byte[2], expected.length + 4);
        System.arraycopy(expected, 0, framed, 2, expected.length);
        for (int piece = 1; piece <= text.length + 1; piece += piece < 40 ? 1 : 97) {
            Arrays.fill(made, (byte) 0);
            update(mac, text, piece);
            mac.finish(made, 2);
            assertThat(made).as("in pieces of %d", piece).isEqualTo(framed);
            update(mac, text, piece);
            assertThat(mac.finishAndVerify(framed, 2)).isTrue();
        }
        for (int bit = 0; bit < expected.length * 8; bit++) {
            byte[] forged = framed.clone();
            forged[2 + bit / 8] ^= (byte) (1 << bit % 8);
            update(mac, text, text.length);
            assertThat(mac.finishAndVerify(forged, 2)).as("bit %d flipped", bit).isFalse();
        }
    }

    private static void update(PacketMac mac, byte[] text, int piece) {
        for (int at = 0; at < text.length; at += piece) {
            mac.update(text, at, Math.min(piece, text.length - at));
        }
    }

    private static byte[] octets(String text) {
        if (text == null) {
            return new byte[0];
        }
        if (text.startsWith("\"")) {
            return text.substring(1).getBytes(US_ASCII);
        }
        int times = text.indexOf('*');
        return HexFormat.of()
                .parseHex(
                        times < 0
                                ? text
                                : text.substring(0, times)
                                        .repeat(Integer.parseInt(text.substring(times + 1))));
    }
}

package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.isakmp.Cookie;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All formulas of RFC 2409 for each hash, against values that `oracle/ike_keys_oracle.py` made of
/// the same octets; and SKEYID of signatures and what follows from it against a vector of NIST.
class KeyMaterialTests {
    private static final Cookies COOKIES =
            new Cookies(
                    new Cookie(octets("cky-i", 8).buffer().getLong()),
                    new Cookie(octets("cky-r", 8).buffer().getLong()));
    private static final Bytes NI = octets("ni", 16);
    private static final Bytes NR = octets("nr", 20);
    private static final Bytes GXI = octets("gxi", 256);
    private static final Bytes GXR = octets("gxr", 256);
    private static final Secret GXY = Secret.of(octets("gxy", 256).toArray());
    private static final Bytes IDII = octets("idii", 8);
    private static final Bytes REST = octets("rest", 77);
    private static final int MESSAGE_ID = octets("mid", 4).buffer().getInt();

    /// @param title hash, cipher, octets of its key, of the ESP and of the AH key
    private record Case(List<String> title, Map<String, Bytes> values) {
        int number(int index) {
            return Integer.parseInt(title.get(index));
        }

        @Override
        public String toString() {
            return String.join(" ", title);
        }
    }

    private static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream in = KeyMaterialTests.class.getResourceAsStream("/ike-keys.txt")) {
            for (String line :
                    new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
                List<String> words = Arrays.asList(line.split(" ", -1));
                if (words.getFirst().equals("case")) {
                    cases.add(new Case(words.subList(1, words.size()), new LinkedHashMap<>()));
                } else {
                    cases.getLast().values().put(words.get(0), Bytes.ofHex(words.get(1)));
                }
            }
        }
        return cases;
    }

    /// As the oracle makes them.
    private static Bytes octets(String seed, int length) {
        byte[] octets = new byte[length];
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int at = 0; at < length; at += 32) {
                digest.update((seed + " " + at).getBytes(StandardCharsets.US_ASCII));
                System.arraycopy(digest.digest(), 0, octets, at, Math.min(32, length - at));
            }
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        return Bytes.of(octets);
    }

    @Test
    void hasACaseForEachHashAndCipher() throws IOException {
        assertThat(cases().stream().map(each -> IkeHash.valueOf(each.title().get(0))))
                .containsOnly(IkeHash.values());
        assertThat(cases().stream().map(each -> IkeCipher.valueOf(each.title().get(1))))
                .containsOnly(IkeCipher.values());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void derivesWhatTheOracleDerives(Case expected) throws IOException {
        IkeHash hash = IkeHash.valueOf(expected.title().get(0));
        IkeCipher cipher = IkeCipher.valueOf(expected.title().get(1));
        Map<String, Bytes> found = new LinkedHashMap<>();
        put(found, "sig", KeyMaterial.skeyidOfSignatures(hash, NI, NR, GXY));
        Secret psk = Secret.of(octets("psk", 23).toArray());
        Secret skeyid = KeyMaterial.skeyidOfPresharedKey(hash, psk, NI, NR);
        KeyMaterial keys =
                KeyMaterial.derive(cipher, expected.number(2) * 8, hash, skeyid, GXY, COOKIES);
        put(found, "psk", keys.skeyid());
        put(found, "d", keys.skeyidD());
        put(found, "a", keys.skeyidA());
        put(found, "e", keys.skeyidE());
        put(found, "key", keys.encryptionKey());
        Bytes iv = IvDerivation.phase1(cipher, hash, GXI, GXR);
        found.put("iv1", iv);
        found.put("iv2", IvDerivation.phase2(cipher, hash, iv, MESSAGE_ID));
        phase1Hashes(found, hash, skeyid);
        var phase2 = new Phase2Hashes(hash, keys.skeyidA(), MESSAGE_ID);
        found.put("hash1", phase2.hash1(REST));
        found.put("hash2", phase2.hash2(NI, REST));
        found.put("hash3", phase2.hash3(NI, NR));
        Secret pfs = Secret.of(octets("pfs", 96).toArray());
        keymat(found, "esp-pfs", expected, 3, new Keymat(hash, keys.skeyidD(), pfs, NI, NR));
        Keymat plain = new Keymat(hash, keys.skeyidD(), Secret.EMPTY, NI, NR);
        keymat(found, "esp", expected, 3, plain);
        keymat(found, "ah", expected, 2, plain);
        InetAddress four = InetAddress.ofLiteral("192.0.2.33");
        InetAddress six = InetAddress.ofLiteral("2001:db8::21");
        found.put("nat4", NatDetectionHash.of(hash, COOKIES, four, 500));
        found.put("nat6", NatDetectionHash.of(hash, COOKIES, six, 64500));
        assertThat(found).isEqualTo(expected.values()).hasSize(24);
    }

    private static void phase1Hashes(Map<String, Bytes> found, IkeHash hash, Secret skeyid) {
        var hashes = new Phase1Hashes(hash, GXI, GXR, COOKIES, octets("sa", 48));
        found.put("hash-i", hashes.hashI(skeyid, IDII));
        found.put("hash-r", hashes.hashR(skeyid, octets("idir", 25)));
        found.put("base-i", hashes.baseHashI(skeyid, IDII));
        found.put("base-signed-i", hashes.baseSignedHashI(NI, NR, IDII));
        found.put("base-signed-r", hashes.baseSignedHashR(NI, NR, IDII));
    }

    private static void keymat(
            Map<String, Bytes> found, String label, Case expected, int protocol, Keymat keymat) {
        Keymat.Keys keys =
                keymat.keys(protocol, octets("spi", 4), expected.number(3), expected.number(4));
        put(found, label + "-encryption", keys.encryption());
        put(found, label + "-authentication", keys.authentication());
    }

    private static void put(Map<String, Bytes> found, String label, Secret secret) {
        found.put(label, Bytes.of(secret.toArray()));
    }

    /// The first of NIST's for IKEv1 with signatures and SHA-1 (SP 800-135 test vectors,
    /// ikev1_dsa).
    @Test
    void derivesWhatNistDerives() {
        Secret shared =
                Secret.ofHex(
                        """
                        2a2e0bbe8da3657a83f3d35826e49e2d38e557e912a1b9e6c30c63577b3eab71\
                        5466202862027f2c26f3090743555579611771db0b92bef93834432a3a7762fc\
                        8a0f4889fd281d6082770d10a40d7bad61e832f041e620d6787e7f62ab2861dd\
                        fbe272e0d9d3cdec5f1bbf750e24b8b32d6d714968ad69ce5086c32ad2742ebc\
                        """);
        Secret skeyid =
                KeyMaterial.skeyidOfSignatures(
                        IkeHash.SHA1,
                        Bytes.ofHex("ced5635da6796075"),
                        Bytes.ofHex("6244b427712fb776"),
                        shared);
        Cookies cookies =
                new Cookies(new Cookie(0x382e5c8b0a3fa307L), new Cookie(0xba4b7616700a2413L));
        KeyMaterial keys =
                KeyMaterial.derive(IkeCipher.AES, 128, IkeHash.SHA1, skeyid, shared, cookies);
        assertThat(skeyid).isEqualTo(Secret.ofHex("dc37ac99de6dcfbd1ee74af7fb36f9b4b0a7829d"));
        assertThat(keys.skeyidD())
                .isEqualTo(Secret.ofHex("486293ed547adb562cefdaf43d3d8457b196f2b6"));
        assertThat(keys.skeyidA())
                .isEqualTo(Secret.ofHex("f4053b5ca07e59bb41b8f401037ca90b72b3917e"));
        assertThat(keys.skeyidE())
                .isEqualTo(Secret.ofHex("49a1d53a80fb77e663552964fbbcb45092021473"));
        assertThat(keys.encryptionKey()).isEqualTo(keys.skeyidE().slice(0, 16));
    }

    @Test
    void tellsAWeakKeyFromAFairOne() {
        assertThat(withKey("e0e0e0e0f1f1f1f1").isWeak()).isTrue();
        assertThat(withKey("133457799bbcdff1").isWeak()).isFalse();
    }

    @Test
    void printsNoSecretAndWipesThemAll() {
        KeyMaterial keys = withKey("133457799bbcdff1");
        assertThat(keys.toString()).doesNotContain("133457").contains("Secret[8 octets]");
        Keymat keymat = new Keymat(IkeHash.MD5, keys.skeyidD(), GXY, NI, NR);
        assertThat(keymat.toString()).doesNotContain("133457");
        keys.close();
        assertThat(
                        List.of(
                                keys.skeyid(),
                                keys.skeyidD(),
                                keys.skeyidA(),
                                keys.skeyidE(),
                                keys.encryptionKey()))
                .containsOnly(Secret.of(new byte[8]));
    }

    private static KeyMaterial withKey(String hex) {
        return new KeyMaterial(
                IkeCipher.DES,
                IkeHash.MD5,
                Secret.ofHex(hex),
                Secret.ofHex(hex),
                Secret.ofHex(hex),
                Secret.ofHex(hex),
                Secret.ofHex(hex));
    }
}

package org.jipsec.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

import javax.crypto.KeyAgreement;
import javax.crypto.spec.DHPrivateKeySpec;
import javax.crypto.spec.DHPublicKeySpec;

class DhExchangeTests {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// The RFCs define the primes by digits of pi:
    /// `2^n - 2^(n-64) - 1 + 2^64 * ([2^(n-130) pi] + k)`.
    @ParameterizedTest
    @CsvSource({
        "MODP_768, 149686",
        "MODP_1024, 129093",
        "MODP_1536, 741804",
        "MODP_2048, 124476",
        "MODP_3072, 1690314",
        "MODP_4096, 240904",
        "MODP_6144, 929484",
        "MODP_8192, 4743158"
    })
    void hasThePrimesThatTheRfcsDefine(DhGroup group, long offset) {
        int bits = group.bits();
        BigInteger middle = pi(bits - 130).add(BigInteger.valueOf(offset));
        BigInteger expected =
                BigInteger.TWO
                        .pow(bits)
                        .subtract(BigInteger.TWO.pow(bits - 64))
                        .subtract(BigInteger.ONE)
                        .add(middle.shiftLeft(64));
        assertThat(ModularExchange.prime(group)).isEqualTo(expected);
    }

    /// `[2^bits pi]` by Machin's formula, with guard bits.
    private static BigInteger pi(int bits) {
        int guard = 64;
        BigInteger one = BigInteger.ONE.shiftLeft(bits + guard);
        BigInteger quarter =
                arcCotangent(5, one)
                        .multiply(BigInteger.valueOf(4))
                        .subtract(arcCotangent(239, one));
        return quarter.shiftLeft(2).shiftRight(guard);
    }

    private static BigInteger arcCotangent(long x, BigInteger one) {
        BigInteger power = one.divide(BigInteger.valueOf(x));
        BigInteger sum = BigInteger.ZERO;
        for (long n = 1; power.signum() != 0; n += 2) {
            BigInteger term = power.divide(BigInteger.valueOf(n));
            sum = n % 4 == 1 ? sum.add(term) : sum.subtract(term);
            power = power.divide(BigInteger.valueOf(x * x));
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesComeToTheSameSecret(DhGroup group) throws Exception {
        DhExchange.KeyPair ours = DhExchange.generate(group, RANDOM);
        DhExchange.KeyPair theirs = DhExchange.generate(group, RANDOM);
        Secret shared = ours.agree(theirs.publicValue());
        assertThat(shared).isEqualTo(theirs.agree(ours.publicValue()));
        assertThat(shared.length()).isEqualTo(group.sharedLength());
        assertThat(ours.publicValue().length()).isEqualTo(group.publicLength());
        assertThat(ours.publicValue()).isNotEqualTo(theirs.publicValue());
    }

    @ParameterizedTest
    @EnumSource(names = "MODP_.*", mode = EnumSource.Mode.MATCH_ALL)
    void agreesWithTheJdk(DhGroup group) throws Exception {
        DhExchange.KeyPair ours = DhExchange.generate(group, RANDOM);
        DhExchange.KeyPair theirs = DhExchange.generate(group, RANDOM);
        BigInteger prime = ModularExchange.prime(group);
        KeyFactory keys = KeyFactory.getInstance("DH");
        KeyAgreement agreement = KeyAgreement.getInstance("DH");
        agreement.init(
                keys.generatePrivate(
                        new DHPrivateKeySpec(
                                Octets.number(ours.privateValue()), prime, BigInteger.TWO)));
        agreement.doPhase(
                keys.generatePublic(
                        new DHPublicKeySpec(
                                new BigInteger(1, theirs.publicValue().toArray()),
                                prime,
                                BigInteger.TWO)),
                true);
        assertThat(ours.agree(theirs.publicValue()).toArray())
                .isEqualTo(agreement.generateSecret());
    }

    /// RFC 3526 8 and NIST SP 800-56A: twice the strength of the group.
    @ParameterizedTest
    @CsvSource({
        "MODP_768, 256",
        "MODP_1024, 256",
        "MODP_1536, 256",
        "MODP_2048, 320",
        "MODP_3072, 424",
        "MODP_4096, 480",
        "MODP_6144, 544",
        "MODP_8192, 624"
    })
    void privateValuesAreTwiceAsLongAsTheGroupIsStrong(DhGroup group, int bits) {
        Secret value = DhExchange.generate(group, RANDOM).privateValue();
        assertThat(Octets.number(value).bitLength()).isEqualTo(bits);
    }

    @Test
    void padsWhatIsShorterThanThePrime() throws Exception {
        DhExchange.KeyPair one = DhExchange.ofPrivate(DhGroup.MODP_2048, Secret.ofHex("01"));
        String two = "00".repeat(255) + "02";
        assertThat(one.publicValue().hex()).isEqualTo(two);
        assertThat(one.agree(one.publicValue())).isEqualTo(Secret.ofHex(two));
    }

    @ParameterizedTest
    @EnumSource(names = "MODP_.*", mode = EnumSource.Mode.MATCH_ALL)
    void refusesPublicValuesThatWouldTellOrFixTheSecret(DhGroup group) {
        BigInteger prime = ModularExchange.prime(group);
        int length = group.publicLength();
        BigInteger one = BigInteger.ONE;
        Map<BigInteger, String> wrong =
                Map.of(
                        BigInteger.ZERO,
                        "this one is 0",
                        one,
                        "this one is 1",
                        prime.subtract(one),
                        "this one is p-1 or more",
                        prime,
                        "this one is p-1 or more",
                        prime.add(one),
                        "this one is p-1 or more",
                        one.shiftLeft(group.bits()).subtract(one),
                        "this one is p-1 or more");
        wrong.forEach(
                (value, message) ->
                        assertRefused(group, Bytes.of(Octets.padded(value, length)), message));
    }

    @ParameterizedTest
    @CsvSource({"MODP_2048, 0", "MODP_2048, 255", "MODP_2048, 257", "ECP_256, 65", "ECP_256, 32"})
    void refusesAPublicValueOfAnotherLength(DhGroup group, int length) {
        assertRefused(group, Bytes.of(new byte[length]), "octets, this one has " + length);
    }

    @ParameterizedTest
    @EnumSource(names = "ECP_.*", mode = EnumSource.Mode.MATCH_ALL)
    void refusesAPointThatIsNotOnTheCurve(DhGroup group) {
        byte[] point = DhExchange.generate(group, RANDOM).publicValue().toArray();
        point[point.length - 1] ^= 1;
        assertRefused(group, Bytes.of(point), "no point of the curve");
        assertRefused(group, Bytes.of(new byte[point.length]), "no point of the curve");
        byte[] beyond = new byte[point.length];
        Arrays.fill(beyond, (byte) 0xff);
        assertRefused(group, Bytes.of(beyond), "no point of the curve");
    }

    private static void assertRefused(DhGroup group, Bytes peer, String message) {
        Secret privateValue = DhExchange.generate(group, RANDOM).privateValue();
        assertThatExceptionOfType(InvalidPublicValueException.class)
                .isThrownBy(() -> DhExchange.agree(group, privateValue, peer))
                .withMessageContaining(message)
                .withMessageContaining(group.word());
    }

    @ParameterizedTest
    @EnumSource
    void refusesAPrivateValueOfZero(DhGroup group) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DhExchange.ofPrivate(group, Secret.ofHex("0000")));
    }

    /// RFC 5903 section 8.
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        """
        ECP_256,\
        C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433,\
        DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180\
        5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3,\
        C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53,\
        D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63\
        56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB,\
        D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE\
        """,
        """
        ECP_384,\
        099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655\
        E35B538041E649EE3FAEF896783AB194,\
        667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6\
        DE3AC808ACB4BDB4C88732AEE95F41AA\
        9482ED1FC0EEB9CAFC4984625CCFC23F65032149E0E144ADA024181535A0F38E\
        EB9FCFF3C2C947DAE69B4C634573A81C,\
        41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942\
        E0308312916B8ED2960E4BD55A7448FC,\
        E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D\
        0D1AC43A0336DEF96FDA41D0774A3571\
        DCFBEC7AACF3196472169E838430367F66EEBE3C6E70C416DD5F0C68759DD1FF\
        F83FA40142209DFF5EAAD96DB9E6386C,\
        11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4\
        D603135569B9E9D09CF5D4A270F59746\
        """,
        """
        ECP_521,\
        0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A0\
        95AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D\
        4A52,\
        0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBE\
        E1E3BF42E00B8E380AEAE57C2D107564941885942AF5A7F4601723C4195D176C\
        ED3E\
        017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10A\
        D8A788015AC405D7799DC75E7B7D5B6CF2261A6A7F1507438BF01BEB6CA3926F\
        9582,\
        0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E\
        9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4EFFC311F5CB15168\
        5EB9,\
        00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A21\
        9B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D0433CED2B6171640012D9\
        460F\
        015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87\
        220B6536C5C408A1D2AEBB8E86D678AE49CB57091F4732296579AB44FCD17F0F\
        C56A,\
        01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04\
        D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3\
        DDEA\
        """
    })
    void agreesWithTheVectorsOfRfc5903(
            DhGroup group, String i, String gi, String r, String gr, String shared)
            throws Exception {
        DhExchange.KeyPair initiator = DhExchange.ofPrivate(group, Secret.ofHex(i));
        DhExchange.KeyPair responder = DhExchange.ofPrivate(group, Secret.ofHex(r));
        assertThat(initiator.publicValue()).isEqualTo(Bytes.ofHex(gi));
        assertThat(responder.publicValue()).isEqualTo(Bytes.ofHex(gr));
        assertThat(initiator.agree(responder.publicValue())).isEqualTo(Secret.ofHex(shared));
        assertThat(responder.agree(initiator.publicValue())).isEqualTo(Secret.ofHex(shared));
    }

    /// Of Project Wycheproof those whose point is not compressed, nor on a curve of parameters of
    /// its own: IKE's encoding can say no other.
    @ParameterizedTest
    @CsvSource({
        "ECP_256, ecdh_secp256r1_test.json, 330, 18",
        "ECP_384, ecdh_secp384r1_test.json, 771, 18",
        "ECP_521, ecdh_secp521r1_test.json, 632, 18"
    })
    void standsWycheproof(DhGroup group, String file, int valid, int invalid) throws Exception {
        var vectors = Wycheproof.read(file);
        int encoded = 1 + group.publicLength();
        String header = "";
        int agreed = 0;
        int refused = 0;
        for (Wycheproof.Vector vector : vectors) {
            byte[] key = vector.hex("public");
            if (key.length <= encoded || key[key.length - encoded] != 4) {
                continue;
            }
            Bytes point = Bytes.of(key, key.length - encoded + 1, group.publicLength());
            String prefix = HexFormat.of().formatHex(key, 0, key.length - encoded);
            Secret privateValue =
                    Octets.secret(new BigInteger(1, vector.hex("private")), group.sharedLength());
            switch (vector.fields().get("result")) {
                case "valid" -> {
                    header = prefix;
                    assertThat(DhExchange.agree(group, privateValue, point).toArray())
                            .as("%s", vector)
                            .isEqualTo(vector.hex("shared"));
                    agreed++;
                }
                case "invalid" -> {
                    if (prefix.equals(header)) {
                        assertRefused(group, point, "no point of the curve");
                        refused++;
                    }
                }
                default -> {} // acceptable: of foreign encodings
            }
        }
        assertThat(agreed).isEqualTo(valid);
        assertThat(refused).isEqualTo(invalid);
    }
}

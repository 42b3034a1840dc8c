package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/// What the goldens do not reach: spec/setkey.md's examples, values that are cut.
class ClassicSessionTests extends ClassicRun {
    private static final String ENDS = "10.0.0.1 10.0.0.2 ";
    private static final String KEY_128 = "0xc0291ff014dccdd03874d9e8e4cdf3e6";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ADD 10.0.0.1 10.0.0.2 esp 1 -E null;                  | syntax error at `ADD'
                    add 10.0.0.1 10.0.0.2 esp 0x201 -lh -5 -E null;       | Syntax error at `-'
                    spdadd 10.0.0.1 10.0.0.2 foo -P out none;             | invalid upper layer protocol at `foo'
                    spdadd 10.0.0.1 10.0.0.2 esp -P out none;             | syntax error at `esp'
                    spdadd 10.0.0.1 10.0.0.2 icmp 8 -P out none;          | syntax error at `8'
                    spdadd 10.0.0.1 10.0.0.2 icmp x -P out none;          | invalid an upper layer protocol spec at ` out none;'
                    spdadd 10.0.0.1 10.0.0.2 any -P in ipsec esp/transport/me-any/use; | Invalid direction at ` in ipsec esp/transport/me-any/use'
                    spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/tunnel//require; | Invalid address specification at ` out ipsec esp/tunnel//require'
                    spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/;       | Too few arguments at ` out ipsec esp/'
                    spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp;        | Too few arguments at ` out ipsec esp'
                    spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/bogus;  | Too few arguments at ` out ipsec esp/bogus'
                    spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/tunnel/10.0.0.1-::1/use; | Family mismatch at ` out ipsec esp/tunnel/10.0.0.1-::1/use'
                    spdadd 10.0.0.1 10.0.0.2 any -P out none,             | syntax error at ` out none,'
                    spdadd 10.0.0.1 10.0.0.2 any -P out none (            | Syntax error at ` out none ('
                    add 10.0.0.1[foo] 10.0.0.2 esp 1 -E null;             | Servname not supported for ai_socktype at `]'
                    add 10.0.0.1[] 10.0.0.2 esp 1 -E null;                | syntax error at `]'
                    add -4 ::1 ::1 esp 1 -E null;                         | Address family for hostname not supported at `::1'
                    add -n host 10.0.0.2 esp 1 -E null;                   | Name or service not known at `10.0.0.2'
                    add 10.0.0.1 10.0.0.2 esp-old 1 -r 4 -E null;         | replay prevention cannot be used with ah/esp-old at `4'
                    add 10.0.0.1 10.0.0.2 esp 4294967296 -E null;         | SPI too big. at `4294967296'
                    delete two 10.0.0.2 esp 1;                            | multiple address specified at `;'
                    spdadd two 10.0.0.2 any -P out none;                  | multiple address specified at ` out none;'
                    exit                                                  | syntax error at `'
                    ;                                                     | syntax error at `;'
                    my_host;                                              | syntax error at `my'
                    add my_host 10.0.0.2 esp 1 -E null;                   | Syntax error at `_'
                    spdadd 10.0.0.1 10.0.0.2 any -P out none esp;         | Too few arguments at ` out none esp'
                    """)
    void refusesWithTheOriginalsWords(String text, String message) {
        assertThat(run(text)).isEqualTo(1);
        assertThat(err.toString()).startsWith("setkey: F,1: " + message + "\n");
    }

    @Test
    void quotesCarriageReturnsAsStray() {
        assertThat(run("flush;\r\n")).isEqualTo(1);
        assertThat(err.toString()).isEqualTo("setkey: F,1: Syntax error at `\r'\n");
        assertThat(backend.operations).hasSize(1);
    }

    @Test
    void namesBothPortsThatLieOnItsStack() {
        assertThat(run("spdadd 10.0.0.1 10.0.0.2 tcp foo -P out none;")).isEqualTo(1);
        String line = "setkey: F,1: Servname not supported for ai_socktype at ` out none;'\n";
        assertThat(err.toString()).isEqualTo(line + line + "setkey: F,1: parse failed\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    up none                              | up
                    out ipsec esp/transport/require      | require
                    out ipsec esp/transport//            |
                    out prio 5                           |
                    out prio def + ipsec                 | ipsec
                    out foo                              | foo
                    out ipsec esp/transport//unique:x    | unique:x
                    out ipsec esp/tunnel/10.0.0.1[5]-10.0.0.2/use | /
                    """)
    void saysWherePolicyTextGoesWrong(String policy, String word) {
        run("spdadd 10.0.0.1 10.0.0.2 any -P " + policy + ";");
        assertThat(err.toString())
                .startsWith(
                        "libipsec: syntax error while parsing \""
                                + (word == null ? "" : word)
                                + "\"\n")
                .contains("Invalid argument at ` " + policy + "'");
    }

    @Test
    void quotesTheWordAheadForAWrongFirstAddress() {
        run("spdadd 10.0.0.1 10.0.0.2 any -P out ipsec esp/tunnel/a.b.c-1.1.1.1/require;");
        assertThat(err.toString())
                .startsWith(
                        "libipsec: invalid IP address while parsing \"-\"\n"
                                + "setkey: F,1: Name or service not known at ` out ipsec");
    }

    @Test
    void copiesUnknownCharactersOfAPolicyToStandardOutput() {
        run("spdadd 10.0.0.1 10.0.0.2 any -P out [none];");
        assertThat(out.toString()).isEqualTo("[]");
        assertThat(backend.policies()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "prio 100, 7fffff9c",
        "prio -100, 80000064",
        "prio high, 40000000",
        "prio low + 1, bfffffff",
        "prio high + 1073741824, 0",
        "prio low - 1073741823, ffffffff",
        "prio 2147483648, 0",
        "prio -2147483647, ffffffff"
    })
    void writesPrioritiesTheOtherWayRound(String written, String wire) {
        assertThat(run("spdadd " + ENDS + "any -P out " + written + " none;")).isZero();
        assertThat(backend.policies().get(0).priority())
                .isEqualTo(Integer.parseUnsignedInt(wire, 16));
    }

    @ParameterizedTest
    @ValueSource(strings = {"prio 2147483649", "prio -2147483648"})
    void boundsPriorities(String written) {
        assertThat(run("spdadd " + ENDS + "any -P out " + written + " none;")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "setkey: F,1: Priority offset not in valid range"
                                + " [-2147483647, 2147483648] at ` out ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prio def + 1073741825", "prio low - 1073741824"})
    void boundsOffsetsFromABase(String written) {
        assertThat(run("spdadd " + ENDS + "any -P out " + written + " none;")).isEqualTo(1);
        assertThat(err.toString()).startsWith("setkey: F,1: Priority offset from base not in");
    }

    @Test
    void takesADirectionForAPolicy() {
        assertThat(run("spddelete " + ENDS + "any -P in;")).isZero();
        assertThat(backend.policies())
                .extracting(Policy::direction)
                .containsExactly(Direction.IN, Direction.FWD);
        assertThat(backend.policies())
                .allSatisfy(
                        policy -> {
                            assertThat(policy.action()).isEqualTo(PolicyAction.DISCARD);
                            assertThat(policy.priority()).isZero();
                        });
    }

    @Test
    void makesTheFirstUniqueRuleOfAForwardedCopyARequiredOne() {
        run("spdadd " + ENDS + "any -P in ipsec esp/transport//unique:7 ah/transport//unique:8;");
        Policy copy = backend.policies().get(1);
        assertThat(copy.rules().get(0).level()).isEqualTo(PolicyLevel.REQUIRE);
        assertThat(copy.rules().get(0).reqid()).isZero();
        assertThat(copy.rules().get(1).level()).isEqualTo(PolicyLevel.UNIQUE);
        assertThat(copy.rules().get(1).reqid()).isEqualTo(8);
    }

    @Test
    void copiesNothingWithKernelSemantics() {
        settings = new ClassicSettings(false, false, false, false, false, false, false);
        run("spdadd " + ENDS + "any -P in none;");
        assertThat(backend.policies()).hasSize(1);
    }

    @Test
    void sendsNothingInADryRun() {
        settings = new ClassicSettings(true, true, false, false, false, false, false);
        assertThat(run("add " + ENDS + "esp 1 -E null; deleteall " + ENDS + "esp; dump;")).isZero();
        assertThat(backend.operations).isEmpty();
    }

    @Test
    void answersForTheKernelWhatCannotBeSent() {
        assertThat(run("spdadd 10.0.0.0/33 10.0.0.2 any -P in none;\nspdadd tagged \"x\" -P out;"))
                .isZero();
        assertThat(err.toString())
                .isEqualTo(
                        "setkey: F,1: Invalid argument\n".repeat(2)
                                + "setkey: F,2: Invalid argument\n");
        assertThat(backend.operations).isEmpty();
    }

    @Test
    void needsNoSpaceAfterAFlag() {
        run(
                "add "
                        + ENDS
                        + "esp 0x201 -mtunnel -u100 -lh3600 -ls1800 -bh9 -r300"
                        + " -Edes-cbc\"12345678\";");
        SecurityAssociation sa = backend.associations().get(0);
        assertThat(sa.mode()).isEqualTo(SaMode.TUNNEL);
        assertThat(sa.reqid()).isEqualTo(100);
        assertThat(sa.hard().sinceAdded()).hasSeconds(3600);
        assertThat(sa.hard().bytes()).isEqualTo(9);
        assertThat(sa.soft().sinceAdded()).hasSeconds(1800);
        assertThat(sa.replayWindow()).isEqualTo(32); // 300 is cut to 44, and that to 32
        assertThat(sa.encryption()).isEqualTo(EncryptionAlgorithm.DES_CBC);
        assertThat(sa.encryptionKey().bits()).isEqualTo(64);
    }

    @Test
    void keepsTheFlagsOfTheSa() {
        run(
                "add "
                        + ENDS
                        + "esp-old 1 -f zero-pad -f nocyclic-seq -E des-32iv \"12345678\";"
                        + "add "
                        + ENDS
                        + "ipcomp 2 -C deflate -R;"
                        + "add "
                        + ENDS
                        + "esp 3 -E des-deriv \"12345678\";");
        assertThat(backend.associations())
                .extracting(sa -> sa.flags().bits())
                .containsExactly(
                        SaFlags.OLD | SaFlags.PAD_ZERO | SaFlags.IV_4_OCTETS,
                        SaFlags.CYCLIC_SEQUENCE | SaFlags.RAW_CPI,
                        SaFlags.CYCLIC_SEQUENCE | SaFlags.DERIVED_IV);
    }

    @Test
    void tellsOldTransformsFromNewOnes() {
        assertThat(run("add " + ENDS + "esp 1 -E des-32iv \"12345678\";")).isEqualTo(1);
        assertThat(run("add " + ENDS + "esp-old 1 -E des-deriv \"12345678\";")).isEqualTo(1);
        assertThat(err.toString().lines().filter(line -> line.contains("algorithm mismatched")))
                .hasSize(2);
    }

    @Test
    void warnsOfWhatIsObsoleteAndGoesOn() {
        assertThat(run("add " + ENDS + "esp 1 -E simple;\ndelete " + ENDS + "esp 1 -m tunnel;"))
                .isZero();
        assertThat(err.toString())
                .isEqualTo(
                        "setkey: F,1: WARNING: obsolete algorithm at `simple'\n"
                                + "setkey: F,2: WARNING: mode is obsolete at `;'\n");
        assertThat(backend.operations).hasSize(2);
    }

    @Test
    void addsEveryPairOfOneFamily() {
        run("add two two ah 1 -A hmac-md5 " + KEY_128 + ";");
        assertThat(backend.associations())
                .extracting(sa -> IpText.text(sa.source().address()))
                .containsExactly("192.0.2.1", "2001:db8::1");
    }

    @Test
    void defaultsThePortsOfUdpEncapsulation() {
        run("add 10.0.0.1[isakmp] 10.0.0.2 esp-udp 10.9.9.9 1 -E null;");
        var nat = backend.associations().get(0).encapsulation().orElseThrow();
        assertThat(nat.sourcePort()).isEqualTo(500);
        assertThat(nat.destinationPort()).isEqualTo(4500);
        assertThat(nat.originalAddress().map(IpText::text)).contains("10.9.9.9");
    }

    @Test
    void writesTheKeyOfGreAsPorts() {
        run("spdadd " + ENDS + "gre 0.1.0.2 -P out none;");
        assertThat(backend.policies().get(0).selector().sourcePort()).isEqualTo(1);
        assertThat(backend.policies().get(0).selector().destinationPort()).isEqualTo(2);
    }

    @Test
    void leavesTheKindOfAlgorithmToTheKernel() {
        run("add " + ENDS + "0x201 -A null;");
        SecurityAssociation sa = backend.associations().get(0);
        assertThat(sa.protocol()).isEqualTo(IpsecProtocol.UNSPEC);
        assertThat(sa.authentication()).isEqualTo(AuthAlgorithm.NULL);
    }

    @Test
    void stopsAtExitAndReadsNothingBehindIt() {
        assertThat(run("flush; exit; garbage {")).isZero();
        assertThat(backend.operations).hasSize(1);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void neverQuotesAKey() {
        for (String wrong :
                List.of(
                        "add " + ENDS + "esp 1 -E des-cbc hogehoge;",
                        "add " + ENDS + "esp 1 -E des-cbc 1234567812345678;",
                        "add " + ENDS + "esp 1 -E null 0x0123456789;",
                        "add " + ENDS + "esp 1 -E null \"hogehoge\";",
                        "add " + ENDS + "ah 1 -A tcp-md5 hogehoge;",
                        "add " + ENDS + "ah 1 -A hmac-sha1 \"hogehoge\";")) {
            assertThat(run(wrong)).isEqualTo(1);
        }
        assertThat(err.toString())
                .contains("[8 octets, hidden]")
                .doesNotContain("hoge\"", "12345678", "123456789");
    }

    @Test
    void saysOneWordForTheWholeSendThatBroke() {
        backend.broken = true;
        assertThat(run("flush;")).isZero();
        assertThat(err.toString()).isEqualTo("setkey: send: it is gone\n");
    }

    @Test
    void flushesNoOtherProtocolForTcp() {
        run("flush tcp;");
        assertThat(backend.operations)
                .containsExactly(new SadbOperation.FlushSas(IpsecProtocol.TCP));
    }

    /// Not where a key has to stand, but it is one.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "add 10.0.0.1 10.0.0.2 esp 1 -E aes-cbc0x00112233445566778899aabbccddeeff;",
                "add 10.0.0.1 10.0.0.2 esp 1 -E 00112233445566778899aabbccddeeff;",
                "add 10.0.0.1 10.0.0.2 ah 1 -A hmac-md5:00112233445566778899aabbccddeeff;",
                "spdadd 10.0.0.1 10.0.0.2 any -P out none\n"
                    + "add 10.0.0.1 10.0.0.2 esp 1 -E aes-cbc 0x00112233445566778899aabbccddeeff;",
                "spdadd 10.0.0.1 10.0.0.2 any -P out none 0x00112233445566778899aabbccddeeff;"
            })
    void neverQuotesAKeyThatStandsElsewhere(String text) {
        assertThat(run(text)).isEqualTo(1);
        assertThat(err.toString()).contains("[16 octets, hidden]").doesNotContain("aabbcc");
    }
}

package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
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
import org.jipsec.sadb.Selector;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

class SetkeyPlannerTests {
    private static Compilation compile(String text, Capabilities capabilities, boolean kernel) {
        return SetkeyLanguage.compile(
                SetkeyLanguage.source("x", text.getBytes(StandardCharsets.ISO_8859_1)),
                capabilities,
                new CompileOptions(kernel, new TableOfNames()));
    }

    private static List<SadbOperation> plan(String text) {
        Compilation compilation = compile(text, Capabilities.userspace(), false);
        assertThat(compilation.diagnostics().all()).filteredOn(Diagnostic::isError).isEmpty();
        return compilation.plan().orElseThrow().operations().stream()
                .map(PlannedOperation::operation)
                .toList();
    }

    private static SecurityAssociation association(String text) {
        return ((SadbOperation.AddSa) plan(text).getFirst()).association();
    }

    private static Policy policy(String text) {
        return ((SadbOperation.AddPolicy) plan(text).getFirst()).policy();
    }

    private static List<String> codes(String text) {
        return compile(text, Capabilities.userspace(), false).diagnostics().all().stream()
                .map(Diagnostic::code)
                .toList();
    }

    @Test
    void saysInAnSaAllThatIsWritten() {
        SecurityAssociation association =
                association(
                        "add 10.0.0.1[500] 10.0.0.2 esp 0x201 -m tunnel -u 7 -r 64 -esn -lh 100 -ls"
                            + " 80 -bh 1000 -bs 800 -f zero-pad -f nocyclic-seq -ctx 1 2 \"label\""
                            + " -E rijndael-cbc 0xc0291ff014dccdd03874d9e8e4cdf3e6 -A null;");
        assertThat(association.mode()).isEqualTo(SaMode.TUNNEL);
        assertThat(association.reqid()).isEqualTo(7);
        assertThat(association.replayWindow()).isEqualTo(64);
        assertThat(association.extendedSequence()).isTrue();
        assertThat(association.source().port()).isEqualTo(500);
        assertThat(association.hard().sinceAdded()).isEqualTo(Duration.ofSeconds(100));
        assertThat(association.hard().bytes()).isEqualTo(1000);
        assertThat(association.soft().sinceAdded()).isEqualTo(Duration.ofSeconds(80));
        assertThat(association.soft().bytes()).isEqualTo(800);
        assertThat(association.flags().bits()).isEqualTo(SaFlags.PAD_ZERO);
        assertThat(association.context().orElseThrow().context()).isEqualTo("label");
        assertThat(association.encryption()).isEqualTo(EncryptionAlgorithm.AES_CBC);
        assertThat(association.encryptionKey().toArray()).startsWith(0xc0, 0x29, 0x1f);
        assertThat(association.encapsulation()).isEmpty();
    }

    @Test
    void takesTheOctetsBetweenQuotesAsTheyAre() {
        Compilation compilation =
                SetkeyLanguage.compile(
                        SetkeyLanguage.source(
                                "x",
                                "add ::1 ::1 esp 256 -E des-cbc \"sch\u00fcsel\";"
                                        .getBytes(StandardCharsets.UTF_8)),
                        Capabilities.userspace(),
                        new CompileOptions(false, new TableOfNames()));
        SadbOperation.AddSa add =
                (SadbOperation.AddSa)
                        compilation.plan().orElseThrow().operations().getFirst().operation();
        assertThat(add.association().encryptionKey().toArray())
                .isEqualTo("sch\u00fcsel".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void padsAnOddNumberOfHexDigitsOnTheLeft() {
        assertThat(
                        association("add ::1 ::1 esp 256 -E des-cbc 0xb30557a9fc4e90e;")
                                .encryptionKey()
                                .toArray())
                .isEqualTo(
                        new byte[] {
                            0x0b, 0x30, 0x55, 0x7a, (byte) 0x9f, (byte) 0xc4, (byte) 0xe9, 0x0e
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "esp-udp, '', '', 4500, 4500",
        "esp-udp, '[1000]', '[2000]', 1000, 2000",
        "esp -natt, '', '', 0, 0"
    })
    void putsEspIntoUdpOnPort4500UnlessToldOtherwise(
            String protocol, String source, String destination, int from, int to) {
        if (protocol.contains("natt")) {
            SecurityAssociation natt =
                    association(
                            "add 10.0.0.1 10.0.0.2 esp 256 -natt 10.9.9.9[7] 10.8.8.8 -natt_mtu 552"
                                    + " -E null;");
            assertThat(natt.encapsulation().orElseThrow().sourcePort()).isEqualTo(7);
            assertThat(natt.encapsulation().orElseThrow().destinationPort()).isEqualTo(4500);
            assertThat(natt.encapsulation().orElseThrow().fragmentSize()).isEqualTo(552);
            assertThat(natt.encapsulation().orElseThrow().originalAddress().map(IpText::text))
                    .contains("10.9.9.9");
            return;
        }
        SecurityAssociation association =
                association(
                        "add 10.0.0.1%s 10.0.0.2%s %s 10.7.7.7 256 -E null;"
                                .formatted(source, destination, protocol));
        assertThat(association.encapsulation().orElseThrow().sourcePort()).isEqualTo(from);
        assertThat(association.encapsulation().orElseThrow().destinationPort()).isEqualTo(to);
        assertThat(association.encapsulation().orElseThrow().originalAddress().map(IpText::text))
                .contains("10.7.7.7");
    }

    @Test
    void takesTheAddressBeforeANatOfTheFamilyOfTheSa() {
        assertThat(plan("add both both esp-udp both 256 -E null;"))
                .extracting(SadbOperation.AddSa.class::cast)
                .allSatisfy(
                        add ->
                                assertThat(
                                                add.association()
                                                        .encapsulation()
                                                        .orElseThrow()
                                                        .originalAddress())
                                        .contains(add.association().source().address()))
                .hasSize(2);
        assertThat(codes("add 10.0.0.1 10.0.0.2 esp-udp six 256 -E null;"))
                .containsExactly(Code.FAMILIES_OF_SA.id());
        assertThat(codes("add both both esp-udp 10.9.9.9 256 -E null;"))
                .containsExactly(Code.FAMILIES_OF_SA.id());
        assertThat(codes("add ::1 ::2 esp 256 -natt ::3[1] 10.8.8.8[2] -E null;"))
                .containsExactly(Code.FAMILIES_OF_SA.id());
    }

    @Test
    void saysOnceWhatIsWrongWithNatt() {
        assertThat(codes("add both many esp 256 -natt 10.9.9.9[70000] 10.8.8.8[2] -E null;"))
                .containsExactly(Code.PORT_RANGE.id());
        assertThat(codes("add -n 10.0.0.1 10.0.0.2 esp 256 -natt both[1] 10.8.8.8[2] -E null;"))
                .containsExactly(Code.LOOKUP_FORBIDDEN.id());
    }

    @ParameterizedTest
    @CsvSource({
        "esp/transport/::1-::2/require, true",
        "esp/transport/10.0.0.1-10.0.0.2/require, false",
        "esp/tunnel/::1-::2/require, false",
        "esp/tunnel/::1-::2/require ah/transport/::1-::2/require, false",
        "esp/tunnel/::1-::2/require ah/transport/10.0.0.1-10.0.0.2/require, true",
        "esp/transport/10.0.0.1-::2/require, true"
    })
    void refusesATransportRuleOfAnotherFamilyThanItsPackets(String rules, boolean refused) {
        assertThat(
                        codes("spdadd 10.0.0.1 10.0.0.2 any -P out ipsec " + rules + ";")
                                .contains(Code.FAMILIES_OF_RULE.id()))
                .isEqualTo(refused);
    }

    @Test
    void addsAnSaForEachPairOfAddressesOfOneFamily() {
        assertThat(plan("add both many esp 256 -E null;")).hasSize(3);
        assertThat(plan("add -4 both many esp 256 -E null;")).hasSize(2);
        assertThat(plan("add -6 both many esp 256 -E null;")).hasSize(1);
        assertThat(codes("add gateway six esp 256 -E null;")).contains(Code.FAMILIES_OF_SA.id());
        assertThat(codes("delete both many esp 256;")).contains(Code.SEVERAL_ADDRESSES.id());
        assertThat(codes("add nobody gateway esp 256 -E null;")).contains(Code.BAD_ADDRESS.id());
    }

    @Test
    void neverLooksUpWhatIsNumericOrOnlyLooksLikeIt() {
        NameResolver none =
                new NameResolver() {
                    @Override
                    public List<java.net.InetAddress> addresses(String host) {
                        throw new AssertionError("asked for " + host);
                    }

                    @Override
                    public java.util.OptionalInt service(String name) {
                        throw new AssertionError("asked for " + name);
                    }

                    @Override
                    public java.util.OptionalInt protocol(String name) {
                        throw new AssertionError("asked for " + name);
                    }
                };
        String text =
                "add 10.0.0.1 10.0.0.2[4] esp 256 -E null; add ::1 ::1 ah 256 -A null;spdadd"
                        + " 10.0.0.1/8[80] 10.0.0.2 tcp -P in none; spdadd 1.2.3 1:: 6 -P in"
                        + " none;spdadd 10.0.0.256 1.1.1.1 any -P in none;";
        SetkeyLanguage.compile(
                SetkeyLanguage.source("x", text.getBytes(StandardCharsets.ISO_8859_1)),
                Capabilities.userspace(),
                new CompileOptions(false, none));
    }

    @Test
    void bringsAForwardTwinForEveryPolicyThatIsIn() {
        String add =
                "spdadd 10.1.0.0/16 10.2.0.0/16 any -P in ipsec"
                        + " esp/tunnel/192.0.2.1-192.0.2.2/unique:5 ah/transport//unique:6;";
        List<SadbOperation> operations = plan(add);
        assertThat(operations).hasSize(2);
        Policy twin = ((SadbOperation.AddPolicy) operations.getLast()).policy();
        assertThat(twin.direction()).isEqualTo(Direction.FWD);
        assertThat(twin.rules().getFirst().level()).isEqualTo(PolicyLevel.REQUIRE);
        assertThat(twin.rules().getFirst().reqid()).isZero();
        assertThat(twin.rules().getLast().level()).isEqualTo(PolicyLevel.UNIQUE);
        assertThat(twin.rules().getLast().reqid()).isEqualTo(6);
        assertThat(plan("spdadd ::1 ::2 any -P out none;")).hasSize(1);
        assertThat(plan("spddelete ::1 ::2 any -P in;")).hasSize(2);
        assertThat(plan("spdupdate ::1 ::2 any -P in none;")).hasSize(2);
        assertThat(compile(add, Capabilities.userspace(), true).plan().orElseThrow().operations())
                .hasSize(1);
    }

    @Test
    void readsForwardAsInWhereThereIsNone() {
        Set<Feature> features = EnumSet.copyOf(Capabilities.userspace().features());
        features.remove(Feature.FORWARD_POLICIES);
        Capabilities bsd =
                new Capabilities(
                        "bsd",
                        Capabilities.userspace().authentication(),
                        Capabilities.userspace().encryption(),
                        Capabilities.userspace().compression(),
                        features);
        List<PlannedOperation> operations =
                compile("spdadd ::1 ::2 any -P fwd none;", bsd, false)
                        .plan()
                        .orElseThrow()
                        .operations();
        assertThat(operations).hasSize(1);
        assertThat(
                        ((SadbOperation.AddPolicy) operations.getFirst().operation())
                                .policy()
                                .direction())
                .isEqualTo(Direction.IN);
    }

    @Test
    void letsAWrittenForwardPolicyTakeThePlaceOfTheAutomaticOne() {
        String in = "spdadd 10.2.0.0/16 10.1.0.0/16 any -P in none;";
        String fwd = "spdadd 10.2.0.0/16 10.1.0.0/16 any -P fwd discard;";
        assertThat(plan(in + fwd).getLast()).isInstanceOf(SadbOperation.UpdatePolicy.class);
        assertThat(plan(in + fwd)).hasSize(3);
        assertThat(plan(fwd + in)).hasSize(2);
        assertThat(codes(in + fwd)).containsExactly(Code.FORWARD_TWICE.id());
    }

    @ParameterizedTest
    @CsvSource({
        "'', 80000000",
        "prio 100, 7fffff9c",
        "prio -100, 80000064",
        "prio low, c0000000",
        "priority high + 5, 3ffffffb",
        "prio high - 2, 40000002",
        "prio def + 1073741824, 40000000",
        "prio 2147483648, 0",
        "prio -2147483647, ffffffff"
    })
    void subtractsWhatIsWrittenWithAPlus(String priority, String wire) {
        assertThat(
                        Integer.toHexString(
                                policy("spdadd ::1 ::2 any -P out " + priority + " none;")
                                        .priority()))
                .isEqualTo(wire);
    }

    @Test
    void putsTypeAndCodeInThePlaceOfPorts() {
        Selector icmp = policy("spdadd ::/0 ::/0 icmp6 135,2 -P in none;").selector();
        assertThat(icmp.sourcePort()).isEqualTo(135);
        assertThat(icmp.destinationPort()).isEqualTo(2);
        assertThat(icmp.protocol()).isEqualTo(58);
        Selector gre = policy("spdadd ::/0 ::/0 gre 0.1.0.2 -P in none;").selector();
        assertThat(gre.sourcePort()).isEqualTo(1);
        assertThat(gre.destinationPort()).isEqualTo(2);
        assertThat(policy("spdadd ::/0 ::/0 gre 65538 -P in none;").selector()).isEqualTo(gre);
        assertThat(policy("spdadd ::/0[isakmp] ::/0 udp -P in none;").selector().sourcePort())
                .isEqualTo(500);
    }

    @Test
    void takesADirectionAloneAsDiscard() {
        Policy policy = policy("spdadd ::1 ::2 any -P out;");
        assertThat(policy.action()).isEqualTo(PolicyAction.DISCARD);
        assertThat(policy.priority()).isZero();
    }

    @Test
    void reservesSpisOfTheWholeRangeOrTheOneThatIsWritten() {
        SadbOperation.ReserveSpi any =
                (SadbOperation.ReserveSpi) plan("getspi 10.0.0.1 10.0.0.2 esp;").getFirst();
        assertThat(any.minimum().unsigned()).isEqualTo(256);
        assertThat(any.maximum().unsigned()).isEqualTo(0x0fffffff);
        SadbOperation.ReserveSpi one =
                (SadbOperation.ReserveSpi) plan("getspi 10.0.0.1 10.0.0.2 esp 0x300;").getFirst();
        assertThat(one.minimum()).isEqualTo(one.maximum());
    }

    @Test
    void stopsAtExit() {
        assertThat(plan("flush; exit; garbage {")).hasSize(1);
        assertThat(plan("quit; flush;")).isEmpty();
    }

    @Test
    void plansWhatHasNoValues() {
        assertThat(
                        plan(
                                "flush esp; dump ah; spdflush; spddump; deleteall 10.0.0.1 10.0.0.2"
                                        + " ah; get ::1 ::1 ah 300;"))
                .hasExactlyElementsOfTypes(
                        SadbOperation.FlushSas.class,
                        SadbOperation.DumpSas.class,
                        SadbOperation.FlushPolicies.class,
                        SadbOperation.DumpPolicies.class,
                        SadbOperation.DeleteAllSas.class,
                        SadbOperation.GetSa.class);
        assertThat(plan("flush esp;"))
                .containsExactly(new SadbOperation.FlushSas(IpsecProtocol.ESP));
    }

    @ParameterizedTest
    @CsvSource({
        "flush;",
        "flush esp;",
        "delete 10.0.0.1 10.0.0.2 esp 0x201;",
        "deleteall 10.0.0.1 10.0.0.2 esp;"
    })
    void letsAnSaBeAddedAgainAfterItIsGone(String between) {
        String add = "add 10.0.0.1 10.0.0.2 esp 0x201 -E null;\n";
        assertThat(codes(add + between + add)).doesNotContain(Code.DUPLICATE_SA.id());
        assertThat(codes(add + "flush ah;" + add)).contains(Code.DUPLICATE_SA.id());
    }

    @ParameterizedTest
    @CsvSource({"spdflush;", "spddelete ::1 ::2 any -P out;"})
    void letsAPolicyBeAddedAgainAfterItIsGone(String between) {
        String add = "spdadd ::1 ::2 any -P out none;\n";
        assertThat(codes(add + between + add)).isEmpty();
    }

    @Test
    void hasNoPlanForATextWithAnError() {
        Compilation compilation =
                compile("flush; frobnicate; spdflush;", Capabilities.userspace(), false);
        assertThat(compilation.plan()).isEmpty();
        assertThat(compilation.diagnostics().errors()).isEqualTo(1);
    }

    @Test
    void findsEveryMistakeOfATextOnce() {
        assertThat(
                        codes(
                                """
                                add 10.0.0.256 10.0.0.2 esp 1 -r 9999 -E aes-cbc 0x00;
                                frobnicate;
                                spdadd 10.0.0.1[70000] 10.0.0.2/40 foo -P out ipsec esp/tunnel//require;
                                spdadd a_b c any -P out none;
                                add 10.0.0.1 10.0.0.2 esp 0x201 -E null
                                flush;
                                spdadd ::1 ::2 any -P up none;
                                """))
                .containsExactlyInAnyOrder(
                        "SK050", "SK030", "SK033", "SK014", "SK003", "SK053", "SK055", "SK057",
                        "SK070", "SK005", "SK002", "SK008");
    }

    @Test
    void saysOfALongWordOnlyItsBeginning() {
        String nines = "9".repeat(100_000);
        String letters = "z".repeat(100_000);
        for (String text :
                List.of(
                        "add 10.0.0.1[%s] 10.0.0.2 esp 300 -E null;".formatted(nines),
                        "add 10.0.0.1[%s] 10.0.0.2 esp 300 -E null;".formatted(letters),
                        "spdadd 10.0.0.1 10.0.0.2 %s -P out none;".formatted(nines),
                        "spdadd 10.0.0.1 10.0.0.2 %s -P out none;".formatted(letters),
                        "spdadd 10.0.0.1 10.0.0.2 any -P out prio def + %s none;".formatted(nines),
                        "add 10.0.0.1 10.0.0.2 esp %s -u %s -E %s;"
                                .formatted(nines, nines, letters))) {
            assertThat(compile(text, Capabilities.userspace(), false).diagnostics().all())
                    .isNotEmpty()
                    .allSatisfy(problem -> assertThat(problem.message().length()).isLessThan(200));
        }
    }
}

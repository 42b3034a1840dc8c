package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Span;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.setkey.KernelFacts.Offer;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

class RefusalTests {
    private static final String ANSWERS = "/org/jipsec/setkey/refusals.csv";

    /// Knows all, has all but what is named.
    private record Kernel(String lacking, String loadable, boolean mayAdminister, boolean container)
            implements KernelFacts {
        static final Kernel COMPLETE = new Kernel("", "", true, false);

        private Offer offer(String word) {
            return word.equals(lacking)
                    ? loadable.isEmpty()
                            ? new Offer.Missing()
                            : new Offer.Loadable(List.of(loadable))
                    : new Offer.Present();
        }

        @Override
        public Offer protocol(IpsecProtocol protocol, boolean ipv6) {
            return offer(protocol.word());
        }

        @Override
        public Offer encryption(EncryptionAlgorithm algorithm) {
            return offer(algorithm.word());
        }

        @Override
        public Offer authentication(AuthAlgorithm algorithm) {
            return offer(algorithm.word());
        }

        @Override
        public Offer compression(CompressionAlgorithm algorithm) {
            return offer(algorithm.word());
        }

        @Override
        public boolean loadsModules() {
            return !loadable.isEmpty();
        }

        @Override
        public boolean isContainer() {
            return container;
        }
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    private static Endpoint endpoint(String text) {
        return new Endpoint(address(text), 0);
    }

    private static SecurityAssociation.Builder sa(IpsecProtocol protocol, int spi) {
        return SecurityAssociation.builder(
                endpoint("10.0.0.1"), endpoint("10.0.0.2"), protocol, Spi.of(spi));
    }

    private static Secret key(int octets) {
        byte[] key = new byte[octets];
        for (int i = 0; i < octets; i++) {
            key[i] = (byte) (i + 1);
        }
        return Secret.of(key);
    }

    private static SecurityAssociation.Builder esp() {
        return sa(IpsecProtocol.ESP, 0x200)
                .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, key(20));
    }

    private static SecurityAssociation.Builder ah() {
        return sa(IpsecProtocol.AH, 0x201).authentication(AuthAlgorithm.HMAC_SHA1, key(20));
    }

    private static Policy policy(Direction direction, PolicyRule... rules) {
        return Policy.of(
                Selector.between(
                        new Prefix(address("10.0.1.0"), 24), new Prefix(address("10.0.2.0"), 24)),
                direction,
                PolicyAction.IPSEC,
                rules);
    }

    private static PolicyRule rule(SaMode mode, PolicyLevel level, String source, String to) {
        return new PolicyRule(
                IpsecProtocol.ESP,
                mode,
                level,
                0,
                Optional.of(new PolicyRule.Endpoints(endpoint(source), endpoint(to))));
    }

    /// What the first column of the answers names.
    static SadbOperation operation(String name) {
        SaReference reference =
                new SaReference(
                        endpoint("10.0.0.1"),
                        endpoint("10.0.0.2"),
                        IpsecProtocol.ESP,
                        Spi.of(0x200),
                        SaMode.ANY);
        SaReference other =
                new SaReference(
                        reference.source(),
                        reference.destination(),
                        reference.protocol(),
                        Spi.of(0x778),
                        SaMode.ANY);
        Policy plain =
                policy(
                        Direction.OUT,
                        rule(SaMode.TUNNEL, PolicyLevel.REQUIRE, "192.0.2.1", "192.0.2.2"));
        return switch (name) {
            case "add" -> new SadbOperation.AddSa(esp().build());
            case "add6" ->
                    new SadbOperation.AddSa(
                            esp().between(endpoint("2001:db8::1"), endpoint("2001:db8::2"))
                                    .build());
            case "update" -> new SadbOperation.UpdateSa(esp().build());
            case "add-ah" -> new SadbOperation.AddSa(ah().build());
            case "add-ah-cipher" ->
                    new SadbOperation.AddSa(
                            ah().encryption(EncryptionAlgorithm.AES_CBC, key(16)).build());
            case "add-ah-bare" -> new SadbOperation.AddSa(sa(IpsecProtocol.AH, 0x201).build());
            case "add-esp-bare" ->
                    new SadbOperation.AddSa(
                            sa(IpsecProtocol.ESP, 0x200)
                                    .authentication(AuthAlgorithm.HMAC_SHA1, key(20))
                                    .build());
            case "add-aead-mac" ->
                    new SadbOperation.AddSa(
                            esp().encryption(EncryptionAlgorithm.AES_GCM_16, key(20)).build());
            case "add-camellia" ->
                    new SadbOperation.AddSa(
                            esp().encryption(EncryptionAlgorithm.CAMELLIA_CBC, key(16)).build());
            case "add-ipcomp" ->
                    new SadbOperation.AddSa(
                            sa(IpsecProtocol.IPCOMP, 0x1000)
                                    .compression(CompressionAlgorithm.DEFLATE)
                                    .build());
            case "add-ipcomp-large" ->
                    new SadbOperation.AddSa(
                            sa(IpsecProtocol.IPCOMP, 0x10000)
                                    .compression(CompressionAlgorithm.DEFLATE)
                                    .build());
            case "add-ah-udp" ->
                    new SadbOperation.AddSa(
                            ah().encapsulation(
                                            new UdpEncapsulation(4500, 4500, Optional.empty(), 0))
                                    .build());
            case "add-esn-bare" -> new SadbOperation.AddSa(esp().extendedSequence(true).build());
            case "add-half" ->
                    new SadbOperation.AddSa(
                            esp().hard(new Lifetime(0, 0, Duration.ofSeconds(60), Duration.ZERO))
                                    .build());
            case "add-context" ->
                    new SadbOperation.AddSa(esp().context(new SecurityContext(1, 1, "a")).build());
            case "update-other" ->
                    new SadbOperation.UpdateSa(
                            sa(IpsecProtocol.ESP, 0x777)
                                    .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                                    .authentication(AuthAlgorithm.HMAC_SHA1, key(20))
                                    .build());
            case "delete-other" -> new SadbOperation.DeleteSa(other);
            case "get-other" -> new SadbOperation.GetSa(other);
            case "spddelete-other" ->
                    new SadbOperation.DeletePolicy(policy(Direction.IN, plain.rules().getFirst()));
            case "reserve-one" ->
                    new SadbOperation.ReserveSpi(
                            endpoint("10.0.0.1"),
                            endpoint("10.0.0.2"),
                            IpsecProtocol.ESP,
                            SaMode.ANY,
                            0,
                            Spi.of(0x900),
                            Spi.of(0x900));
            case "add-short-key" ->
                    new SadbOperation.AddSa(
                            sa(IpsecProtocol.ESP, 0x202)
                                    .encryption(EncryptionAlgorithm.AES_CBC, key(15))
                                    .build());
            case "spdadd-many" ->
                    new SadbOperation.AddPolicy(
                            policy(
                                    Direction.FWD,
                                    Stream.generate(() -> plain.rules().getFirst())
                                            .limit(7)
                                            .toArray(PolicyRule[]::new)));
            case "delete" -> new SadbOperation.DeleteSa(reference);
            case "get" -> new SadbOperation.GetSa(reference);
            case "reserve" ->
                    new SadbOperation.ReserveSpi(
                            endpoint("10.0.0.1"),
                            endpoint("10.0.0.2"),
                            IpsecProtocol.ESP,
                            SaMode.ANY,
                            0,
                            Spi.of(0x300),
                            Spi.of(0x3ff));
            case "spdadd" -> new SadbOperation.AddPolicy(plain);
            case "spdadd-optional" ->
                    new SadbOperation.AddPolicy(
                            policy(
                                    Direction.OUT,
                                    rule(
                                            SaMode.TUNNEL,
                                            PolicyLevel.USE,
                                            "192.0.2.1",
                                            "192.0.2.2")));
            case "spdadd-family" ->
                    new SadbOperation.AddPolicy(
                            policy(
                                    Direction.IN,
                                    rule(
                                            SaMode.TRANSPORT,
                                            PolicyLevel.REQUIRE,
                                            "2001:db8::1",
                                            "2001:db8::2")));
            case "spdupdate" -> new SadbOperation.UpdatePolicy(plain);
            case "spddelete" -> new SadbOperation.DeletePolicy(plain);
            case "flush" -> new SadbOperation.FlushSas(IpsecProtocol.UNSPEC);
            case "spdflush" -> new SadbOperation.FlushPolicies();
            case "dump" -> new SadbOperation.DumpSas(IpsecProtocol.UNSPEC);
            case "register" -> new SadbOperation.Register(IpsecProtocol.ESP);
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static KernelFacts facts(String name) {
        return switch (name) {
            case "" -> Kernel.COMPLETE;
            case "no-rights" -> new Kernel("", "", false, false);
            default -> new Kernel(name, "", true, false);
        };
    }

    private static RefusedCase refused(
            String operation, String backend, String errno, String said, String facts) {
        return new RefusedCase(
                operation(operation),
                new SadbReply.Refused(Errno.valueOf(errno), said),
                backend,
                facts(facts));
    }

    /// The kernels' own words stand in the file, as their sources have them.
    @ParameterizedTest(name = "{0} over {1}: {2} {3} {4}")
    @CsvFileSource(resources = ANSWERS, delimiter = '|', numLinesToSkip = 1, emptyValue = "")
    void findsTheCause(
            String operation, String backend, String errno, String said, String facts, String why) {
        RefusedCase refused = refused(operation, backend, errno, orEmpty(said), orEmpty(facts));
        assertThat(RefusalTable.cause(refused)).isEqualTo(RefusalCause.valueOf(why));
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    @Test
    void hasAnAnswerForEachRowOfTheTable() throws IOException {
        Set<RefusalTable.Row> unused = new HashSet<>(RefusalTable.ROWS);
        for (String line : lines()) {
            String[] columns = line.split("\\|", -1);
            RefusedCase refused =
                    refused(
                            columns[0].strip(),
                            columns[1].strip(),
                            columns[2].strip(),
                            columns[3].strip(),
                            columns[4].strip());
            RefusalTable.ROWS.stream()
                    .filter(row -> row.fits(refused))
                    .findFirst()
                    .ifPresent(unused::remove);
        }
        assertThat(unused).isEmpty();
    }

    @Test
    void hasWordsForEachCause() {
        for (RefusalCause cause : RefusalCause.values()) {
            RefusedCase refused = refused("add", "xfrm", "EINVAL", "in its words", "");
            assertThat(cause.why(refused)).isNotBlank().doesNotEndWith(".");
            assertThat(cause.remedy(refused).orElse("none")).isNotBlank().doesNotEndWith(".");
        }
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = RefusalTests.class.getResourceAsStream(ANSWERS)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1).toList();
        }
    }

    private static Diagnostic diagnostic(
            String backend, KernelFacts facts, String errno, String said, String... plan) {
        List<PlannedOperation> planned = new ArrayList<>();
        for (int i = 0; i < plan.length; i++) {
            planned.add(
                    new PlannedOperation(operation(plan[i]), new Span(10 * i, 10 * i + 5), false));
        }
        return new Refusals(backend, facts)
                .of(planned, plan.length - 1, new SadbReply.Refused(Errno.valueOf(errno), said))
                .build();
    }

    @Test
    void tellsWhatTheKernelRefusedWhyAndWhatToLoad() {
        Diagnostic refusal =
                diagnostic(
                        "xfrm",
                        new Kernel("esp", "esp4", true, false),
                        "EPROTONOSUPPORT",
                        "Requested type not found",
                        "add");
        assertThat(refusal.code()).isEqualTo("SK100");
        assertThat(refusal.message())
                .isEqualTo("the kernel refused this SA: it has no ESP for IPv4");
        assertThat(refusal.label()).contains("Protocol not supported (EPROTONOSUPPORT)");
        assertThat(refusal.hint())
                .contains("modprobe esp4, then again; or --backend userspace brings its own");
        assertThat(refusal.notes()).containsExactly("the kernel says: Requested type not found");
    }

    @Test
    void sendsToTheUserspaceStackWhereNoModuleBringsTheProtocol() {
        assertThat(
                        diagnostic(
                                        "pfkey",
                                        new Kernel("esp", "", true, false),
                                        "EPROTONOSUPPORT",
                                        "",
                                        "add6")
                                .hint())
                .contains("this kernel is built without it: --backend userspace brings its own");
        assertThat(diagnostic("xfrm", KernelFacts.NONE, "EPROTONOSUPPORT", "", "add6").hint())
                .hasValueSatisfying(
                        hint -> assertThat(hint).startsWith("modprobe esp6, or where there is no"));
    }

    @Test
    void namesTheAlgorithmThatTheKernelLacks() {
        assertThat(
                        diagnostic(
                                        "xfrm",
                                        new Kernel("camellia-cbc", "camellia_generic", true, false),
                                        "ENOENT",
                                        "Kernel was unable to initialize cryptographic operations",
                                        "add-camellia")
                                .message())
                .isEqualTo("the kernel refused this SA: it has no camellia-cbc");
        assertThat(
                        diagnostic(
                                        "xfrm",
                                        KernelFacts.NONE,
                                        "ENOSYS",
                                        "Requested AUTH_TRUNC algorithm not found",
                                        "add")
                                .message())
                .endsWith("it has no hmac-sha1");
        assertThat(diagnostic("pfkey", KernelFacts.NONE, "ENOSYS", "", "add").message())
                .endsWith("it has no aes-cbc or hmac-sha1");
    }

    @Test
    void pointsAtTheStatementThatPutTheSameThereBefore() {
        Diagnostic refusal =
                diagnostic("xfrm", Kernel.COMPLETE, "EEXIST", "", "add", "spdadd", "add");
        assertThat(refusal.further())
                .containsExactly(new Diagnostic.Place(new Span(0, 5), "put there by this"));
        assertThat(diagnostic("xfrm", Kernel.COMPLETE, "EEXIST", "", "spdadd", "add").further())
                .isEmpty();
        assertThat(
                        diagnostic("xfrm", Kernel.COMPLETE, "EEXIST", "", "spdupdate", "spdadd")
                                .further())
                .hasSize(1);
    }

    @Test
    void writesTheRuleThatTheKernelWouldTake() {
        assertThat(diagnostic("pfkey", Kernel.COMPLETE, "EINVAL", "", "spdadd-optional").hint())
                .contains("write esp/tunnel/192.0.2.1-192.0.2.2/require");
    }

    @Test
    void tellsContainersAndUsersWhatTheyLack() {
        assertThat(diagnostic("xfrm", new Kernel("", "", false, false), "EPERM", "", "add").hint())
                .contains("be root: sudo jsetkey ...");
        assertThat(diagnostic("xfrm", new Kernel("", "", true, true), "EPERM", "", "add").hint())
                .contains("start the container with --cap-add NET_ADMIN");
        assertThat(diagnostic("xfrm", Kernel.COMPLETE, "EPERM", "", "spdadd").hint())
                .hasValueSatisfying(hint -> assertThat(hint).contains("user namespace"));
    }

    @Test
    void saysOfAnAutomaticPolicyHowToLeaveItOut() {
        SadbOperation policy = operation("spdadd");
        Diagnostic refusal =
                new Refusals("pfkey", Kernel.COMPLETE)
                        .of(
                                List.of(new PlannedOperation(policy, new Span(0, 5), true)),
                                0,
                                new SadbReply.Refused(Errno.EEXIST, ""))
                        .build();
        assertThat(refusal.message()).startsWith("the kernel refused its automatic fwd policy: ");
        assertThat(refusal.hint())
                .hasValueSatisfying(hint -> assertThat(hint).startsWith("-k leaves out"));
    }

    @Test
    void letsTheUserspaceStackSpeakForItself() {
        Diagnostic refusal =
                diagnostic("userspace", Kernel.COMPLETE, "EINVAL", "AH does not encrypt", "add-ah");
        assertThat(refusal.message())
                .isEqualTo("the userspace stack refused this SA: AH does not encrypt");
        assertThat(refusal.notes()).isEmpty();
    }

    @Test
    void explainsOutsideOfFiles() {
        assertThat(
                        new Refusals("xfrm", new Kernel("", "", false, false))
                                .lines(
                                        operation("spdflush"),
                                        new SadbReply.Refused(Errno.EPERM, "")))
                .containsExactly(
                        "the kernel refused to flush the policies: CAP_NET_ADMIN is needed for this"
                                + " (EPERM)",
                        "hint: be root: sudo jsetkey ...");
    }

    @Test
    void saysTheNumberWhereTheCauseIsNotKnown() {
        Diagnostic refusal = diagnostic("xfrm", Kernel.COMPLETE, "EIO", "", "dump");
        assertThat(refusal.message())
                .isEqualTo("the kernel refused to list the SAs: Input/output error");
        assertThat(refusal.hint()).isEmpty();
    }
}

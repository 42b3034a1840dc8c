package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

class LackingBackendTests {
    private static final String SA = "add 10.0.0.1 10.0.0.2 esp 0x201 ";
    private static final String AES = "-E aes-cbc 0x00112233445566778899aabbccddeeff";
    private static final String SHA256 =
            " -A hmac-sha256 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /// As Linux's PF_KEY tells of itself.
    private static final Capabilities PFKEY = linux("pfkey", EnumSet.noneOf(Feature.class));

    private static Capabilities linux(String backend, Set<Feature> more) {
        Capabilities all = Capabilities.userspace();
        Map<AuthAlgorithm, Capabilities.KeyBits> macs = new EnumMap<>(all.authentication());
        macs.remove(AuthAlgorithm.HMAC_SHA256);
        Map<EncryptionAlgorithm, Capabilities.KeyBits> ciphers = new EnumMap<>(all.encryption());
        ciphers.keySet().removeIf(EncryptionAlgorithm::isAead);
        Set<Feature> features = EnumSet.of(Feature.FORWARD_POLICIES, Feature.UDP_ENCAPSULATION);
        features.addAll(more);
        return new Capabilities(
                backend, macs, ciphers, Set.of(CompressionAlgorithm.DEFLATE), features);
    }

    private static List<Diagnostic> problems(String text, Capabilities capabilities) {
        Compilation compilation =
                SetkeyLanguage.compile(
                        SetkeyLanguage.source(
                                "x.conf", (text + ";\n").getBytes(StandardCharsets.UTF_8)),
                        capabilities,
                        new CompileOptions(false, new SystemNames()));
        return compilation.diagnostics().all().stream().filter(Diagnostic::isError).toList();
    }

    private static Diagnostic problem(String text, Capabilities capabilities) {
        List<Diagnostic> problems = problems(text, capabilities);
        assertThat(problems).hasSize(1);
        return problems.getFirst();
    }

    @Test
    void sendsAeadsOfPfkeyToXfrm() {
        Diagnostic problem =
                problem(SA + "-E aes-gcm-16 0x00112233445566778899aabbccddeeff01020304", PFKEY);
        assertThat(problem.code()).isEqualTo("SK022");
        assertThat(problem.message()).isEqualTo("this kernel's PF_KEY has no `aes-gcm-16`");
        assertThat(problem.hint())
                .contains("use XFRM: --backend xfrm; or aes-cbc with hmac-sha512");
        assertThat(problem.notes()).hasSize(1);
    }

    @Test
    void tellsThatPfkeyCutsSha256To96Bits() {
        Diagnostic problem = problem(SA + AES + SHA256, PFKEY);
        assertThat(problem.code()).isEqualTo("SK022");
        assertThat(problem.hint())
                .hasValueSatisfying(
                        hint -> assertThat(hint).contains("--backend xfrm", "hmac-sha256-96"));
        assertThat(problem.notes().getFirst()).contains("96 bits", "RFC 4868");
        assertThat(problems(SA + AES + SHA256.replace("sha256", "sha256-96"), PFKEY)).isEmpty();
    }

    @Test
    void tellsThatPfkeyHasSmallWindowsOnly() {
        Diagnostic problem = problem(SA + "-r 128 " + AES, PFKEY);
        assertThat(problem.code()).isEqualTo("SK043");
        assertThat(problem.message())
                .isEqualTo("this kernel's PF_KEY has no replay windows of more than 32 packets");
        assertThat(problem.hint()).contains("write -r 32, or use XFRM: --backend xfrm");
        assertThat(problems(SA + "-r 32 " + AES, PFKEY)).isEmpty();
    }

    @Test
    void tellsThatPfkeyCannotAskForExtendedSequenceNumbers() {
        Diagnostic problem = problem(SA + "-r 32 -esn " + AES, PFKEY);
        assertThat(problem.code()).isEqualTo("SK043");
        assertThat(problem.message())
                .isEqualTo("this kernel's PF_KEY has no extended sequence numbers");
        assertThat(problem.hint()).contains("leave out -esn, or use XFRM: --backend xfrm");
    }

    @Test
    void sendsWhatXfrmLacksToTheUserspaceStack() {
        Diagnostic problem =
                problem(SA + "-r 64 " + AES, linux("xfrm", EnumSet.noneOf(Feature.class)));
        assertThat(problem.message())
                .isEqualTo("this kernel's XFRM has no replay windows of more than 32 packets");
        assertThat(problem.hint()).contains("the userspace stack has: --backend userspace");
    }
}

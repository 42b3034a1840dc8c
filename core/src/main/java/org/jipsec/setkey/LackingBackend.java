package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.List;

/// Words for what a text asks of a backend that does not have it: why not, and what to use instead.
final class LackingBackend {
    private static final String ALL = "the userspace stack has: --backend userspace";

    private final Capabilities capabilities;

    LackingBackend(Capabilities capabilities) {
        this.capabilities = capabilities;
    }

    private boolean isPfkey() {
        return capabilities.backend().equals("pfkey");
    }

    /// What a message begins with.
    private String who() {
        return switch (capabilities.backend()) {
            case "pfkey" -> "this kernel's PF_KEY";
            case "xfrm" -> "this kernel's XFRM";
            default -> capabilities.backend();
        };
    }

    Diagnostic.Builder feature(Span span, String what) {
        return Code.FEATURE_NOT_AVAILABLE
                .at(span, "%s has no %s".formatted(who(), what))
                .hint(isPfkey() ? "XFRM has: --backend xfrm" : ALL);
    }

    Diagnostic.Builder context(Span span) {
        return Code.FEATURE_NOT_AVAILABLE.at(span, "%s has no security contexts".formatted(who()));
    }

    Diagnostic.Builder priorities(Span span) {
        return Code.FEATURE_NOT_AVAILABLE.at(
                span, "%s has no priorities of policies".formatted(who()));
    }

    Diagnostic.Builder wideWindow(Span span) {
        Diagnostic.Builder problem = feature(span, "replay windows of more than 32 packets");
        return isPfkey()
                ? problem.hint("write -r 32, or use XFRM: --backend xfrm")
                        .note(
                                "its message of an SA has one octet for the window, the kernel 32"
                                        + " bits")
                : problem;
    }

    Diagnostic.Builder extendedSequence(Span span) {
        Diagnostic.Builder problem = feature(span, "extended sequence numbers");
        return isPfkey()
                ? problem.hint("leave out -esn, or use XFRM: --backend xfrm")
                        .note("no message of PF_KEY can ask for them")
                : problem;
    }

    Diagnostic.Builder encryption(Located<String> name, EncryptionAlgorithm cipher) {
        Diagnostic.Builder problem =
                algorithm(
                        name,
                        capabilities.encryption().keySet().stream()
                                .map(EncryptionAlgorithm::word)
                                .sorted()
                                .toList());
        if (isPfkey() && cipher.isAead()) {
            problem.hint("use XFRM: --backend xfrm; or aes-cbc with hmac-sha512")
                    .note("Linux offers no cipher with an ICV of its own over PF_KEY");
        }
        return problem;
    }

    Diagnostic.Builder authentication(Located<String> name, AuthAlgorithm mac) {
        Diagnostic.Builder problem =
                algorithm(
                        name,
                        capabilities.authentication().keySet().stream()
                                .map(AuthAlgorithm::word)
                                .sorted()
                                .toList());
        if (mac == AuthAlgorithm.HMAC_SHA256
                && capabilities.authentication().containsKey(AuthAlgorithm.HMAC_SHA256_96)) {
            problem.hint(
                            "use XFRM: --backend xfrm; or hmac-sha512; or, where the peer cuts to"
                                    + " 96 bits too, "
                                    + AuthAlgorithm.HMAC_SHA256_96.word())
                    .note(
                            "over PF_KEY Linux cuts SHA-256 to 96 bits, as a draft had it; RFC 4868"
                                    + " has 128");
        }
        return problem;
    }

    Diagnostic.Builder algorithm(Located<String> name, List<String> available) {
        String has = "it has: " + String.join(" ", available);
        return Code.ALGORITHM_NOT_AVAILABLE
                .at(name.span(), "%s has no `%s`".formatted(who(), name.value()))
                .hint(
                        switch (capabilities.backend()) {
                            case "pfkey", "xfrm" -> has + "; " + ALL;
                            default -> has;
                        });
    }
}

package org.jipsec.racoonconf;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.ike.settings.Settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Short ways to a verdict.
final class Texts {
    static final String REMOTE =
            """
            remote 192.0.2.1 {
                exchange_mode main;
                proposal {
                    encryption_algorithm aes 256;
                    hash_algorithm sha256;
                    dh_group modp2048;
                    authentication_method pre_shared_key;
                }
            }
            """;
    static final String SAINFO =
            """
            sainfo anonymous {
                encryption_algorithm aes 256;
                authentication_algorithm hmac_sha256;
                compression_algorithm deflate;
            }
            """;

    private Texts() {}

    static RacoonLanguage.Checked check(String text) {
        return check(text, new TableFiles());
    }

    static RacoonLanguage.Checked check(String text, ConfFiles disk) {
        return RacoonLanguage.check("racoon.conf", text.getBytes(StandardCharsets.UTF_8), disk);
    }

    static Settings settings(String text) {
        RacoonLanguage.Checked checked = check(text);
        return checked.settings().orElseThrow(() -> new AssertionError(shown(checked)));
    }

    /// All diagnostics of all files.
    static List<Diagnostic> problems(RacoonLanguage.Checked checked) {
        return checked.files().stream()
                .flatMap(report -> report.diagnostics().all().stream())
                .toList();
    }

    /// `RC050 racoon.conf:3`
    static List<String> codes(RacoonLanguage.Checked checked) {
        return checked.files().stream()
                .flatMap(
                        report ->
                                report.diagnostics().all().stream()
                                        .map(
                                                problem ->
                                                        "%s %s:%d"
                                                                .formatted(
                                                                        problem.code(),
                                                                        report.source().name(),
                                                                        report.source()
                                                                                .line(
                                                                                        problem.span()
                                                                                                .start()))))
                .toList();
    }

    static String shown(RacoonLanguage.Checked checked) {
        return checked.files().stream()
                .map(report -> new Rendering(report.source(), false).all(report.diagnostics()))
                .collect(Collectors.joining());
    }

    static byte[] resource(String path) throws IOException {
        try (InputStream in = Objects.requireNonNull(Texts.class.getResourceAsStream(path), path)) {
            return in.readAllBytes();
        }
    }
}

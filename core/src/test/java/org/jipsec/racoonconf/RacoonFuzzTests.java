package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.JsonRendering;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.ike.settings.RadiusSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Any octets at all: no exception, no secret in what is shown, every place inside its text. In an
/// ordinary run the inputs of the seed folders are used; with JAZZER_FUZZ=1 new ones are searched.
class RacoonFuzzTests {
    /// Shorter secrets may stand elsewhere in the text, where nobody takes them for one.
    private static final int SHORTEST_TELLING_SECRET = 12;

    @FuzzTest(maxDuration = "10m")
    void readsAnyConfiguration(byte[] octets) {
        RacoonLanguage.Checked checked = RacoonLanguage.check("fuzz.conf", octets, disk(octets));
        boolean errors = false;
        StringBuilder shown = new StringBuilder();
        for (RacoonLanguage.FileReport file : checked.files()) {
            errors |= file.diagnostics().hasErrors();
            for (Diagnostic problem : file.diagnostics().all()) {
                assertInside(file.source(), problem.span());
                problem.further().forEach(place -> assertInside(file.source(), place.span()));
            }
            shown.append(new Rendering(file.source(), false).all(file.diagnostics()))
                    .append(new JsonRendering(file.source()).all(file.diagnostics()));
        }
        assertThat(checked.hasErrors()).isEqualTo(errors);
        checked.settings().ifPresent(settings -> assertSecret(settings, shown.toString()));
        checked.settings().stream()
                .flatMap(settings -> settings.remotes().stream())
                .forEach(RemoteText::lines);
    }

    /// The text includes itself, and is every other file too.
    private static TableFiles disk(byte[] octets) {
        return new TableFiles()
                .with("x", octets)
                .with("/x", octets)
                .with("a.conf", octets)
                .with("/etc/psk.txt", octets);
    }

    private static void assertInside(SourceText source, Span span) {
        assertThat(span.end()).isLessThanOrEqualTo(source.length());
    }

    private static void assertSecret(Settings settings, String shown) {
        List<Secret> secrets = new ArrayList<>();
        settings.ldap().ifPresent(ldap -> secrets.add(ldap.bindPassword()));
        settings.radius()
                .ifPresent(
                        radius -> {
                            for (RadiusSettings.Server server : radius.authentication()) {
                                secrets.add(server.secret());
                            }
                        });
        for (Secret secret : secrets) {
            String text = new String(secret.toArray(), StandardCharsets.ISO_8859_1);
            if (text.length() >= SHORTEST_TELLING_SECRET
                    && text.chars().allMatch(c -> c > ' ' && c < 0x7f)
                    && text.chars().distinct().count() > 6) {
                assertThat(shown).doesNotContain(text);
            }
        }
    }

    @FuzzTest(maxDuration = "10m")
    void looksThroughAnyKeyFile(byte[] octets) {
        PresharedKeyCheck.of("psk.txt", octets)
                .problems()
                .ifPresent(
                        report -> {
                            for (Diagnostic problem : report.diagnostics().all()) {
                                assertInside(report.source(), problem.span());
                            }
                            String shown =
                                    new Rendering(report.source(), false).all(report.diagnostics());
                            assertThat(shown).isNotEmpty();
                        });
    }

    @FuzzTest(maxDuration = "10m")
    void readsAnyFileOfRsaKeys(byte[] octets) {
        assertThatCode(
                        () -> {
                            try {
                                PlainRsaFile.parse(octets);
                            } catch (PlainRsaFile.MalformedException malformed) {
                                assertThat(malformed.line()).isPositive();
                            }
                        })
                .doesNotThrowAnyException();
    }

    /// Half a megabyte of each: what takes time in proportion to the square of that would take
    /// hours.
    @ParameterizedTest
    @Timeout(120)
    @ValueSource(
            strings = {
                "}",
                "{",
                "\"",
                "auth",
                "auth \"",
                "bind_pw",
                "bind_pw \"x\" ",
                "remote ",
                "remote anonymous {",
                "remote anonymous { proposal {",
                "sainfo anonymous {\n",
                "zzzz",
                "f",
                ": ",
                "# x\n",
                "log info;",
                "log loud;",
                "log info ",
                "include \"x\";",
                "timer { counter 1; } ",
                "timer { counter 1; ",
                "timer {}\n};\n",
                "path include \"",
                "remote 1.2.3.4 inherit 1.2.3.4;",
                "listen { isakmp 1.2.3.4; } ",
                "exchange_mode main,",
                "remote 1.2.3.4 { exchange_mode main; proposal { encryption_algorithm aes;"
                        + " hash_algorithm md5; dh_group 2; authentication_method pre_shared_key;"
                        + " } }\n",
                "sainfo address 10.0.0.1 any anonymous from fqdn \"x\" { encryption_algorithm aes;"
                        + " authentication_algorithm hmac_md5; compression_algorithm deflate; }\n",
            })
    void takesTimeInProportionToTheText(String piece) {
        byte[] octets =
                piece.repeat((1 << 19) / piece.length()).getBytes(StandardCharsets.ISO_8859_1);
        RacoonLanguage.Checked checked =
                RacoonLanguage.check("big.conf", octets, new TableFiles().with("x", "log info;"));
        assertThat(checked.files()).isNotEmpty();
        for (RacoonLanguage.FileReport file : checked.files()) {
            assertThat(new Rendering(file.source(), false).all(file.diagnostics())).isNotNull();
        }
    }
}

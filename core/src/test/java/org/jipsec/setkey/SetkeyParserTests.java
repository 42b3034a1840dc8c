package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Redactor;
import org.jipsec.diag.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.List;

class SetkeyParserTests {
    @Test
    void readsTheTransportConfigurationOfTheHowto() {
        Diagnostics problems = new Diagnostics();
        List<Command> commands =
                SetkeyParser.parse(
                        SourceText.of(
                                "x",
                                """
                                flush;
                                add 192.168.1.100 192.168.2.100 ah 0x200 -A hmac-md5
                                0xc0291ff014dccdd03874d9e8e4cdf3e6;
                                spdadd 192.168.1.100 192.168.2.100 any -P out ipsec
                                           esp/transport//require
                                           ah/tunnel/10.0.0.1[4500] - 10.0.0.2[1]/unique:5;
                                exit; rubbish {
                                """,
                                Redactor.NONE),
                        problems);
        assertThat(problems.all()).isEmpty();
        assertThat(commands).hasSize(4);
        assertThat(commands.get(1))
                .isInstanceOfSatisfying(
                        Command.Add.class,
                        add -> {
                            assertThat(add.association().spi().value()).isEqualTo(0x200);
                            assertThat(
                                            add.association()
                                                    .authentication()
                                                    .orElseThrow()
                                                    .key()
                                                    .orElseThrow()
                                                    .octets()
                                                    .toArray())
                                    .startsWith(0xc0, 0x29)
                                    .hasSize(16);
                        });
        assertThat(commands.get(2))
                .isInstanceOfSatisfying(
                        Command.SpdAdd.class, add -> assertThat(add.policy().rules()).hasSize(2));
    }

    private static Diagnostics problems(String text) {
        Diagnostics problems = new Diagnostics();
        SetkeyParser.parse(SourceText.of("x", text, Redactor.NONE), problems);
        return problems;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-E null -lh 3600",
                "-E null -A null -u 5",
                "-A null -mtunnel",
                "-C deflate -r 4",
                "-E aes-cbc 0x00 -f zero-pad",
                "-E null -esn",
                "-E null -bs 5",
                "-C deflate -R -natt a[1] b[2]"
            })
    void saysThatExtensionsStandBeforeTheAlgorithms(String end) {
        assertThat(problems("add 10.0.0.1 10.0.0.2 esp 0x201 " + end + ";").all())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.hint())
                                        .contains("extensions stand before -E, -A and -C"));
    }

    @Test
    void saysThatEncryptionStandsBeforeIntegrity() {
        assertThat(problems("update a b esp 300 -A null -E null;").all().getFirst().hint())
                .contains("-E stands before -A");
        assertThat(problems("get a b esp 300 -E null;").all().getFirst().hint()).isEmpty();
    }

    @Test
    void takesACarriageReturnInQuotesForAnOctetOfTheKey() {
        String text =
                "# don\"t\nadd 10.0.0.1 10.0.0.2 tcp 300 -A tcp-md5 \"a\r\nb\";\n"
                        + "add 10.0.0.1 10.0.0.2 tcp 301 -A tcp-md5 \"c\r\n\";%s\nflush;";
        for (String end : List.of("", "\r")) {
            Diagnostics problems = new Diagnostics();
            List<Command> commands =
                    SetkeyParser.parse(
                            SourceText.of("x", text.formatted(end), Redactor.NONE), problems);
            assertThat(problems.all()).hasSize(end.length());
            assertThat(commands).hasSize(3);
            assertThat(commands.getFirst())
                    .isInstanceOfSatisfying(
                            Command.Add.class,
                            add ->
                                    assertThat(
                                                    add.association()
                                                            .authentication()
                                                            .orElseThrow()
                                                            .key()
                                                            .orElseThrow()
                                                            .octets()
                                                            .toArray())
                                            .isEqualTo(new byte[] {'a', '\r', '\n', 'b'}));
        }
    }

    @Test
    void findsLineEndsOfDosBehindAQuoteThatIsNeverClosed() {
        assertThat(problems("add a b esp 300 -E des-cbc \"short;\r\nflush;\r\n").all())
                .extracting(Diagnostic::code)
                .containsExactlyInAnyOrder(Code.UNTERMINATED_STRING.id(), Code.DOS_LINE_ENDS.id());
    }

    @Test
    void namesTheBracketThatIsMissing() {
        assertThat(problems("add 10.0.0.1[80 10.0.0.2 esp 300 -E null;").all().getFirst().message())
                .isEqualTo("expected `]`, found `10.0.0.2`");
    }

    @Test
    void knowsAByteOrderMarkAndABackslashAtALinesEnd() {
        Diagnostics problems = new Diagnostics();
        SetkeyParser.parse(
                new SourceText(
                        "x",
                        "\ufeffflush; flush; \\\nflush;".getBytes(StandardCharsets.UTF_8),
                        Redactor.NONE),
                problems);
        assertThat(problems.all())
                .extracting(Diagnostic::message)
                .containsExactly(
                        "the text begins with a byte order mark",
                        "the character `\\` cannot stand here");
        assertThat(problems.all()).allMatch(problem -> problem.hint().isPresent());
    }
}

package org.jipsec.diag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class RenderingTests {
    private static SourceText source(String text) {
        return SourceText.of("site-b.conf", text, Redactor.NONE);
    }

    private static Span span(String text, String part) {
        int start = text.indexOf(part);
        return new Span(start, start + part.length());
    }

    @Test
    void showsTheLineWithACaretLabelAndHint() {
        String text = "flush;\n\n\n    -A hmac-sha1 0x01;\n";
        Diagnostic problem =
                Diagnostic.error("SK014", span(text, "0x01"), "key must be 160 bits, this one is 8")
                        .label("8 bits")
                        .hint("write 40 hex digits")
                        .build();
        assertThat(new Rendering(source(text), false).one(problem))
                .isEqualTo(
                        """
                        site-b.conf:4:18: error[SK014]: key must be 160 bits, this one is 8
                          |
                        4 |     -A hmac-sha1 0x01;
                          |                  ^^^^ 8 bits
                          = hint: write 40 hex digits
                        """);
    }

    @Test
    void alignsPlacesWhoseLineNumbersDifferInWidth() {
        String text = "first\n".repeat(11) + "last\n";
        Diagnostic problem =
                Diagnostic.warning("SK000", span(text, "last"), "twice")
                        .also(new Span(0, 5), "here")
                        .note("so it is")
                        .build();
        assertThat(new Rendering(source(text), false).one(problem))
                .isEqualTo(
                        """
                        site-b.conf:12:1: warning[SK000]: twice
                           |
                        12 | last
                           | ^^^^
                         1 | first
                           | ----- here
                           = note: so it is
                        """);
    }

    @Test
    void countsCharactersNotOctets() {
        String text = "\"schlüssel\" x";
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        SourceText source = new SourceText("x", octets, Redactor.NONE);
        Span last = new Span(octets.length - 1, octets.length);
        assertThat(source.column(last.start())).isEqualTo(13);
        assertThat(new Rendering(source, false).one(Diagnostic.error("A", last, "m").build()))
                .contains("\n1 | \"schlüssel\" x\n  |             ^\n");
    }

    @Test
    void takesALineThatIsNotUtf8AsOctets() {
        SourceText source = new SourceText("x", new byte[] {(byte) 0xfc, ' ', 'x'}, Redactor.NONE);
        assertThat(source.column(2)).isEqualTo(3);
    }

    @Test
    void putsTheCaretUnderWhatIsShownOfASecret() {
        String text = "add KEYKEYKEY end";
        Redactor redactor =
                (octets, from, to) -> List.of(new Redactor.Hidden(new Span(4, 13), "[hidden]"));
        SourceText source = SourceText.of("x", text, redactor);
        assertThat(
                        new Rendering(source, false)
                                .one(Diagnostic.error("A", new Span(4, 13), "m").build()))
                .contains("1 | add [hidden] end\n  |     ^^^^^^^^\n")
                .doesNotContain("KEY");
        assertThat(
                        new Rendering(source, false)
                                .one(Diagnostic.error("A", new Span(14, 17), "m").build()))
                .contains("1:15: error")
                .contains("1 | add [hidden] end\n  |              ^^^\n");
        assertThat(
                        new Rendering(source, false)
                                .one(Diagnostic.error("A", new Span(6, 8), "m").build()))
                .contains("1 | add [hidden] end\n  |     ^^^^^^^^\n");
    }

    @Test
    void marksOnePlaceWhereSomethingIsMissing() {
        assertThat(
                        new Rendering(source("ab"), false)
                                .one(Diagnostic.error("A", Span.at(2), "m").build()))
                .contains("1 | ab\n  |   ^\n");
        assertThat(
                        new Rendering(source(""), false)
                                .one(Diagnostic.error("A", Span.at(9), "m").build()))
                .isEqualTo("site-b.conf:1:1: error[A]: m\n  |\n1 |\n  | ^\n");
    }

    @Test
    void showsControlCharactersHarmlessly() {
        String text = "a\u001b[31mb\tc\r\n";
        assertThat(
                        new Rendering(source(text), false)
                                .one(Diagnostic.error("A", new Span(0, 1), "m").build()))
                .contains("1 | a\ufffd[31mb c\n")
                .doesNotContain("\u001b");
    }

    @Test
    void cutsLongLinesAroundTheCaret() {
        String text = "x".repeat(1000) + "!" + "y".repeat(1000);
        String shown =
                new Rendering(source(text), false)
                        .one(Diagnostic.error("A", new Span(1000, 1001), "m").build());
        String[] lines = shown.split("\n");
        assertThat(lines[2].length()).isLessThan(180);
        assertThat(lines[2].charAt(lines[3].indexOf('^'))).isEqualTo('!');
    }

    @Test
    void coloursOnlyWhenAsked() {
        Diagnostic problem = Diagnostic.error("A", new Span(0, 1), "m").build();
        assertThat(new Rendering(source("ab"), true).one(problem))
                .contains("\u001b[1m\u001b[31merror[A]\u001b[0m");
    }

    @Test
    void keepsABoundedNumberAndNeverLosesErrorsToWarnings() {
        Diagnostics problems = new Diagnostics(3);
        for (int i = 0; i < 5; i++) {
            problems.report(Diagnostic.warning("W", Span.at(i), "w"));
        }
        problems.report(Diagnostic.error("E", Span.at(9), "e"));
        assertThat(problems.all()).extracting(Diagnostic::code).containsExactly("W", "W", "E");
        assertThat(problems.omitted()).isEqualTo(3);
        assertThat(problems.summary()).isEqualTo("1 error, 5 warnings");
        assertThat(new Rendering(source(""), false).all(problems))
                .endsWith("site-b.conf: 3 more not shown\n");
    }

    @Test
    void writesJsonThatNamesEverything() {
        String text = "one\ntwo \"x\"";
        Diagnostics problems = new Diagnostics();
        problems.report(
                Diagnostic.error("SK001", new Span(4, 7), "say \"no\"\n\u0001")
                        .label("l")
                        .also(new Span(0, 3), "p")
                        .note("n"));
        assertThat(new JsonRendering(source(text)).all(problems))
                .isEqualTo(
                        "{\"schema\":1,\"file\":\"site-b.conf\",\"errors\":1,\"warnings\":0,"
                            + "\"notes\":0,\"omitted\":0,\"diagnostics\":[{\"code\":\"SK001\",\"severity\":\"error\",\"message\":\"say"
                            + " \\\"no\\\"\\n"
                            + "\\u0001\",\"line\":2,\"column\":1,\"endLine\":2,\"endColumn\":4,"
                            + "\"label\":\"l\",\"notes\":[\"n\"],\"places\":[{\"line\":1,"
                            + "\"column\":1,\"endLine\":1,\"endColumn\":4,\"label\":\"p\"}]}]}");
    }
}

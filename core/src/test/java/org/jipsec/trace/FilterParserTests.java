package org.jipsec.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.SplittableRandom;

class FilterParserTests {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "hots 10.0.0.1 | TF001 | 0-4 | did you mean host?",
                "drop ) | TF001 | 5-6 | conditions are",
                "in out in frob | TF001 | 10-14 | ",
                "src | TF002 | 3-3 | ",
                "src 10.0.0.1 | TF002 | 4-12 | ",
                "host | TF002 | 4-4 | ",
                "(in | TF002 | 3-3 | ",
                "not | TF002 | 3-3 | ",
                "in or | TF002 | 5-5 | ",
                "or in | TF001 | 0-2 | ",
                "host www.example.org | TF003 | 5-20 | no names",
                "net 10.0.0.0/33 | TF003 | 4-15 | net 10.0.0.0/8",
                "net 10.0.0.0/x | TF003 | 4-14 | ",
                "port 65536 | TF003 | 5-10 | port 443",
                "port -1 | TF003 | 5-7 | ",
                "spi 0x100000000 | TF003 | 4-15 | ",
                "spi 0x | TF003 | 4-6 | ",
                "spi 0x-1 | TF003 | 4-8 | ",
                "proto 256 | TF003 | 6-9 | ",
                "proto quic | TF003 | 6-10 | ",
                "drop no-sea | TF003 | 5-11 | did you mean no-sa?",
            })
    void pointsAtWhatIsWrong(String filter, String code, String span, String hint) {
        Diagnostic diagnostic = refusal(filter);
        assertThat(diagnostic.code()).isEqualTo(code);
        assertThat(diagnostic.span().start() + "-" + diagnostic.span().end()).isEqualTo(span);
        assertThat(diagnostic.hint().orElse("")).contains(hint == null ? "" : hint);
    }

    @Test
    void isShownWithACaret() {
        String filter = "in and hots 10.0.0.1";
        SourceText source = SourceText.of("filter", filter, (octets, from, to) -> List.of());
        assertThat(new Rendering(source, false).one(refusal(filter)))
                .isEqualTo(
                        """
                        filter:1:8: error[TF001]: `hots` is not understood here
                          |
                        1 | in and hots 10.0.0.1
                          |        ^^^^ not understood
                          = hint: did you mean host?
                        """);
    }

    @Test
    void isOfBoundedDepthAndLength() {
        assertThat(refusal("(".repeat(1000)).code()).isEqualTo("TF004");
        assertThat(refusal("not ".repeat(900)).code()).isEqualTo("TF004");
        assertThat(refusal("in ".repeat(2000)).code()).isEqualTo("TF004");
    }

    @Test
    void knowsPrecedence() throws FilterException {
        assertThat(TraceFilter.parse("in or out and not drop"))
                .isEqualTo(TraceFilter.parse("in or (out (not drop))"));
        assertThat(TraceFilter.parse(" \t")).isEqualTo(new TraceFilter.Everything());
    }

    /// Whatever is typed is a filter or a diagnostic within the text.
    @Test
    void survivesAnything() {
        SplittableRandom random = new SplittableRandom(3);
        String[] pieces = {
            "host",
            "net",
            "(",
            ")",
            "!",
            "and",
            "or",
            "not",
            "drop",
            "1.2.3.4",
            "::1",
            "/",
            "0x1",
            "é",
            "\u0000",
            "-",
            "spi",
            "port",
            "src",
            "no-sa",
            "\n",
            "99999999999999999999",
            "||"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder filter = new StringBuilder();
            for (int n = random.nextInt(8); n > 0; n--) {
                filter.append(pieces[random.nextInt(pieces.length)]);
                filter.append(random.nextBoolean() ? " " : "");
            }
            try {
                assertThat(TraceFilter.parse(filter.toString())).isNotNull();
            } catch (FilterException wrong) {
                assertThat(wrong.diagnostic().span().end()).isLessThanOrEqualTo(filter.length());
            }
        }
    }

    private static Diagnostic refusal(String filter) {
        assertThatThrownBy(() -> TraceFilter.parse(filter)).isInstanceOf(FilterException.class);
        return catchThrowableOfType(FilterException.class, () -> TraceFilter.parse(filter))
                .diagnostic();
    }
}

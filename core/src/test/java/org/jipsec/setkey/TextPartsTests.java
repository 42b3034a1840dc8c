package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.SourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

class TextPartsTests {
    private static List<String> parts(String text, int size) {
        SourceText source =
                SetkeyLanguage.source("text", text.getBytes(StandardCharsets.ISO_8859_1));
        List<String> parts = new ArrayList<>();
        new TextParts(source, size).forEachRemaining(part -> parts.add(source.text(part)));
        return parts;
    }

    @Test
    void cutsBehindTheFirstSemicolonOfAPartThatIsLargeEnough() {
        assertThat(parts("flush;spdflush;dump;exit;", 10))
                .containsExactly("flush;spdflush;", "dump;exit;");
        assertThat(parts("flush;\nspdflush;\n", 1)).containsExactly("flush;", "\nspdflush;", "\n");
    }

    @Test
    void aTextWithoutASemicolonIsOnePart() {
        assertThat(parts("flush", 1)).containsExactly("flush");
        assertThat(parts("", 1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# a;b;c\n",
                "add a b esp 1 -E simple \"a;b\nc;\"",
                "# \"\n spdadd a b any -P out # ;\n none",
                "add \"#;\"",
                "# at the end;"
            })
    void aSemicolonInACommentOrBetweenQuotesEndsNothing(String text) {
        assertThat(parts(text, 1)).containsExactly(text);
    }

    @Test
    void aQuoteThatIsNeverClosedQuotesNothing() {
        assertThat(parts("add \"a;b\";c \";d \";e \" ;f;", 1))
                .containsExactly("add \"a;b\";", "c \";d \";", "e \" ;", "f;");
    }
}

package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Token;
import org.jipsec.grammar.IpsecPolicyLexer;
import org.jipsec.grammar.SetkeyConfLexer;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// Against ANTLR's own simulator.
class OctetSimulatorTests {
    private static final List<String> PIECES =
            List.of(
                    "add ",
                    "spdadd",
                    "10.0.0.1",
                    "-P",
                    "-m",
                    "0x12ab",
                    "-lh3600",
                    "\"a b\"",
                    "\"",
                    ";",
                    "#x;\n",
                    "/",
                    "[any]",
                    "unique:7",
                    "me-any",
                    " ",
                    "\n",
                    "\u00e4",
                    "esp-",
                    "esp-udp",
                    "12,",
                    "-esp_fra",
                    "fe80::1%eth0",
                    "prio",
                    "\0",
                    "-",
                    "0x");

    private static List<String> tokens(Lexer lexer) {
        lexer.removeErrorListeners();
        return lexer.getAllTokens().stream()
                .map(
                        (Token token) ->
                                "%d [%d, %d] %s"
                                        .formatted(
                                                token.getType(),
                                                token.getStartIndex(),
                                                token.getStopIndex(),
                                                token.getText()))
                .toList();
    }

    private static void agree(String text, Function<OctetStream, Lexer> lexer) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        Lexer plain = lexer.apply(new OctetStream(SetkeyLanguage.source("x", octets)));
        Lexer quick = lexer.apply(new OctetStream(SetkeyLanguage.source("x", octets)));
        OctetSimulator.in(quick);
        assertThat(tokens(quick)).as(text).isEqualTo(tokens(plain));
    }

    @Test
    void readsTheTokensThatAntlrReads() {
        Random random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(20); j >= 0; j--) {
                text.append(PIECES.get(random.nextInt(PIECES.size())));
            }
            agree(text.toString(), SetkeyConfLexer::new);
            agree(text.toString(), IpsecPolicyLexer::new);
        }
    }
}

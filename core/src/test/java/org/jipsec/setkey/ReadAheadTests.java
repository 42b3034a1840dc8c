package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

class ReadAheadTests {
    private static SourceText text(int commands, String last) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < commands; i++) {
            text.append(
                    "spdadd 10.%d.%d.%d 10.0.0.1 any -P out none; # 32 octets of comment\n"
                            .formatted(i >> 16, i >> 8 & 0xff, i & 0xff));
        }
        return SetkeyLanguage.source(
                "large.conf", (text + last).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static List<Command> taken(ReadAhead commands) {
        List<Command> taken = new ArrayList<>();
        Optional<Command> next = commands.next();
        while (next.isPresent()) {
            taken.add(next.get());
            next = commands.next();
        }
        assertThat(commands.next()).isEmpty();
        return taken;
    }

    @Test
    void givesTheCommandsOfTheParserInTheirOrder() {
        SourceText source = text(2000, "spdflush;\n");
        List<Command> expected = SetkeyParser.parse(source, new Diagnostics());
        try (ReadAhead commands = new ReadAhead(source, new Diagnostics(), 1000)) {
            assertThat(taken(commands)).isEqualTo(expected).hasSize(2001);
        }
    }

    /// Whatever is wrong with a text, reading it command by command in parts must show the same.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "flsh; spdflush; ad x; dump;",
                "add 10.0.0.1 10.0.0.2 esp 0x100 -E simple \"a;b\"; dump\nflush; spdflush",
                "spdadd a b any -P out none # ;\n; spdadd a b any -P out ipsec esp/x//use; flush;",
                "spdadd a b any -P out none spdflush; dump;\r\nflush;\r\ndump ah;;;",
                "dump; add 1 2 esp \"; flush; exit; nonsense; at all",
                "add a b esp 1 -A hmac-md5 zzzz; \u00e4; add;\nadd\nadd;flush\n;exit;flush;",
                "# nothing but a comment; and no end"
            })
    void findsWhatTheParserFinds(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        Diagnostics whole = new Diagnostics();
        List<Command> expected = SetkeyParser.parse(SetkeyLanguage.source("x", octets), whole);
        Diagnostics inParts = new Diagnostics();
        try (ReadAhead commands = new ReadAhead(SetkeyLanguage.source("x", octets), inParts, 1)) {
            assertThat(taken(commands)).isEqualTo(expected);
        }
        assertThat(inParts.all()).isEqualTo(whole.all());
        assertThat(inParts.summary()).isEqualTo(whole.summary());
    }

    @Test
    void aTakerWhoLeavesEarlyEndsTheReading() {
        try (ReadAhead commands = new ReadAhead(text(20_000, ""), new Diagnostics())) {
            assertThat(commands.next()).isPresent();
        }
    }

    @Test
    void aMistakeAtTheEndOfALargeTextLeavesNoPlan() {
        SourceText source = text(20_000, "spdad;\nspdadd 10.0.0.1[70000] 10.0.0.2 tcp -P in none;");
        assertThat(source.length()).isGreaterThan(1 << 20);
        Compilation compilation =
                SetkeyLanguage.compile(source, Capabilities.userspace(), CompileOptions.standard());
        assertThat(compilation.plan()).isEmpty();
        assertThat(compilation.diagnostics().errors()).isEqualTo(2);
    }
}

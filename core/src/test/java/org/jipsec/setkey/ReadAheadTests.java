package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.sadb.Capabilities;
import org.junit.jupiter.api.Test;

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

    @Test
    void givesTheCommandsOfTheParserInTheirOrder() {
        SourceText source = text(2000, "spdflush;\n");
        List<Command> expected = SetkeyParser.parse(source, new Diagnostics());
        List<Command> read = new ArrayList<>();
        try (ReadAhead commands = new ReadAhead(new SetkeyParser(source, new Diagnostics()))) {
            Optional<Command> next = commands.next();
            while (next.isPresent()) {
                read.add(next.get());
                next = commands.next();
            }
            assertThat(commands.next()).isEmpty();
        }
        assertThat(read).isEqualTo(expected).hasSize(2001);
    }

    @Test
    void aTakerWhoLeavesEarlyEndsTheReading() {
        try (ReadAhead commands =
                new ReadAhead(new SetkeyParser(text(20_000, ""), new Diagnostics()))) {
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

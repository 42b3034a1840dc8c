package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class OptionTests {
    /// Every pair of letters, alone, grouped and apart, with a file before or behind.
    static Stream<List<String>> lettersInAllForms() {
        List<List<String>> lines = new ArrayList<>();
        for (char one : LetterScanner.FLAGS.toCharArray()) {
            lines.add(List.of("-" + one));
            for (char other : LetterScanner.FLAGS.toCharArray()) {
                lines.add(List.of("-" + one + other));
                lines.add(List.of("-" + one, "-" + other, "x.conf"));
                lines.add(List.of("-" + one + other + "f", "x.conf"));
                lines.add(List.of("x.dump", "-" + one, "-f", "y.conf", "-" + other));
            }
        }
        return lines.stream();
    }

    @ParameterizedTest
    @MethodSource("lettersInAllForms")
    void theLetterScannerReadsWhatPicocliReads(List<String> line) throws UsageException {
        String[] arguments = line.toArray(String[]::new);
        assertThat(LetterScanner.scan(arguments))
                .contains(CommandLines.parse(CommandLines.jsetkey(), arguments));
    }

    @ParameterizedTest
    @CsvSource({"-f", "-z", "--check", "-fx.conf", "-nfx.conf", "--", "-f -n"})
    void theLetterScannerLeavesTheRestToPicocli(String line) {
        assertThat(LetterScanner.scan(line.split(" "))).isEmpty();
    }

    @Test
    void standardInputIsAFile() throws UsageException {
        assertThat(JsetkeyOptions.of(parse("-f", "-")).file()).isEqualTo("-");
        assertThat(JsetkeyOptions.of(parse("--check", "-f", "-")).file()).isEqualTo("-");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "-z | unknown option",
                "-D -F | cannot be given together",
                "-f | needs an argument",
                "-r -k -D | contradict",
                "--backend kernel -D | no backend kernel",
                "--color blue -D | no color blue",
                "--show-keys -D | goes with --json",
                "explain SK001 SK002 | takes one code",
                "--json -x | goes with",
                "--json explain SK014 | goes with",
                "--json dump.bin | goes with",
                "--json -v -D | --json and -v",
                "--json -H -D | --json and -H",
                "--json -l -D | --json and -l",
                "--socket / -D | needs the path of a socket",
                "--socket= -D | needs the path of a socket",
                "-n | nothing to do",
                "--chek -f x | did you mean",
            })
    void refusesWhatMakesNoSense(String line, String complaint) {
        assertThatThrownBy(() -> JsetkeyOptions.of(parse(line.split(" "))))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(complaint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trace --socket s -c 3 host a and icmp",
                "trace host a --socket s and icmp -c 3",
                "-c 3 --socket s trace host a and icmp"
            })
    void optionsMayStandBetweenTheWords(String line) throws UsageException {
        GivenOptions given = CommandLines.parse(CommandLines.jipsec(), line.split(" "));
        assertThat(given.positionals()).containsExactly("trace", "host", "a", "and", "icmp");
        assertThat(given.value("--count", "")).isEqualTo("3");
    }

    private static GivenOptions parse(String... arguments) throws UsageException {
        return CommandLines.parse(CommandLines.jsetkey(), arguments);
    }

    @ParameterizedTest(name = "--color {0}, terminal {1}, NO_COLOR {2}: {3}")
    @CsvSource({
        "auto, true, '', true",
        "auto, false, '', false",
        "auto, true, 1, false",
        "always, false, 1, true",
        "never, true, '', false"
    })
    void colorsOnlyWhereTheyAreWanted(
            String option, boolean terminal, String noColor, boolean colored)
            throws UsageException {
        try (TestMachine machine = new TestMachine(java.nio.file.Path.of(""), "jsetkey")) {
            machine.environment.put("NO_COLOR", noColor);
            machine.environment.put("TERM", "xterm");
            assertThat(ColorChoice.of(option).onStream(terminal, machine.host()))
                    .isEqualTo(colored);
        }
    }
}

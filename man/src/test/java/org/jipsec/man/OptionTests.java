package org.jipsec.man;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.jipsec.cli.CommandLines;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import picocli.CommandLine.Model.CommandSpec;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The pages of the programs have the options of the programs.
class OptionTests {
    static Stream<Arguments> programs() {
        return Stream.of(
                arguments("jsetkey.8", CommandLines.jsetkey()),
                arguments("jipsecd.8", CommandLines.jipsecd()),
                arguments("jracoon.8", CommandLines.jracoon()),
                arguments("jipsec.1", CommandLines.jipsec()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void describesEveryOptionAndNoOther(String name, CommandSpec command) throws IOException {
        assertThat(ManualPage.named(name).describedOptions())
                .containsExactlyElementsOf(optionsOf(command));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void mentionsNoOptionThatIsNotThere(String name, CommandSpec command) throws IOException {
        assertThat(ManualPage.named(name).mentionedOptions().stream().flatMap(OptionTests::letters))
                .isSubsetOf(optionsOf(command));
    }

    private static Set<String> optionsOf(CommandSpec command) {
        Set<String> names = new TreeSet<>();
        command.options().forEach(option -> names.addAll(Arrays.asList(option.names())));
        return names;
    }

    /// `-DP` is `-D` and `-P`.
    private static Stream<String> letters(String option) {
        return option.startsWith("--")
                ? Stream.of(option)
                : option.substring(1).chars().mapToObj(letter -> "-" + (char) letter);
    }
}

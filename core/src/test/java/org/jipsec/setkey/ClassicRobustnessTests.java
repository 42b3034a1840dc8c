package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whatever a file holds, a session ends with a status: over the goldens, pieces of them put
/// together anew.
class ClassicRobustnessTests {
    private static final int FILES = 600;
    private static final String[] NUMBERS = {
        "0", "255", "256", "65536", "4294967296", "18446744073709551615", "99999999999999999999"
    };

    @Test
    void takesAnyMixtureOfWordsWithoutAnException() {
        List<String> words = words();
        Random random = new Random(2026);
        for (int i = 0; i < FILES; i++) {
            String text = mixture(words, random);
            try (GoldenMachine machine = GoldenMachine.direct()) {
                assertThatCode(() -> runAndList(machine, text)).as(text).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void takesNumbersOfAnySize() {
        for (String number : NUMBERS) {
            for (String option : List.of("-lh 9 -ls ", "-bh 9 -bs ", "-r ", "-u ")) {
                String text =
                        "add 10.0.0.1 10.0.0.2 esp 0x100 "
                                + option
                                + number
                                + " -E null;"
                                + "add 10.0.0.1 10.0.0.2 esp 0x101 -ls 9 -lh "
                                + number
                                + " -E null; dump; deleteall 10.0.0.1 10.0.0.2 esp;";
                try (GoldenMachine machine = GoldenMachine.direct()) {
                    assertThatCode(
                                    () -> {
                                        runAndList(machine, text);
                                        machine.sleep(Duration.ofDays(1));
                                    })
                            .as(text)
                            .doesNotThrowAnyException();
                }
            }
        }
    }

    @Test
    void endsWithAStatusForAnyOctets() {
        Random random = new Random(4711);
        for (int i = 0; i < FILES; i++) {
            byte[] octets = new byte[random.nextInt(40)];
            random.nextBytes(octets);
            String text = new String(octets, StandardCharsets.ISO_8859_1);
            try (GoldenMachine machine = GoldenMachine.direct()) {
                assertThat(run(machine, text)).isBetween(0, 1);
            }
        }
    }

    private static String mixture(List<String> words, Random random) {
        String file =
                GoldenFiles.text(
                        GoldenFiles.configurations()
                                        .get(random.nextInt(GoldenFiles.configurations().size()))
                                + ".conf");
        List<String> pieces = new ArrayList<>(List.of(file.split("(?<=[ ;\\n])")));
        for (int change = random.nextInt(4); change >= 0; change--) {
            String word = words.get(random.nextInt(words.size()));
            int at = random.nextInt(pieces.size());
            switch (random.nextInt(3)) {
                case 0 -> pieces.set(at, word);
                case 1 -> pieces.add(at, word);
                default -> pieces.set(at, NUMBERS[random.nextInt(NUMBERS.length)] + " ");
            }
        }
        return String.join("", pieces);
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>();
        for (String name : GoldenFiles.configurations()) {
            words.addAll(List.of(GoldenFiles.text(name + ".conf").split("(?<=[ ;\\n/\\[\\]-])")));
        }
        return words;
    }

    private static void runAndList(GoldenMachine machine, String text) {
        run(machine, text);
        StringWriter out = new StringWriter();
        for (String listing : List.of("-D", "-DP", "-Dl")) {
            machine.run(
                    new ByteArrayInputStream(new byte[0]),
                    new PrintWriter(out),
                    new PrintWriter(out),
                    List.of(listing));
        }
    }

    private static int run(GoldenMachine machine, String text) {
        return machine.runFile(
                "F",
                text,
                ClassicSettings.DEFAULT,
                new PrintWriter(new StringWriter()),
                new PrintWriter(new StringWriter()));
    }
}

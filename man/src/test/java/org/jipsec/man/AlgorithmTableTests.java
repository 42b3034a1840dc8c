package org.jipsec.man;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Retirement;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The tables of setkey.conf(5) say what the registry says, in its order.
class AlgorithmTableTests {
    private final ManualPage page;

    AlgorithmTableTests() throws IOException {
        page = ManualPage.named("setkey.conf.5");
    }

    @Test
    void ciphersAreThoseOfTheRegistry() {
        assertThat(facts(page.table(".\\\" table: encryption")))
                .containsExactlyElementsOf(
                        Arrays.stream(EncryptionAlgorithm.values())
                                .filter(each -> each != EncryptionAlgorithm.NONE)
                                .map(
                                        each ->
                                                row(
                                                        each.word(),
                                                        each.takesKey(),
                                                        each::acceptsKeyBits,
                                                        each.icvBits(),
                                                        each.retirement()))
                                .toList());
    }

    @Test
    void integrityAlgorithmsAreThoseOfTheRegistry() {
        assertThat(facts(page.table(".\\\" table: authentication")))
                .containsExactlyElementsOf(
                        Arrays.stream(AuthAlgorithm.values())
                                .filter(each -> each != AuthAlgorithm.NONE)
                                .map(
                                        each ->
                                                row(
                                                        each.word(),
                                                        each.takesKey(),
                                                        each::acceptsKeyBits,
                                                        each.icvBits(),
                                                        each.retirement()))
                                .toList());
    }

    @Test
    void everyFurtherNameIsGiven() {
        Stream<String> further =
                Stream.concat(
                        Arrays.stream(EncryptionAlgorithm.values())
                                .flatMap(each -> each.names().stream().skip(1)),
                        Arrays.stream(AuthAlgorithm.values())
                                .flatMap(each -> each.names().stream().skip(1)));
        String words =
                String.join(
                        " ",
                        page.lines().stream().filter(line -> line.startsWith(".Cm ")).toList());
        assertThat(further).allSatisfy(name -> assertThat(words.split("[ ,]+")).contains(name));
    }

    /// Name, key bits, ICV, verdict: without the column that names the source.
    private static List<List<String>> facts(List<List<String>> rows) {
        return rows.stream()
                .map(
                        cells ->
                                List.of(
                                        cells.get(0),
                                        cells.get(1),
                                        cells.get(2),
                                        cells.size() > 4 ? cells.get(4) : ""))
                .toList();
    }

    private static List<String> row(
            String name,
            boolean takesKey,
            IntPredicate acceptsBits,
            int icvBits,
            Optional<Retirement> retirement) {
        return List.of(
                name,
                takesKey ? lengths(acceptsBits) : "none",
                icvBits == 0 ? "-" : Integer.toString(icvBits),
                retirement.map(each -> each.verdict() + ", " + each.rfc()).orElse(""));
    }

    /// `128, 192, 256`, or, when that gets long, `40 to 448 by 8`.
    private static String lengths(IntPredicate acceptsBits) {
        List<Integer> octetwise =
                IntStream.rangeClosed(1, 4096)
                        .filter(bits -> bits % 8 == 0)
                        .filter(acceptsBits)
                        .boxed()
                        .toList();
        return octetwise.size() <= 4
                ? String.join(", ", octetwise.stream().map(String::valueOf).toList())
                : octetwise.getFirst() + " to " + octetwise.getLast() + " by 8";
    }
}

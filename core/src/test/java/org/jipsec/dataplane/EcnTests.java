package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EcnTests {
    /// The table of RFC 6040 4.2, figure 4. Codepoints: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE.
    @ParameterizedTest(name = "inner {0}, outer {1}")
    @CsvSource({
        "0, 0, 0", "0, 2, 0", "0, 1, 0", "0, 3, -1",
        "2, 0, 2", "2, 2, 2", "2, 1, 1", "2, 3, 3",
        "1, 0, 1", "1, 2, 1", "1, 1, 1", "1, 3, 3",
        "3, 0, 3", "3, 2, 3", "3, 1, 3", "3, 3, 3",
    })
    void decapsulatesAsTheTableSays(int inner, int outer, int result) {
        assertThat(Ecn.decapsulated(inner, outer)).isEqualTo(result);
    }
}

package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

class WholeInputTests {
    @Test
    void readsUpToTheLimit() throws IOException {
        byte[] octets = {1, 2, 3, 4};

        assertThat(WholeInput.of(new ByteArrayInputStream(octets), 4)).isEqualTo(octets);
        assertThat(WholeInput.of(new ByteArrayInputStream(octets), 9)).isEqualTo(octets);
        assertThat(WholeInput.of(InputStream.nullInputStream(), 4)).isEmpty();
    }

    @Test
    void refusesWhatHasNoEnd() {
        InputStream zeros =
                new InputStream() {
                    @Override
                    public int read() {
                        return 0;
                    }
                };

        assertThatIOException()
                .isThrownBy(() -> WholeInput.of(zeros, 1 << 20))
                .withMessage("more than 256 MiB");
    }
}

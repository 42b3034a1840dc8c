package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Path;

class StateTrainingTests {
    @Test
    void loadsListsComparesAndFlushesAServiceInMemory() throws IOException {
        assertThat(StateTraining.withAService(Path.of("src/main/launcher/training.conf"))).isZero();
    }
}

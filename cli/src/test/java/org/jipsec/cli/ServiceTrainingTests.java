package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class ServiceTrainingTests {
    @Test
    void listsWhatItHasLoadedIntoAServiceInMemory() throws IOException {
        assertThat(ServiceTraining.serve()).isEqualTo(400 + 400);
    }

    @Test
    void receivesThroughEachTunnelWhatItHasSent() throws IOException {
        // 8 tunnels, 10 frames of 44 segments, each as one frame again, besides headers
        assertThat(TunnelTraining.run()).isGreaterThan(8 * 10 * 44 * 1348);
    }
}

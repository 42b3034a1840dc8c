package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;

/// HOWTO 4.2.1 and 4.2.2 between hosts: real pings, and what a capture between the hosts shows.
@RequiresWire
class HowtoOnTheWireTests {
    private static final String CLEAR = "not proto 50 and not proto 51 and not ip6";

    @TempDir private Path folder;
    private WireScene scene;

    @BeforeEach
    void setScene() {
        RequiredTool.program("ping", "iputils-ping");
        RequiredTool.program("tcpdump", "tcpdump");
        RequiredTool.program("setpriv", "util-linux");
        scene = WireScene.set(folder);
    }

    @AfterEach
    void clearScene() throws Exception {
        scene.close();
    }

    /// Without it the tests below would show nothing.
    @Test
    void aCaptureShowsWhatGoesInClear() throws IOException {
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(scene.ping(WireScene.BEHIND_LEFT, "172.16.2.10")).isEqualTo(3);
        assertThat(scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS)).isEqualTo(3);
        capture.stop();
        assertThat(capture.lines(CLEAR)).hasSize(12);
        assertThat(capture.shows(WireScene.filling())).isTrue();
    }

    @Test
    void transportModeProtectsWhatThePeersSay() throws IOException {
        scene.protect("transport");
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS)).isEqualTo(3);
        assertThat(scene.ping(WireScene.RIGHT, WireScene.LEFT_ADDRESS)).isEqualTo(3);
        capture.stop();
        assertThat(capture.lines("proto 51")).hasSize(12);
        assertThat(capture.lines("src 192.168.1.100").getFirst())
                .startsWith(
                        "IP 192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x1):"
                                + " ESP(spi=0x00000201,seq=0x1)");
        assertThat(capture.lines("src 192.168.2.100").getFirst())
                .startsWith(
                        "IP 192.168.2.100 > 192.168.1.100: AH(spi=0x00000300,seq=0x1):"
                                + " ESP(spi=0x00000301,seq=0x1)");
        assertNothingInClear(capture);
    }

    @Test
    void tunnelModeProtectsWhatTheNetworksSay() throws IOException {
        scene.protect("tunnel");
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(scene.ping(WireScene.BEHIND_LEFT, "172.16.2.10")).isEqualTo(3);
        assertThat(scene.ping(WireScene.BEHIND_RIGHT, "172.16.1.10")).isEqualTo(3);
        capture.stop();
        assertThat(capture.lines("proto 50"))
                .hasSize(12)
                .element(0)
                .asString()
                .startsWith("IP 192.168.1.100 > 192.168.2.100: ESP(spi=0x00000201,seq=0x1)");
        assertNothingInClear(capture);
    }

    @Test
    void severalThreadsCarryItToo() throws IOException {
        WireDaemon left = scene.startWith(WireScene.LEFT, "--queues", "2");
        scene.startWith(WireScene.RIGHT, "--queues=3");
        assertThat(left.log()).contains("device jipsec0 with 2 queues");
        scene.load("tunnel");
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(scene.ping(WireScene.BEHIND_LEFT, "172.16.2.10")).isEqualTo(3);
        assertThat(scene.ping(WireScene.BEHIND_RIGHT, "172.16.1.10")).isEqualTo(3);
        assertNothingInClear(capture.stop());
    }

    /// The gateways themselves, by their addresses in the networks, and what they say elsewhere.
    @Test
    void whatNoPolicyWantsGoesOnAsItIs() throws IOException {
        scene.protect("tunnel");
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(scene.ping(WireScene.LEFT, "172.16.2.10", "-I", "172.16.1.1")).isEqualTo(3);
        assertThat(scene.ping(WireScene.LEFT, "192.168.2.1")).isEqualTo(3);
        assertThat(scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS)).isEqualTo(3);
        capture.stop();
        assertThat(capture.lines("proto 50")).hasSize(6);
        assertThat(capture.lines("icmp and host 192.168.1.100")).hasSize(12);
        assertThat(capture.lines("net 172.16.0.0/16")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"transport, 1372", "transport, 8000", "tunnel, 1472", "tunnel, 8000"})
    void largePacketsArriveToo(String mode, String size) throws IOException {
        scene.protect(mode);
        boolean tunnel = mode.equals("tunnel");
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        assertThat(
                        scene.ping(
                                tunnel ? WireScene.BEHIND_LEFT : WireScene.LEFT,
                                tunnel ? "172.16.2.10" : WireScene.RIGHT_ADDRESS,
                                "-s",
                                size,
                                "-M",
                                "dont"))
                .isEqualTo(3);
        assertNothingInClear(capture.stop());
    }

    /// The peer would answer it, were there no IPsec.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clearTextWithAForgedSourceIsDroppedAndCounted(boolean forwarded) throws IOException {
        String pinged = forwarded ? "172.16.2.10" : WireScene.RIGHT_ADDRESS;
        String forged = forwarded ? "172.16.1.10" : WireScene.LEFT_ADDRESS;
        scene.hosts.ip(WireScene.STRANGER, "address", "add", forged + "/32", "dev", "lo");
        WireCapture before = scene.capture(WireScene.RIGHT_DEVICE);
        scene.ping(WireScene.STRANGER, pinged, "-W1", "-I", forged);
        assertThat(before.stop().lines("icmp[0] = 0 and src " + pinged)).hasSize(3);

        scene.protect(forwarded ? "tunnel" : "transport");
        WireCapture capture = scene.capture(WireScene.RIGHT_DEVICE);
        assertThat(scene.ping(WireScene.STRANGER, pinged, "-W1", "-I", forged)).isZero();
        capture.stop();
        assertThat(capture.lines("icmp[0] = 8 and src " + forged)).hasSize(3);
        assertThat(capture.lines("src " + pinged + " or src " + WireScene.RIGHT_ADDRESS)).isEmpty();
        assertThat(scene.count(WireScene.RIGHT, "clear-text-forbidden")).isEqualTo(3);
        assertThat(scene.count(WireScene.RIGHT, "dropped")).isEqualTo(3);
    }

    private static void assertNothingInClear(WireCapture capture) throws IOException {
        assertThat(capture.lines(CLEAR)).isEmpty();
        assertThat(capture.shows(WireScene.filling())).isFalse();
    }
}

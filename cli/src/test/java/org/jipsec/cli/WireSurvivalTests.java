package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// What the wire does when something is done to it: it goes on, or ends and says why, and never
/// lets go in clear what a policy protects.
@RequiresWire
class WireSurvivalTests {
    private static final String CLEAR = "icmp and host 192.168.2.100";

    @TempDir private Path folder;
    private WireScene scene;

    @BeforeEach
    void setScene() {
        RequiredTool.program("ping", "iputils-ping");
        RequiredTool.program("tcpdump", "tcpdump");
        RequiredTool.program("setpriv", "util-linux");
        scene = WireScene.set(folder);
        // what a distribution sets, and what would drop what comes protected
        scene.write(WireScene.LEFT, "net/ipv4/conf/" + WireScene.LEFT_DEVICE + "/rp_filter", "1");
    }

    @AfterEach
    void clearScene() throws Exception {
        scene.close();
    }

    @Test
    void nothingIsLeftAfterAStop() {
        String before = scene.traces(WireScene.LEFT);
        WireDaemon left = scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        assertThat(scene.traces(WireScene.LEFT)).isNotEqualTo(before).contains("jipsec0");
        assertThat(left.stop()).isZero();
        assertThat(scene.traces(WireScene.LEFT)).isEqualTo(before);
    }

    @Test
    void nothingIsLeftAfterAKillUnderLoadAndARestart() {
        String before = scene.traces(WireScene.LEFT);
        WireDaemon killed = scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.flood(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        awaitTraffic();
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        awaitTraffic();
        killed.kill();
        assertThat(scene.traces(WireScene.LEFT)).doesNotContain("jipsec0: <");
        assertThat(scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS, "-W1")).isZero();
        assertThat(capture.stop().lines(CLEAR)).as("in clear after the kill").isEmpty();

        WireDaemon next = scene.start(WireScene.LEFT);
        assertThat(scene.jsetkey(WireScene.LEFT, "-D")).isEqualTo("No SAD entries.\n");
        assertThat(scene.jsetkey(WireScene.LEFT, "-DP")).isEqualTo("No SPD entries.\n");
        scene.load("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        assertThat(next.stop()).isZero();
        assertThat(scene.traces(WireScene.LEFT)).isEqualTo(before);
    }

    @Test
    void itsDeviceMayBeSetDownAndUp() {
        scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.flood(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        awaitTraffic();
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        scene.hosts.ip(WireScene.LEFT, "link", "set", "jipsec0", "down");
        assertThat(scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS, "-W1")).isZero();
        scene.hosts.ip(WireScene.LEFT, "link", "set", "jipsec0", "up");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        assertThat(capture.stop().lines(CLEAR)).isEmpty();
    }

    @Test
    void itsDeviceMayBeDeleted() {
        WireDaemon left = scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.flood(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        awaitTraffic();
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        scene.hosts.ip(WireScene.LEFT, "link", "delete", "jipsec0");
        left.awaitLog("jipsec0");
        Patience.until(
                () ->
                        !left.isAlive()
                                || scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS, "-c1", "-W1")
                                        == 1,
                () -> "half alive: " + left.log());
        if (left.isAlive()) {
            assertThat(capture.stop().lines(CLEAR)).isEmpty();
        } else {
            assertThat(left.awaitEnd()).isEqualTo(1);
        }
    }

    @Test
    void theInterfaceMayGoDownAndUp() {
        scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        scene.hosts.ip(WireScene.LEFT, "link", "set", WireScene.LEFT_DEVICE, "down");
        scene.ping(WireScene.LEFT, WireScene.RIGHT_ADDRESS, "-W1");
        scene.hosts.ip(WireScene.LEFT, "link", "set", WireScene.LEFT_DEVICE, "up");
        scene.routeByDefault(WireScene.LEFT, "192.168.1.1");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.awaitPing(WireScene.RIGHT, WireScene.LEFT_ADDRESS);
        assertThat(capture.stop().lines(CLEAR)).isEmpty();
    }

    /// The address goes and comes back, with the route that hangs on it.
    @Test
    void theAddressMayChangeAndChangeBack() {
        scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        WireCapture capture = scene.capture(WireScene.LEFT_DEVICE);
        readdress(WireScene.LEFT_ADDRESS, "192.168.1.77");
        // which no policy is for
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        readdress("192.168.1.77", WireScene.LEFT_ADDRESS);
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.awaitPing(WireScene.RIGHT, WireScene.LEFT_ADDRESS);
        capture.stop();
        assertThat(capture.lines(CLEAR + " and host 192.168.1.77")).isNotEmpty();
        assertThat(capture.lines(CLEAR + " and host " + WireScene.LEFT_ADDRESS)).isEmpty();
    }

    private void readdress(String from, String to) {
        String device = WireScene.LEFT_DEVICE;
        scene.hosts.ip(WireScene.LEFT, "address", "delete", from + "/24", "dev", device);
        scene.hosts.ip(WireScene.LEFT, "address", "add", to + "/24", "dev", device);
        scene.routeByDefault(WireScene.LEFT, "192.168.1.1");
    }

    @Test
    void aFilterFlushedBySomebodyElseComesBack() {
        scene.protect("transport");
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
        scene.hosts.ip(WireScene.STRANGER, "address", "add", "192.168.1.100/32", "dev", "lo");
        String whole = scene.hosts.run(WireScene.RIGHT, "nft", "list", "tables");
        assertThat(whole).contains("jipsec");
        scene.hosts.run(WireScene.RIGHT, "nft", "flush", "ruleset");
        Patience.until(
                () -> scene.hosts.run(WireScene.RIGHT, "nft", "list", "tables").equals(whole),
                () -> "the filter does not come back");
        long before = scene.count(WireScene.RIGHT, "clear-text-forbidden");
        scene.ping(
                WireScene.STRANGER, WireScene.RIGHT_ADDRESS, "-W1", "-I", WireScene.LEFT_ADDRESS);
        assertThat(scene.count(WireScene.RIGHT, "clear-text-forbidden")).isEqualTo(before + 3);
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
    }

    @Test
    void aSecondOneInTheNamespaceIsRefused() {
        WireDaemon first = scene.protect("transport");
        String before = scene.traces(WireScene.LEFT);
        WireDaemon second = scene.launch(WireScene.LEFT, folder.resolve("second.sock"));
        assertThat(second.awaitEnd()).isEqualTo(1);
        assertThat(second.log())
                .contains("another jipsecd (pid %d) has the wire here".formatted(first.processId()))
                .contains("jipsec0")
                .doesNotContain("Exception");
        assertThat(scene.traces(WireScene.LEFT)).isEqualTo(before);
        scene.awaitPing(WireScene.LEFT, WireScene.RIGHT_ADDRESS);
    }

    private void awaitTraffic() {
        long before = packetsIn();
        Patience.until(() -> packetsIn() > before + 200, () -> "the flood does not flow");
    }

    /// Through the router, of whatever kind.
    private long packetsIn() {
        return Long.parseLong(
                scene.hosts
                        .run(
                                WireScene.ROUTER,
                                "cat",
                                "/sys/class/net/"
                                        + WireScene.LEFT_DEVICE
                                        + "/statistics/rx_packets")
                        .strip());
    }
}

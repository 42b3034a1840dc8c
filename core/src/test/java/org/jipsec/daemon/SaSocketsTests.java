package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.IpFamily;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.UdpSocket;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

@RequiresWire
class SaSocketsTests {
    private static final int PORT = 10_001;

    private final Namespaces hosts = Namespaces.create("a");
    private final SadbEngine engine =
            new SadbEngine(InstantSource.fixed(Instant.EPOCH), new Random(1), 1);
    private final List<String> messages = new ArrayList<>();
    private int opened;
    private WireSockets sockets;
    private SaSockets saSockets;

    @BeforeEach
    void open() throws Exception {
        sockets = hosts.in("a", () -> WireSockets.open(1));
        StaticHostSide side =
                new StaticHostSide(
                        List.of(TestPolicies.address("10.9.1.1")),
                        new LearntPathMtus(() -> 0),
                        () -> {});
        saSockets =
                new SaSockets(
                        engine,
                        sockets,
                        side,
                        new QuotedPackets(engine.associations()),
                        () -> opened++,
                        messages::add);
        setkey(
                "add 10.9.1.1[10001] 10.9.2.1[4500] esp-udp 0x1001 -E aes-gcm-16"
                        + " 0x000102030405060708090a0b0c0d0e0f10111213;");
    }

    @AfterEach
    void close() {
        sockets.close();
        hosts.close();
    }

    private void setkey(String text) {
        SetkeyText.load(engine, text);
    }

    /// In the namespace, which the control thread of a wire is in.
    private void openForAll() throws Exception {
        hosts.in(
                "a",
                () -> {
                    SaSockets.all(engine).forEach(saSockets::openFor);
                    return null;
                });
    }

    private void check() throws Exception {
        hosts.in(
                "a",
                () -> {
                    saSockets.check();
                    return null;
                });
    }

    @Test
    void opensThePortThatAnSaNames() throws Exception {
        openForAll();
        assertThat(sockets.ports()).containsExactly(PORT);
        assertThat(opened).isEqualTo(1);
        assertThat(messages).isEmpty();
    }

    @Test
    void triesAPortAgainThatSomebodyElseHas() throws Exception {
        try (UdpSocket other =
                hosts.in("a", () -> UdpSocket.bind(IpFamily.IPV4, PORT, SocketOptions.DEFAULT))) {
            openForAll();
            check();
            assertThat(sockets.ports()).isEmpty();
            assertThat(messages).singleElement().asString().contains("port 10001: ");
            assertThat(other).isNotNull();
        }
        check();
        assertThat(sockets.ports()).containsExactly(PORT);
        assertThat(messages).last().isEqualTo("ESP in UDP is received at port 10001 now");
    }

    @Test
    void doesNotTryAgainForAnSaThatIsGone() throws Exception {
        try (UdpSocket other =
                hosts.in("a", () -> UdpSocket.bind(IpFamily.IPV4, PORT, SocketOptions.DEFAULT))) {
            openForAll();
            assertThat(other).isNotNull();
        }
        engine.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        check();
        assertThat(sockets.ports()).isEmpty();
    }
}

package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.IkeWish;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.Settings;
import org.jipsec.racoonconf.ConfFiles;
import org.jipsec.racoonconf.RacoonLanguage;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Two whole daemons on loopback addresses, by real sockets.
class NegotiationTests {
    private static final String LEFT = "127.0.0.2";
    private static final String RIGHT = "127.0.0.3";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int leftPort = freePort();
    private final int rightPort = freePort();
    private final Recorded<IkeReport> leftLog = new Recorded<>();
    private final Recorded<IkeReport> rightLog = new Recorded<>();
    private final List<IkeDaemon> running = new ArrayList<>();

    @AfterEach
    void close() {
        running.forEach(IkeDaemon::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "aggressive"})
    void establishesAPhase1AndEndsItAtTheStop(String mode) throws Exception {
        start(RIGHT, rightPort, LEFT, leftPort, mode, rightLog);
        IkeDaemon left = start(LEFT, leftPort, RIGHT, rightPort, mode, leftLog);
        left.wish(new IkeWish.Establish(address(LEFT), address(RIGHT)));

        String places =
                "ISAKMP-SA established %s[%d]-%s[%d] spi:"
                        .formatted(LEFT, leftPort, RIGHT, rightPort);
        leftLog.await(each -> each.text().startsWith(places));
        rightLog.await(each -> each.text().startsWith("ISAKMP-SA established"));

        assertThat(left.stop(PATIENCE)).isTrue();
        rightLog.await(each -> each.text().startsWith("ISAKMP-SA deleted"));
    }

    private IkeDaemon start(
            String own,
            int ownPort,
            String peer,
            int peerPort,
            String mode,
            Recorded<IkeReport> log)
            throws IOException {
        IkeDaemon daemon =
                IkeDaemon.start(
                        settings(own, ownPort, peer, peerPort, mode),
                        IkeDaemon.GivenPlaces.NONE,
                        new IkeDaemon.Surroundings(
                                new SadbEngine(InstantSource.system(), new SecureRandom(), ownPort)
                                        ::backend,
                                KernelIkePorts.create(IkeSocketOptions.plain()),
                                new FakeAddresses(own),
                                () -> keys(peer),
                                new SteadyClock(Instant.parse("2000-01-01T00:00:00Z")),
                                new SecureRandom(),
                                log));
        running.add(daemon);
        return daemon;
    }

    private static PresharedKeys keys(String peer) {
        return new PresharedKeys((peer + " secret\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static Settings settings(
            String own, int ownPort, String peer, int peerPort, String mode) {
        String text =
                """
                listen { isakmp %s [%d]; adminsock disabled; }
                remote %s [%d] {
                    exchange_mode %s;
                    proposal {
                        encryption_algorithm aes 256;
                        hash_algorithm sha256;
                        authentication_method pre_shared_key;
                        dh_group modp2048;
                    }
                }
                sainfo anonymous {
                    encryption_algorithm aes 256;
                    authentication_algorithm hmac_sha256;
                    compression_algorithm deflate;
                }
                """
                        .formatted(own, ownPort, peer, peerPort, mode);
        RacoonLanguage.Checked checked =
                RacoonLanguage.check(
                        "racoon.conf", text.getBytes(StandardCharsets.US_ASCII), ConfFiles.NONE);
        return checked.settings()
                .orElseThrow(() -> new IllegalStateException(checked.files().toString()));
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    private static int freePort() {
        try (DatagramSocket free = new DatagramSocket(0)) {
            return free.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException(none);
        }
    }
}

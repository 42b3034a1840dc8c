package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.Settings;
import org.jipsec.isakmp.Cookie;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// First messages in masses, from addresses that nobody has.
class FloodTests {
    /// For anybody: aggressive and base mode look for one at once.
    private static final String KEYS = "* secret\n";

    private static final int FLOOD = 100_000;
    private static final int IN_A_SECOND = 20_000;

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost peer = world.host("A", "192.168.1.100");
    private final IkeHost victim = world.host("B", "192.168.2.100");
    private final Random random = new Random(1);
    private final Forger forger = new Forger(victim, new InetSocketAddress(peer.address, 500));
    private int most;

    @BeforeEach
    void protect() {
        peer.protect(victim, SaMode.TUNNEL, IpsecProtocol.ESP);
        victim.protect(peer, SaMode.TUNNEL, IpsecProtocol.ESP);
    }

    private static void configure(IkeHost host, ExchangeMode mode) {
        host.configure(settings(mode), KEYS);
    }

    private static Settings settings(ExchangeMode mode) {
        return Settings.of(
                List.of(new TestRemote().modes(mode).build()),
                List.of(TestSettings.sainfo(Optional.empty())));
    }

    /// What a true peer says first, in a world of its own.
    private static Bytes firstMessage(ExchangeMode mode) {
        IkeWorld other = new IkeWorld(2);
        IkeHost one = other.host("A", "192.168.1.100");
        IkeHost two = other.host("B", "192.168.2.100");
        configure(one, mode);
        one.protect(two, SaMode.TUNNEL, IpsecProtocol.ESP);
        one.acquire(two);
        other.run(Duration.ofSeconds(1));
        return other.wire.getFirst().octets();
    }

    private InetSocketAddress somebody() {
        byte[] address = new byte[4];
        random.nextBytes(address);
        address[0] = 100;
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address), 1 + random.nextInt(65535));
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private Bytes withCookie(Bytes message) {
        byte[] octets = message.toArray();
        new Cookie(random.nextLong() | 1).octets().buffer().get(octets, 0, Cookie.LENGTH);
        return Bytes.of(octets);
    }

    private void flood(Bytes message, int count) {
        for (int i = 0; i < count; i++) {
            forger.from(somebody()).say(withCookie(message));
            if (i % 20 == 0) {
                world.run(Duration.ofSeconds(20).dividedBy(IN_A_SECOND));
            }
            if (i % 100 == 0) {
                most = Math.max(most, victim.engine.leftovers());
            }
        }
    }

    /// Work that strangers ask for is bounded where they need not even be there for it.
    @Test
    void causesLittleWorkAtATime() {
        configure(victim, ExchangeMode.AGGRESSIVE);
        Bytes message = firstMessage(ExchangeMode.AGGRESSIVE);
        IkeEngine engine =
                new IkeEngine(
                        settings(ExchangeMode.AGGRESSIVE),
                        random,
                        () -> new PresharedKeys(KEYS.getBytes(StandardCharsets.ISO_8859_1)));
        long works = 0;
        for (int i = 0; i < 1000; i++) {
            works +=
                    engine
                            .on(
                                    new IkeInput.Received(
                                            new UdpDatagram(
                                                    new InetSocketAddress(victim.address, 500),
                                                    somebody(),
                                                    withCookie(message))),
                                    world.now())
                            .stream()
                            .filter(IkeEffect.Compute.class::isInstance)
                            .count();
        }
        assertThat(works).isEqualTo(Reception.MOST_WORK);
    }

    @ParameterizedTest
    @EnumSource(ExchangeMode.class)
    void leavesBoundsAndATruePeerIntact(ExchangeMode mode) {
        configure(peer, mode);
        configure(victim, mode);
        Bytes message = firstMessage(mode);

        flood(message, FLOOD / 2);
        peer.acquire(victim);
        flood(message, FLOOD / 2);
        world.run(Duration.ofSeconds(15));

        assertThat(peer.sas()).hasSize(2);
        assertThat(victim.sas()).hasSize(2);
        // each has a timer, and may have one that repeats
        assertThat(most).isLessThan(4 * Sessions.MOST_HALF_OPEN);
        assertThat(victim.log()).hasSizeLessThan(4000);

        world.run(Duration.ofHours(1));

        assertThat(victim.engine.sessions().phase1s()).hasSize(1);
        assertThat(victim.engine.leftovers()).isLessThan(10);
        assertThat(victim.engine.failures()).hasSizeLessThan(2000);
    }
}

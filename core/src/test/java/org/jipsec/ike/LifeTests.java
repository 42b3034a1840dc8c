package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.settings.Rekey;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What becomes of SAs: renewal, death, farewell.
class LifeTests {
    private static final String KEYS = "192.168.1.100 secret\n192.168.2.100 secret\n";

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost a = world.host("A", "192.168.1.100");
    private final IkeHost b = world.host("B", "192.168.2.100");

    private void connect(TestRemote remote) {
        Settings settings =
                Settings.of(
                        List.of(remote.build()), List.of(TestSettings.sainfo(Optional.empty())));
        for (IkeHost host : List.of(a, b)) {
            host.configure(settings, KEYS);
        }
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);
        world.run(Duration.ofSeconds(5));
        assertThat(a.sas()).hasSize(2);
        assertThat(b.sas()).hasSize(2);
    }

    @Test
    void whoMadeTheSasRenewsThemAtTheirSoftLifetime() {
        connect(new TestRemote().rekey(Rekey.FORCE));

        world.run(Duration.ofHours(8).minusMinutes(1));

        assertThat(a.sas()).hasSize(4);
        assertThat(b.sas()).hasSize(4);

        world.run(Duration.ofMinutes(2));

        assertThat(a.sas()).hasSize(2);
        assertThat(b.sas()).hasSize(2);
    }

    @Test
    void sasAreThereForAWeek() {
        connect(new TestRemote().rekey(Rekey.FORCE));

        for (int hour = 0; hour < 7 * 24; hour++) {
            world.run(Duration.ofHours(1));
            assertThat(a.sas()).as("hour %d", hour).hasSizeBetween(2, 4);
            assertThat(b.sas()).as("hour %d", hour).hasSizeBetween(2, 4);
        }
    }

    @Test
    void aDeadPeerIsFoundAndForgotten() {
        connect(new TestRemote().dpd(10, 2, 3));

        world.net((datagram, random, deliver) -> {});
        world.run(Duration.ofSeconds(20));

        assertThat(a.sas()).isEmpty();
        assertThat(b.sas()).isEmpty();
        assertThat(a.log()).anyMatch(line -> line.startsWith("DPD: remote (ISAKMP-SA spi="));
        assertThat(a.engine.failures()).extracting(Failure::cause).containsExactly(Cause.DEAD);
    }

    @Test
    void aLivingPeerIsLeftAlone() {
        connect(new TestRemote().dpd(10, 2, 3));

        world.run(Duration.ofMinutes(10));

        assertThat(a.sas()).hasSize(2);
        assertThat(a.engine.failures()).isEmpty();
    }

    @Test
    void whoStopsTellsThePeer() {
        connect(new TestRemote());

        a.give(new IkeInput.Stop());
        world.run(Duration.ofSeconds(5));

        assertThat(a.finished).isTrue();
        assertThat(a.sas()).isEmpty();
        assertThat(b.sas()).isEmpty();
        assertThat(b.log()).anyMatch(line -> line.startsWith("ISAKMP-SA deleted"));
    }

    @Test
    void aPeerThatStartsAnewTakesTheOldSasAway() {
        connect(new TestRemote());

        a.boot();
        a.configure(
                Settings.of(
                        List.of(new TestRemote().build()),
                        List.of(TestSettings.sainfo(Optional.empty()))),
                KEYS);
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);
        world.run(Duration.ofSeconds(5));

        assertThat(a.sas()).hasSize(2);
        assertThat(b.sas()).hasSize(2);
    }
}

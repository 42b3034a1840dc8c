package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is remembered of negotiations that fail.
class FailureTests {
    private static final String KEYS = "192.168.1.100 secret\n192.168.2.100 secret\n";

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost a = world.host("A", "192.168.1.100");
    private final IkeHost b = world.host("B", "192.168.2.100");

    private void configure(IkeHost host, TestRemote remote, String keys) {
        host.configure(
                Settings.of(
                        List.of(remote.build()), List.of(TestSettings.sainfo(Optional.empty()))),
                keys);
    }

    private void tryIt() {
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);
        world.run(Duration.ofMinutes(3));
        assertThat(a.sas()).isEmpty();
        assertThat(b.sas()).isEmpty();
        assertThat(a.larval()).isEmpty();
        assertThat(b.larval()).isEmpty();
    }

    private static List<Cause> causes(IkeHost host) {
        return host.engine.failures().stream().map(Failure::cause).toList();
    }

    @Test
    void silence() {
        configure(a, new TestRemote(), KEYS);
        world.net((datagram, random, deliver) -> {});

        tryIt();

        assertThat(causes(a)).containsExactly(Cause.NO_ANSWER);
        assertThat(a.log())
                .anyMatch(line -> line.startsWith("phase1 negotiation failed due to time up."));
        assertThat(world.wire).hasSize(5);
    }

    @Test
    void anotherKeyInMainMode() {
        configure(a, new TestRemote(), KEYS);
        configure(b, new TestRemote(), "192.168.1.100 another\n");

        tryIt();

        assertThat(causes(b)).containsExactly(Cause.WRONG_KEY);
        assertThat(causes(a)).containsAnyOf(Cause.WRONG_KEY, Cause.NO_ANSWER_TO_LATER);
        assertThat(b.log().toString()).doesNotContain("another");
        assertThat(b.engine.failures().toString()).doesNotContain("another");
    }

    @Test
    void anotherKeyInAggressiveMode() {
        TestRemote remote = new TestRemote().modes(ExchangeMode.AGGRESSIVE);
        configure(a, remote, KEYS);
        configure(b, remote, "192.168.1.100 another\n");

        tryIt();

        assertThat(causes(a)).containsExactly(Cause.WRONG_KEY);
    }

    @Test
    void noKey() {
        configure(a, new TestRemote(), KEYS);
        configure(b, new TestRemote(), "");

        tryIt();

        assertThat(causes(b)).containsExactly(Cause.NO_KEY);
        assertThat(b.log()).contains("couldn't find the pskey for 192.168.1.100.");
    }

    @Test
    void anotherProposal() {
        configure(a, new TestRemote(), KEYS);
        configure(
                b,
                new TestRemote()
                        .proposals(
                                TestSettings.proposal(
                                        IkeCipher.AES, 256, IkeHash.SHA2_256, DhGroup.MODP_1024)),
                KEYS);

        tryIt();

        assertThat(causes(b)).containsOnly(Cause.NO_PROPOSAL);
        assertThat(b.engine.failures().getFirst().offered())
                .containsExactly("3des, md5, modp1024, pre_shared_key");
        assertThat(b.engine.failures().getFirst().detail())
                .endsWith("differs in encryption algorithm, hash algorithm");
    }

    @Test
    void anotherMode() {
        configure(a, new TestRemote(), KEYS);
        configure(b, new TestRemote().modes(ExchangeMode.AGGRESSIVE), KEYS);

        tryIt();

        assertThat(causes(b)).containsOnly(Cause.EXCHANGE_NOT_ALLOWED);
    }

    @Test
    void anotherIdentity() {
        configure(
                a,
                new TestRemote()
                        .modes(ExchangeMode.AGGRESSIVE)
                        .own(new OwnIdentity.Given(Identity.fqdn("a.example.org"))),
                KEYS);
        configure(
                b,
                new TestRemote()
                        .modes(ExchangeMode.AGGRESSIVE)
                        .verify(new PeerIdentity.Given(Identity.fqdn("c.example.org"))),
                KEYS);

        tryIt();

        assertThat(causes(b)).containsOnly(Cause.WRONG_IDENTITY);
        assertThat(b.engine.failures().getFirst().identity()).contains("a.example.org");
    }

    @Test
    void noSainfo() {
        configure(a, new TestRemote(), KEYS);
        b.configure(Settings.of(List.of(new TestRemote().build()), List.of()), KEYS);

        tryIt();

        assertThat(causes(b)).containsExactly(Cause.NO_SAINFO);
        assertThat(causes(a)).containsExactly(Cause.NO_POLICY_AT_PEER);
    }

    @Test
    void noPolicy() {
        configure(a, new TestRemote(), KEYS);
        configure(b, new TestRemote(), KEYS);
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);

        world.run(Duration.ofMinutes(3));

        assertThat(causes(b)).containsExactly(Cause.NO_POLICY);
        assertThat(causes(a)).containsExactly(Cause.NO_POLICY_AT_PEER);
    }

    @Test
    void anotherProtectionInPhase2() {
        configure(a, new TestRemote(), KEYS);
        configure(b, new TestRemote(), KEYS);
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TRANSPORT, IpsecProtocol.ESP);
        a.acquire(b);

        world.run(Duration.ofMinutes(3));

        assertThat(causes(b)).containsExactly(Cause.NO_PHASE2_PROPOSAL);
        assertThat(causes(a)).containsExactly(Cause.NO_PHASE2_PROPOSAL);
        assertThat(a.larval()).isEmpty();
        assertThat(b.larval()).isEmpty();
    }
}

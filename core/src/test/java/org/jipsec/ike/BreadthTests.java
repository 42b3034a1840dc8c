package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.HookEvent;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// All that can be negotiated, between two of ours.
class BreadthTests {
    private static final String KEYS =
            "192.168.1.100 secret\n192.168.2.100 secret\na.example.org secret\n";

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost a = world.host("A", "192.168.1.100");
    private final IkeHost b = world.host("B", "192.168.2.100");
    private SainfoSettings sainfo = TestSettings.sainfo(Optional.empty());

    private void configure(IkeHost host, TestRemote remote) {
        host.configure(Settings.of(List.of(remote.build()), List.of(sainfo)), KEYS);
    }

    private void both(TestRemote remote) {
        configure(a, remote);
        configure(b, remote);
    }

    private void connect(SaMode mode, IpsecProtocol... protocols) {
        a.protect(b, mode, protocols);
        b.protect(a, mode, protocols);
        a.acquire(b);
        world.run(Duration.ofSeconds(5));
    }

    private void assertConnected(int sas) {
        assertThat(a.sas()).hasSize(sas);
        assertThat(keys(a)).containsExactlyInAnyOrderElementsOf(keys(b));
        assertThat(a.larval()).isEmpty();
        assertThat(b.larval()).isEmpty();
    }

    private static List<String> keys(IkeHost host) {
        return host.sas().stream()
                .map(SaSnapshot::association)
                .map(
                        sa ->
                                "%s %s %s %s %s %s"
                                        .formatted(
                                                sa.protocol(),
                                                sa.spi(),
                                                hex(sa.encryptionKey().toArray()),
                                                hex(sa.authenticationKey().toArray()),
                                                sa.mode(),
                                                sa.encapsulation()
                                                        .map(udp -> udp.sourcePort())
                                                        .orElse(0)))
                .toList();
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DES | 64 | MD5 | MODP_768",
                "TRIPLE_DES | 192 | SHA1 | MODP_1024",
                "BLOWFISH | 128 | MD5 | MODP_1024",
                "CAST | 128 | SHA1 | MODP_1024",
                "AES | 128 | SHA1 | MODP_1536",
                "AES | 192 | SHA2_384 | ECP_384",
                "AES | 256 | SHA2_512 | ECP_521",
                "AES | 256 | SHA2_256 | MODP_2048",
                "CAMELLIA | 256 | SHA2_256 | ECP_256",
                "AES | 128 | MD5 | MODP_3072",
            })
    void phase1Of(IkeCipher cipher, int bits, IkeHash hash, DhGroup group) {
        for (ExchangeMode mode : ExchangeMode.values()) {
            Proposal proposal = TestSettings.proposal(cipher, bits, hash, group);
            both(new TestRemote().modes(mode).proposals(proposal));

            connect(SaMode.TUNNEL, IpsecProtocol.ESP);

            assertConnected(2);
            a.give(new IkeInput.Wanted(new IkeWish.Delete(a.address, b.address)));
            world.run(Duration.ofSeconds(1));
            assertThat(b.sas()).isEmpty();
            a.execute(new SadbOperation.FlushPolicies());
            b.execute(new SadbOperation.FlushPolicies());
            world.run(Duration.ofSeconds(1));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DES_CBC, 0, HMAC_MD5",
        "TRIPLE_DES_CBC, 0, HMAC_SHA1",
        "CAST128_CBC, 128, HMAC_SHA1",
        "BLOWFISH_CBC, 128, HMAC_SHA1",
        "AES_CBC, 128, HMAC_SHA256",
        "AES_CBC, 256, HMAC_SHA512",
        "CAMELLIA_CBC, 192, HMAC_SHA384",
        "NULL, 0, HMAC_SHA1",
    })
    void phase2Of(EncryptionAlgorithm encryption, int bits, AuthAlgorithm authentication) {
        sainfo =
                new SainfoSettings(
                        new SainfoSettings.Side.Anonymous(),
                        new SainfoSettings.Side.Anonymous(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(DhGroup.ECP_256),
                        Duration.ofHours(1),
                        List.of(new SainfoSettings.Cipher(encryption, bits)),
                        List.of(authentication),
                        List.of(CompressionAlgorithm.DEFLATE),
                        0);
        both(new TestRemote());

        connect(SaMode.TRANSPORT, IpsecProtocol.ESP);

        assertConnected(2);
        SecurityAssociation sa = a.sas().getFirst().association();
        assertThat(sa.encryption()).isEqualTo(encryption);
        assertThat(sa.authentication()).isEqualTo(authentication);
        assertThat(sa.hard().sinceAdded()).isEqualTo(Duration.ofHours(1));
        assertThat(sa.soft().sinceAdded()).isEqualTo(Duration.ofMinutes(48));
    }

    @Test
    void bundlesHaveAnSaForEachRule() {
        both(new TestRemote());

        connect(SaMode.TRANSPORT, IpsecProtocol.IPCOMP, IpsecProtocol.ESP, IpsecProtocol.AH);

        assertConnected(6);
    }

    @ParameterizedTest
    @EnumSource(ExchangeMode.class)
    void aNatIsClaimedAndBothGoToPort4500(ExchangeMode mode) {
        both(new TestRemote().modes(mode).nat(NatTraversal.FORCE));

        connect(SaMode.TUNNEL, IpsecProtocol.ESP);

        assertConnected(2);
        assertThat(a.sas().getFirst().association().encapsulation()).isPresent();
        assertThat(world.wire.getLast().remote().getPort()).isEqualTo(4500);
        assertThat(a.log()).contains("KA list add: 192.168.1.100[4500]->192.168.2.100[4500]");
        assertThat(b.log()).contains("KA list add: 192.168.2.100[4500]->192.168.1.100[4500]");
    }

    @Test
    void withoutANatNobodyMoves() {
        both(new TestRemote().nat(NatTraversal.ON));

        connect(SaMode.TUNNEL, IpsecProtocol.ESP);

        assertConnected(2);
        assertThat(world.wire).allMatch(each -> each.remote().getPort() == 500);
        assertThat(a.log()).contains("NAT not detected ");
    }

    @ParameterizedTest
    @EnumSource(GeneratePolicy.class)
    void aResponderMakesPoliciesWhereItMay(GeneratePolicy generate) {
        configure(a, new TestRemote());
        configure(b, new TestRemote().passive().generate(generate));
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);

        world.run(Duration.ofSeconds(5));

        if (generate == GeneratePolicy.OFF) {
            assertThat(b.sas()).isEmpty();
            assertThat(policies(b)).isZero();
        } else {
            assertConnected(2);
            assertThat(policies(b)).isEqualTo(3);

            a.give(new IkeInput.Wanted(new IkeWish.Delete(a.address, b.address)));
            world.run(Duration.ofSeconds(1));

            assertThat(policies(b)).isZero();
        }
    }

    private static int policies(IkeHost host) {
        return ((SadbReply.Policies) host.execute(new SadbOperation.DumpPolicies()))
                .snapshots()
                .size();
    }

    @ParameterizedTest
    @EnumSource(ProposalCheck.class)
    void aLongerLifetimeOfThePeersIs(ProposalCheck check) {
        both(new TestRemote().check(check));
        SainfoSettings ours = sainfo;
        SainfoSettings shorter =
                new SainfoSettings(
                        ours.local(),
                        ours.remote(),
                        ours.peer(),
                        ours.group(),
                        ours.pfsGroup(),
                        Duration.ofHours(1),
                        ours.encryption(),
                        ours.authentication(),
                        ours.compression(),
                        0);
        b.configure(
                Settings.of(List.of(new TestRemote().check(check).build()), List.of(shorter)),
                KEYS);

        connect(SaMode.TUNNEL, IpsecProtocol.ESP);

        switch (check) {
            case OBEY -> assertThat(hours(a, b)).containsOnly(8L);
            case CLAIM -> assertThat(hours(a, b)).containsOnly(1L);
            case STRICT, EXACT -> assertThat(hours(a, b)).isEmpty();
        }
    }

    private static List<Long> hours(IkeHost... hosts) {
        return List.of(hosts).stream()
                .flatMap(host -> host.sas().stream())
                .map(sa -> sa.association().hard().sinceAdded().toHours())
                .toList();
    }

    @Test
    void anIdentityOfAnyKindIsSaidInAggressiveMode() {
        configure(
                a,
                new TestRemote()
                        .modes(ExchangeMode.AGGRESSIVE)
                        .own(new OwnIdentity.Given(Identity.fqdn("a.example.org"))));
        configure(b, new TestRemote().modes(ExchangeMode.AGGRESSIVE));

        connect(SaMode.TUNNEL, IpsecProtocol.ESP);

        assertConnected(2);
    }

    @Test
    void bothBeginAtOnce() {
        both(new TestRemote());
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);
        b.acquire(a);

        world.run(Duration.ofSeconds(30));

        assertThat(a.sas()).hasSizeBetween(2, 4);
        assertThat(keys(a)).containsExactlyInAnyOrderElementsOf(keys(b));
    }

    @Test
    void anAcquireBeforeThePoliciesAreKnownIsNotLost() {
        both(new TestRemote());
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        b.protect(a, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.restartEngine();
        a.acquire(b);
        world.run(Duration.ofSeconds(1));
        assertThat(a.sas()).isEmpty();

        a.learnPolicies();
        world.run(Duration.ofSeconds(5));

        assertConnected(2);
    }

    @Test
    void scriptsRunWhenPhase1ComesAndGoes() {
        both(
                new TestRemote()
                        .script(HookEvent.PHASE1_UP, "/etc/up")
                        .script(HookEvent.PHASE1_DOWN, "/etc/down"));
        connect(SaMode.TUNNEL, IpsecProtocol.ESP);
        a.give(new IkeInput.Stop());
        world.run(Duration.ofSeconds(1));

        assertThat(a.hooks)
                .extracting(IkeEffect.RunHook::script)
                .containsExactly("/etc/up", "/etc/down");
        assertThat(a.hooks.getFirst().environment())
                .containsEntry("REMOTE_ADDR", "192.168.2.100")
                .containsEntry("REMOTE_PORT", "500")
                .containsEntry("INTERNAL_ADDR4", "")
                .containsEntry("REMOTE_ID", "192.168.2.100");
    }
}

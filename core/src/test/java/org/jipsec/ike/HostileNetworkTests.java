package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Rekey;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Two engines on a net that loses, doubles, delays, garbles and reorders, while either side may
/// lose its memory: whatever a seed brings, in the end both agree, or know why not.
///
/// `-Djipsec.seeds=N` runs as many, `-Djipsec.seed=S` only that one, with its log on standard
/// error.
class HostileNetworkTests {
    private static final String KEYS = "192.168.1.100 secret\n192.168.2.100 secret\n";
    private static final int USUAL = 500;

    /// One life of the two.
    private static final class Run {
        final long seed;
        final Random random;
        final IkeWorld world;
        final IkeHost a;
        final IkeHost b;
        final Settings settings;

        Run(long seed) {
            this.seed = seed;
            this.random = new Random(seed * 7919);
            this.world = new IkeWorld(seed);
            this.a = world.host("A", "192.168.1.100");
            this.b = world.host("B", "192.168.2.100");
            TestRemote remote =
                    new TestRemote()
                            .modes(pick(ExchangeMode.values()))
                            .nat(pick(NatTraversal.values()))
                            .fragmentation(pick(IkeFragmentation.values()))
                            .rekey(pick(Rekey.values()))
                            .proposals(
                                    TestSettings.proposal(
                                            IkeCipher.AES, 128, IkeHash.SHA1, DhGroup.MODP_768));
            if (random.nextBoolean()) {
                remote.dpd(10, 2, 5);
            }
            Optional<DhGroup> pfs =
                    random.nextInt(4) == 0 ? Optional.of(DhGroup.MODP_768) : Optional.empty();
            settings = Settings.of(List.of(remote.build()), List.of(TestSettings.sainfo(pfs)));
        }

        <T> T pick(T[] of) {
            return of[random.nextInt(of.length)];
        }

        void live() {
            prepare(a, b);
            prepare(b, a);
            double loss = random.nextInt(51) / 100.0;
            double doubled = random.nextInt(20) / 100.0;
            double garbled = random.nextInt(10) / 100.0;
            int slowest = 1 + random.nextInt(3000);
            world.net(
                    (datagram, chance, deliver) -> {
                        int copies = chance.nextDouble() < doubled ? 2 : 1;
                        for (int copy = 0; copy < copies; copy++) {
                            if (chance.nextDouble() >= loss) {
                                UdpDatagram carried =
                                        chance.nextDouble() < garbled
                                                ? garbled(datagram, chance)
                                                : datagram;
                                deliver.after(
                                        Duration.ofMillis(1 + chance.nextInt(slowest)), carried);
                            }
                        }
                    });
            int phases = 1 + random.nextInt(4);
            for (int phase = 0; phase < phases; phase++) {
                want(random.nextBoolean() ? a : b);
                if (random.nextInt(4) == 0) {
                    want(a);
                    want(b);
                }
                world.run(Duration.ofSeconds(random.nextInt(90)));
                if (random.nextInt(4) == 0) {
                    IkeHost victim = random.nextBoolean() ? a : b;
                    victim.boot();
                    prepare(victim, victim == a ? b : a);
                }
            }
            world.net(IkeWorld.PERFECT);
            world.run(Duration.ofSeconds(120));
            for (int second = 0; second < 3; second++) {
                if (!agree()) {
                    want(a);
                    world.run(Duration.ofSeconds(60));
                }
            }
        }

        void prepare(IkeHost host, IkeHost peer) {
            host.configure(settings, KEYS);
            host.protect(peer, SaMode.TUNNEL, IpsecProtocol.ESP);
        }

        void want(IkeHost host) {
            host.acquire(host == a ? b : a);
        }

        private static UdpDatagram garbled(UdpDatagram datagram, Random chance) {
            byte[] octets = datagram.octets().toArray();
            int times = 1 + chance.nextInt(3);
            for (int i = 0; i < times; i++) {
                octets[chance.nextInt(octets.length)] ^= (byte) (1 << chance.nextInt(8));
            }
            return new UdpDatagram(datagram.local(), datagram.remote(), Bytes.of(octets));
        }

        /// Whether what each sends under can be read by the other.
        boolean agree() {
            return usable(a, b) && usable(b, a);
        }

        private static boolean usable(IkeHost from, IkeHost to) {
            Map<SaId, SecurityAssociation> readable =
                    to.sas().stream()
                            .map(SaSnapshot::association)
                            .collect(
                                    Collectors.toMap(SecurityAssociation::id, Function.identity()));
            return from.sas().stream()
                    .filter(each -> each.association().source().address().equals(from.address))
                    .max(Comparator.comparing(each -> each.current().added()))
                    .filter(
                            each -> {
                                SecurityAssociation other = readable.get(each.association().id());
                                return other != null && key(other).equals(key(each.association()));
                            })
                    .isPresent();
        }

        private static String key(SecurityAssociation association) {
            return HexFormat.of().formatHex(association.encryptionKey().toArray());
        }

        Optional<String> fault() {
            if (!agree()) {
                return Optional.of("they do not agree: " + a.sas() + " and " + b.sas());
            }
            for (IkeHost host : List.of(a, b)) {
                if (!host.larval().isEmpty()) {
                    return Optional.of(host.name + " has larval SAs: " + host.larval());
                }
                host.give(new IkeInput.Stop());
            }
            world.run(Duration.ofSeconds(10));
            for (IkeHost host : List.of(a, b)) {
                if (!host.finished) {
                    return Optional.of(host.name + " does not end");
                }
                if (!host.sas().isEmpty()) {
                    return Optional.of(host.name + " leaves SAs: " + host.sas());
                }
                if (host.engine.leftovers() != 0) {
                    return Optional.of(
                            host.name + " leaves " + host.engine.leftovers() + " behind");
                }
            }
            return Optional.empty();
        }
    }

    @Test
    void whateverTheNetDoesBothSidesAgreeInTheEnd() {
        Optional<Long> only = Optional.ofNullable(Long.getLong("jipsec.seed"));
        if (only.isPresent()) {
            Run run = new Run(only.get());
            run.world.transcript(System.err::println);
            run.live();
            assertThat(run.fault()).isEmpty();
            return;
        }
        int seeds = Integer.getInteger("jipsec.seeds", USUAL);
        List<String> faults = new ArrayList<>();
        for (long seed = 0; seed < seeds; seed++) {
            Run run = new Run(seed);
            run.live();
            Optional<String> fault = run.fault();
            if (fault.isPresent()) {
                faults.add("seed %d: %s".formatted(seed, fault.get()));
            }
        }
        assertThat(faults).isEmpty();
    }
}

package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Settings;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.PayloadType;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Any datagrams at all at an engine in any state, also from one who has the keys: nothing escapes,
/// nothing piles up, nothing secret is said. Without JAZZER_FUZZ=1 what true peers say is tried, at
/// each stage.
///
/// The octets are, first, the stage; then pieces of two octets of length, one of [Dress], one of
/// exchange type, and content.
class EngineFuzzTests {
    private static final String KEY = "correct horse battery staple";

    /// How far the two have come when the octets begin.
    private enum Stage {
        STRANGERS,
        BEGUN_BY_PEER,
        BEGUN_BY_US,
        IN_THE_MIDDLE,
        ESTABLISHED,
        QUICK_BY_PEER,
        QUICK_BY_US,
        CONNECTED
    }

    /// What is made of a piece.
    private enum Dress {
        AS_IT_IS,
        WITH_COOKIES,
        SEALED,
        SEALED_WITH_HASH,
        FROM_ELSEWHERE,
        LATER
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (ExchangeMode mode : ExchangeMode.values()) {
            IkeWorld world = new IkeWorld(7);
            connected(
                    world,
                    world.host("A", "192.168.1.100"),
                    world.host("B", "192.168.2.100"),
                    mode);
            for (Stage stage : Stage.values()) {
                for (Dress dress : Dress.values()) {
                    ByteArrayOutputStream seed = new ByteArrayOutputStream();
                    seed.write(stage.ordinal());
                    seed.write(mode.ordinal());
                    for (UdpDatagram each : world.wire) {
                        byte[] octets = each.octets().toArray();
                        seed.write(octets.length >> 8);
                        seed.write(octets.length);
                        seed.write(dress.ordinal());
                        seed.write(octets[18]);
                        seed.writeBytes(octets);
                    }
                    seeds.add(seed.toByteArray());
                }
            }
        }
        return seeds;
    }

    private static void configure(IkeHost host, ExchangeMode mode) {
        host.configure(
                Settings.of(
                        List.of(
                                new TestRemote()
                                        .modes(mode)
                                        .nat(NatTraversal.ON)
                                        .fragmentation(IkeFragmentation.ON)
                                        .generate(GeneratePolicy.UNIQUE)
                                        .dpd(10, 2, 3)
                                        .build()),
                        List.of(TestSettings.sainfo(Optional.empty()))),
                "* " + KEY + "\n");
    }

    private static void connected(IkeWorld world, IkeHost a, IkeHost b, ExchangeMode mode) {
        configure(a, mode);
        configure(b, mode);
        a.protect(b, SaMode.TUNNEL, IpsecProtocol.ESP);
        a.acquire(b);
        world.run(Duration.ofSeconds(2));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void takesAnything(byte @NotNull [] octets) {
        if (octets.length < 2) {
            return;
        }
        Stage stage = Stage.values()[(octets[0] & 0xff) % Stage.values().length];
        ExchangeMode mode = ExchangeMode.values()[(octets[1] & 0xff) % 3];
        IkeWorld world = new IkeWorld(1);
        IkeHost peer = world.host("A", "192.168.1.100");
        IkeHost victim = world.host("B", "192.168.2.100");
        Optional<Phase1> keys = advance(world, peer, victim, mode, stage);
        world.net((datagram, random, deliver) -> {});
        Forger forger = new Forger(victim, new InetSocketAddress(peer.address, 500));

        ByteBuffer in = ByteBuffer.wrap(octets, 2, octets.length - 2);
        int pieces = 0;
        while (in.remaining() > 4 && pieces++ < 64) {
            int length = in.getShort() & 0xffff;
            Dress dress = Dress.values()[(in.get() & 0xff) % Dress.values().length];
            int exchange = in.get() & 0xff;
            byte[] piece = new byte[Math.min(length, in.remaining())];
            in.get(piece);
            say(world, victim, forger, keys, dress, exchange, piece);
        }

        assertThat(victim.engine.leftovers()).isLessThan(64 * 16);
        assertThat(victim.engine.fragmentOctets()).isLessThan(16 << 20);
        world.run(Duration.ofHours(24)); // longer than any lifetime
        assertThat(victim.engine.leftovers()).isZero();
        assertThat(victim.sas()).isEmpty();
        assertThat(victim.larval()).isEmpty();
        assertThat(victim.reports.toString()).doesNotContain(KEY);
    }

    /// @return whose keys are those of the victim's ISAKMP SA
    private static Optional<Phase1> advance(
            IkeWorld world, IkeHost peer, IkeHost victim, ExchangeMode mode, Stage stage) {
        configure(peer, mode);
        configure(victim, mode);
        boolean ours = stage == Stage.BEGUN_BY_US || stage == Stage.QUICK_BY_US;
        IkeHost first = ours ? victim : peer;
        IkeHost second = ours ? peer : victim;
        first.protect(second, SaMode.TUNNEL, IpsecProtocol.ESP);
        int datagrams =
                switch (stage) {
                    case STRANGERS -> 0;
                    case BEGUN_BY_PEER, BEGUN_BY_US -> 1;
                    case IN_THE_MIDDLE -> 3;
                    case ESTABLISHED, QUICK_BY_PEER, QUICK_BY_US, CONNECTED -> Integer.MAX_VALUE;
                };
        int[] carried = {0};
        boolean quick = stage == Stage.QUICK_BY_PEER || stage == Stage.QUICK_BY_US;
        world.net(
                (datagram, random, deliver) -> {
                    boolean isQuick = datagram.octets().u8(18) == ExchangeType.QUICK.number();
                    boolean stops =
                            isQuick && (stage == Stage.ESTABLISHED || quick && carried[0]++ > 0);
                    if (!stops && (quick || carried[0]++ < datagrams)) {
                        deliver.after(Duration.ofMillis(10), datagram);
                    }
                });
        first.acquire(second);
        world.run(Duration.ofMillis(500));
        return peer.engine.sessions().phase1s().stream()
                .filter(each -> each.established().isPresent())
                .findFirst();
    }

    private static void say(
            IkeWorld world,
            IkeHost victim,
            Forger forger,
            Optional<Phase1> keys,
            Dress dress,
            int exchange,
            byte[] piece) {
        switch (dress) {
            case AS_IT_IS -> forger.say(Bytes.of(piece));
            case FROM_ELSEWHERE ->
                    victim.give(
                            new IkeInput.Received(
                                    new UdpDatagram(
                                            new InetSocketAddress(victim.address, 4500),
                                            IkeWorld.place("10.9.8.7", 4711),
                                            Bytes.of(piece))));
            case LATER -> world.run(Duration.ofMillis(piece.length * 100L));
            case WITH_COOKIES -> {
                victim.engine.sessions().phase1s().stream()
                        .findFirst()
                        .filter(_ -> piece.length >= 16)
                        .ifPresent(
                                phase1 ->
                                        Informational.spi(phase1.cookies())
                                                .buffer()
                                                .get(piece, 0, 16));
                forger.say(Bytes.of(piece));
            }
            case SEALED, SEALED_WITH_HASH ->
                    keys.filter(each -> each.established().isPresent())
                            .ifPresent(
                                    phase1 ->
                                            forger.say(
                                                    sealed(
                                                            phase1,
                                                            exchange,
                                                            piece,
                                                            dress == Dress.SEALED_WITH_HASH)));
        }
    }

    /// Behind a header, for a piece has one: its message id, its first payload, its octets.
    private static Bytes sealed(Phase1 keys, int exchange, byte[] piece, boolean hashed) {
        byte[] whole = java.util.Arrays.copyOf(piece, Math.max(piece.length, Header.LENGTH));
        int messageId = ByteBuffer.wrap(whole).getInt(20);
        int first = whole[16] & 0xff;
        Bytes body = Bytes.of(whole, Header.LENGTH, whole.length - Header.LENGTH);
        Phase1State.Established done = keys.established().orElseThrow();
        KeyMaterial material = done.material();
        if (hashed) {
            // what the piece has as its first payload stands behind a HASH that is right
            Bytes hash =
                    new Phase2Hashes(material.hash(), material.skeyidA(), messageId).hash1(body);
            byte[] octets = PayloadChain.of(List.of(new Payload.Hash(hash))).octets().toArray();
            octets[0] = (byte) first;
            ByteBuffer joined = ByteBuffer.allocate(octets.length + body.length());
            body = Bytes.of(joined.put(octets).put(body.buffer()).array());
            first = PayloadType.HASH.number();
        }
        int block = material.cipher().blockLength();
        byte[] plain =
                java.util.Arrays.copyOf(body.toArray(), (body.length() + block) / block * block);
        Bytes iv =
                IvDerivation.phase2(
                        material.cipher(), material.hash(), done.lastBlock(), messageId);
        Header header =
                new Header(
                        keys.cookies().initiator(),
                        keys.cookies().responder(),
                        Header.IKE_V1,
                        exchange,
                        Header.ENCRYPTED,
                        messageId);
        return MessageCodec.encode(
                new EncryptedMessage(
                        header,
                        first,
                        Bytes.of(
                                material.cipher()
                                        .encrypt(material.encryptionKey(), iv.toArray(), plain))));
    }
}

package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Settings;
import org.jipsec.isakmp.Attribute;
import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Header;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Phase1Attribute;
import org.jipsec.isakmp.Proposal;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.Transform;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// What brought racoon down, or could be told to it by anybody: each of its known vulnerabilities
/// in negotiation, tried. Those of certificates (CVE-2004-0155, CVE-2004-0607) wait for
/// certificates; until then no signature is believed at all, which is tried too. CVE-2012-3727 is
/// of a configuration (`LongValuesTests` of racoonconf), CVE-2008-1198 and CVE-2018-5389 are
/// choices, which the checker of configurations warns of.
class KnownVulnerabilitiesTests {
    private static final int OAKLEY_RSA_SIGNATURES = 3;
    private static final int OAKLEY_GSSAPI = 65001;

    private final IkeWorld world = new IkeWorld(1);
    private final IkeHost peer = world.host("A", "192.168.1.100");
    private final IkeHost victim = world.host("B", "192.168.2.100");
    private final InetSocketAddress peerPlace = new InetSocketAddress(peer.address, 500);
    private final Forger forger = new Forger(victim, peerPlace);

    @BeforeEach
    void configure() {
        configure(ExchangeMode.values());
    }

    private void configure(ExchangeMode... modes) {
        Settings settings =
                Settings.of(
                        List.of(
                                new TestRemote()
                                        .modes(modes)
                                        .nat(NatTraversal.ON)
                                        .fragmentation(IkeFragmentation.ON)
                                        .dpd(10, 2, 3)
                                        .build()),
                        List.of(TestSettings.sainfo(Optional.empty())));
        peer.configure(settings, "* secret\n");
        victim.configure(settings, "* secret\n");
    }

    private Phase1 connect() {
        peer.protect(victim, SaMode.TUNNEL, IpsecProtocol.ESP);
        victim.protect(peer, SaMode.TUNNEL, IpsecProtocol.ESP);
        return connectAgain();
    }

    private Phase1 connectAgain() {
        peer.acquire(victim);
        world.run(Duration.ofSeconds(5));
        assertThat(victim.sas()).hasSize(2);
        return peer.engine.sessions().phase1s().iterator().next();
    }

    private void assertNothingIsLost() {
        world.run(Duration.ofSeconds(1));
        assertThat(victim.sas()).hasSize(2);
        assertThat(victim.engine.sessions().phase1s())
                .filteredOn(each -> each.established().isPresent())
                .hasSize(1);
    }

    private void assertNothingIsKept() {
        world.run(Duration.ofMinutes(5));
        assertThat(victim.engine.leftovers()).isZero();
        assertThat(victim.larval()).isEmpty();
    }

    private List<Payload> whatTakesDown(Phase1 phase1) {
        SaSnapshot outbound =
                victim.sas().stream()
                        .filter(
                                each ->
                                        each.association()
                                                .destination()
                                                .address()
                                                .equals(peer.address))
                        .findFirst()
                        .orElseThrow();
        Spi spi = outbound.association().spi();
        return List.of(
                Payload.Delete.of(Protocol.ISAKMP, Informational.spi(phase1.cookies())),
                Payload.Delete.of(Protocol.ESP, SaInstaller.octets(Protocol.ESP, spi)),
                Payload.Notify.of(
                        Protocol.ISAKMP,
                        Informational.spi(phase1.cookies()),
                        NotifyType.INITIAL_CONTACT,
                        Bytes.EMPTY),
                Payload.Notify.of(
                        Protocol.ISAKMP,
                        Informational.spi(phase1.cookies()),
                        NotifyType.INVALID_COOKIE,
                        Bytes.EMPTY));
    }

    /// CVE-2004-0164, CVE-2007-1841: DELETE and INITIAL-CONTACT that nobody has authenticated.
    @Test
    void nothingSaidInClearTakesAnythingDown() {
        Phase1 phase1 = connect();
        for (Payload payload : whatTakesDown(phase1)) {
            forger.inform(phase1, payload);
            forger.inform(phase1, new Payload.Hash(Bytes.of(new byte[16])), payload);
        }
        forger.inform(phase1, whatTakesDown(phase1).toArray(Payload[]::new));

        assertNothingIsLost();
    }

    /// The same in the dress of encryption, by one who has not the keys, or lacks the HASH.
    @Test
    void nothingWithoutItsHashTakesAnythingDown() {
        Phase1 phase1 = connect();
        Random random = new Random(1);
        for (int i = 0; i < 100; i++) {
            byte[] octets = new byte[Header.LENGTH + 64];
            random.nextBytes(octets);
            byte[] header =
                    MessageCodec.encode(
                                    Message.of(
                                            Forger.header(
                                                    phase1, ExchangeType.INFORMATIONAL, i + 1),
                                            new Payload.Nonce(Bytes.of(new byte[60]))))
                            .toArray();
            System.arraycopy(header, 0, octets, 0, Header.LENGTH);
            octets[19] |= Header.ENCRYPTED;
            octets[16] = 8;
            forger.say(Bytes.of(octets));
        }
        int messageId = 100;
        for (Payload payload : whatTakesDown(phase1)) {
            forger.sealAsItIs(phase1, ExchangeType.INFORMATIONAL, ++messageId, payload);
            forger.sealAsItIs(
                    phase1,
                    ExchangeType.INFORMATIONAL,
                    ++messageId,
                    new Payload.Hash(Bytes.of(new byte[16])),
                    payload);
            forger.sealAsItIs(phase1, ExchangeType.INFORMATIONAL, ++messageId, payload, payload);
        }

        assertNothingIsLost();
    }

    /// What a true peer has said once is not believed twice.
    @Test
    void aDeleteThatIsPlayedBackIsIgnored() {
        connect();
        int before = world.wire.size();
        peer.give(new IkeInput.Wanted(new IkeWish.Delete(peer.address, victim.address)));
        world.run(Duration.ofSeconds(1));
        List<UdpDatagram> deletes =
                world.wire.subList(before, world.wire.size()).stream()
                        .filter(each -> each.local().getAddress().equals(peer.address))
                        .toList();
        assertThat(deletes).isNotEmpty();
        connectAgain();

        deletes.forEach(each -> forger.say(each.octets()));

        assertNothingIsLost();
    }

    /// One peer's ISAKMP SA is no warrant for another's SAs.
    @Test
    void aPeerDeletesNothingOfAnothers() {
        Phase1 phase1 = connect();
        List<Payload> ofTheFirst = whatTakesDown(phase1);
        IkeHost other = world.host("C", "192.168.3.100");
        other.configure(
                Settings.of(
                        List.of(new TestRemote().build()),
                        List.of(TestSettings.sainfo(Optional.empty()))),
                "* secret\n");
        other.protect(victim, SaMode.TUNNEL, IpsecProtocol.ESP);
        victim.protect(other, SaMode.TUNNEL, IpsecProtocol.ESP);
        other.acquire(victim);
        world.run(Duration.ofSeconds(5));
        assertThat(victim.sas()).hasSize(4);
        Phase1 theirs = other.engine.sessions().phase1s().iterator().next();
        forger.from(new InetSocketAddress(other.address, 500));
        forger.seal(theirs, ExchangeType.INFORMATIONAL, 1, ofTheFirst.get(0));
        forger.seal(theirs, ExchangeType.INFORMATIONAL, 2, ofTheFirst.get(1));
        world.run(Duration.ofSeconds(1));

        assertThat(victim.sas()).hasSize(4);
        assertThat(victim.engine.sessions().phase1s()).hasSize(2);
    }

    /// CVE-2004-0392, CVE-2005-0398: lengths of payloads that are less than a header, or more than
    /// there is, in every place of a first message.
    @Test
    void noLengthOfAPayloadHoldsItUp() {
        byte[] first = first(ExchangeMode.AGGRESSIVE).toArray();
        for (int at = Header.LENGTH; at + 1 < first.length; at++) {
            for (int length : new int[] {0, 1, 3, 4, 0x7fff, 0x8000, 0xffff}) {
                byte[] octets = first.clone();
                octets[at] = (byte) (length >> 8);
                octets[at + 1] = (byte) length;
                forger.say(Bytes.of(octets));
            }
        }

        assertNothingIsKept();
    }

    /// CVE-2004-0403: a header that promises much.
    @ParameterizedTest
    @ValueSource(ints = {0, 27, 28, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff})
    void noLengthInAHeaderMakesRoom(int length) {
        byte[] octets = first(ExchangeMode.MAIN).toArray();
        for (int i = 0; i < 4; i++) {
            octets[24 + i] = (byte) (length >>> 24 - 8 * i);
        }

        forger.say(Bytes.of(octets));

        assertThat(victim.engine.sessions().phase1s()).isEmpty();
    }

    /// CVE-2005-3732: aggressive mode without one of what it needs; and so base mode.
    @ParameterizedTest
    @EnumSource(names = {"AGGRESSIVE", "BASE"})
    void aFirstMessageThatLacksAPayloadIsRefused(ExchangeMode mode) throws WireException {
        Message whole = (Message) MessageCodec.decode(first(mode).buffer());
        List<Payload> needed =
                whole.chain().payloads().stream()
                        .filter(each -> !(each instanceof Payload.Vendor))
                        .toList();
        assertThat(needed).hasSize(mode == ExchangeMode.AGGRESSIVE ? 4 : 3);
        for (Payload missing : needed) {
            List<Payload> rest = new ArrayList<>(whole.chain().payloads());
            rest.remove(missing);
            forger.say(Forger.first(exchange(mode), 1 + needed.indexOf(missing)), rest);
        }
        forger.say(Forger.first(exchange(mode), 99), List.of());

        assertThat(victim.engine.sessions().phase1s()).isEmpty();
        assertNothingIsKept();
    }

    /// CVE-2008-3651, CVE-2008-3652: a refused negotiation left its handle, and what it had made.
    @Test
    void refusedProposalsLeaveNothingBehind() {
        for (int i = 1; i <= 5000; i++) {
            forger.say(Forger.first(ExchangeType.IDENTITY_PROTECTION, i), offer(5, 99));
        }

        assertThat(victim.engine.sessions().phase1s()).isEmpty();
        assertNothingIsKept();
    }

    /// CVE-2008-3652: the peer goes away in the middle.
    @ParameterizedTest
    @EnumSource
    void negotiationsThatAreLeftAloneEnd(ExchangeMode mode) {
        Bytes first = first(mode);
        for (int i = 0; i < 100; i++) {
            byte[] octets = first.toArray();
            octets[7] = (byte) i;
            forger.say(Bytes.of(octets));
        }
        world.run(Duration.ofSeconds(1));
        assertThat(victim.engine.sessions().phase1s()).isNotEmpty();

        assertNothingIsKept();
    }

    /// CVE-2009-1574: a fragment with nothing in it. CVE-2016-10396: fragments without end, out of
    /// order, for many messages.
    @Test
    void fragmentsNeitherCrashNorCollect() {
        Header header = Forger.first(ExchangeType.IDENTITY_PROTECTION, 1);
        forger.say(header, new Payload.Fragment(1, 1, 1, Bytes.EMPTY));
        forger.say(header, new Payload.Fragment(1, 0, 0, Bytes.EMPTY));
        for (int sender = 1; sender < 300; sender++) {
            for (int index = 255; index > 1; index--) {
                forger.say(
                        Forger.first(ExchangeType.IDENTITY_PROTECTION, sender),
                        new Payload.Fragment(sender, index, 0, Bytes.of(new byte[500])));
            }
        }
        assertThat(victim.engine.fragmentOctets()).isBetween(1L << 20, 16L << 20);

        // whoever sends in another order than he should is read all the same
        Phase1 phase1 = connect();
        assertThat(phase1.established()).isPresent();
    }

    /// CVE-2009-1632: NATs were kept open for peers that were dead.
    @Test
    void noNatIsKeptOpenForADeadPeer() {
        configure(ExchangeMode.MAIN);
        world.net(
                (datagram, random, deliver) ->
                        deliver.after(
                                Duration.ofMillis(10),
                                new UdpDatagram(
                                        datagram.local(), datagram.remote(), datagram.octets())));
        connect();
        world.net((datagram, random, deliver) -> {});
        world.run(Duration.ofMinutes(10));

        assertThat(victim.engine.failures()).extracting(Failure::cause).contains(Cause.DEAD);
        assertThat(victim.engine.leftovers()).isZero();
    }

    /// CVE-2015-4047: GSSAPI, asked of one who has no such thing. CVE-2004-0155: signatures.
    @ParameterizedTest
    @ValueSource(ints = {OAKLEY_GSSAPI, OAKLEY_RSA_SIGNATURES, 0, 2, 4, 5, 64221, 65005, 65535})
    void noOtherProofOfIdentityIsTaken(int method) {
        for (ExchangeMode mode : ExchangeMode.values()) {
            List<Payload> payloads = new ArrayList<>(List.of(offer(5, method)));
            if (mode != ExchangeMode.MAIN) {
                payloads.add(new Payload.KeyExchange(Bytes.of(new byte[128])));
                payloads.add(new Payload.Nonce(Bytes.of(new byte[16])));
                payloads.add(new Payload.Identification(1, 0, 0, Bytes.of(new byte[4])));
            }
            forger.say(Forger.first(exchange(mode), 1 + mode.ordinal()), payloads);
        }

        assertThat(victim.engine.sessions().phase1s()).isEmpty();
        assertThat(victim.engine.failures()).isNotEmpty();
        assertNothingIsKept();
    }

    private static Payload.Sa offer(int cipher, int method) {
        return Payload.Sa.of(
                List.of(
                        new Proposal(
                                1,
                                Protocol.ISAKMP.number(),
                                Bytes.EMPTY,
                                List.of(
                                        new Transform(
                                                1,
                                                1,
                                                List.of(
                                                        Attribute.of(
                                                                Phase1Attribute
                                                                        .ENCRYPTION_ALGORITHM,
                                                                cipher),
                                                        Attribute.of(
                                                                Phase1Attribute.HASH_ALGORITHM, 1),
                                                        Attribute.of(
                                                                Phase1Attribute
                                                                        .AUTHENTICATION_METHOD,
                                                                method),
                                                        Attribute.of(
                                                                Phase1Attribute.GROUP_DESCRIPTION,
                                                                2)))))));
    }

    /// Without a CVE: what comes too early, twice, or with a number it must not have.
    @Test
    void messagesOutOfTheirPlaceChangeNothing() {
        Phase1 phase1 = connect();
        Bytes spi = Informational.spi(phase1.cookies());
        Payload notify =
                Payload.Notify.of(Protocol.ISAKMP, spi, NotifyType.NO_PROPOSAL_CHOSEN, Bytes.EMPTY);
        // a message of phase 1 for what is established, a quick mode without a number, in clear,
        // with a number that was used, an informational exchange of nobody's
        forger.say(
                Forger.header(phase1, ExchangeType.IDENTITY_PROTECTION, 0),
                new Payload.KeyExchange(Bytes.of(new byte[128])),
                new Payload.Nonce(Bytes.of(new byte[16])));
        forger.seal(phase1, ExchangeType.QUICK, 0, new Payload.Nonce(Bytes.of(new byte[16])));
        forger.say(Forger.header(phase1, ExchangeType.QUICK, 5), notify);
        int used = victim.engine.sessions().phase2s().iterator().next().messageId();
        forger.seal(phase1, ExchangeType.QUICK, used, new Payload.Nonce(Bytes.of(new byte[16])));
        forger.say(Header.of(new Cookie(7), new Cookie(8), ExchangeType.INFORMATIONAL, 1), notify);

        assertNothingIsLost();
    }

    @Test
    void anInformationalExchangeBeforePhase1IsDoneIsIgnored() {
        byte[] first = first(ExchangeMode.MAIN).toArray();
        forger.say(Bytes.of(first));
        Phase1 begun = victim.engine.sessions().phase1s().iterator().next();

        forger.inform(
                begun, Payload.Delete.of(Protocol.ISAKMP, Informational.spi(begun.cookies())));

        assertThat(victim.engine.sessions().phase1s()).containsExactly(begun);
    }

    /// racoon took a KE of any length.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 96, 127, 129, 256, 4096})
    void aPublicValueOfAnotherLengthIsRefused(int length) {
        List<Payload> payloads =
                List.of(
                        offer(5, 1),
                        new Payload.KeyExchange(Bytes.of(new byte[length])),
                        new Payload.Nonce(Bytes.of(new byte[16])),
                        new Payload.Identification(1, 0, 0, Bytes.of(new byte[4])));
        forger.say(Forger.first(ExchangeType.AGGRESSIVE, 1), payloads);
        world.run(Duration.ofSeconds(1));

        assertThat(victim.engine.sessions().phase1s()).isEmpty();
    }

    private static ExchangeType exchange(ExchangeMode mode) {
        return switch (mode) {
            case MAIN -> ExchangeType.IDENTITY_PROTECTION;
            case AGGRESSIVE -> ExchangeType.AGGRESSIVE;
            case BASE -> ExchangeType.BASE;
        };
    }

    /// What a true peer says first, in a world of its own.
    private static Bytes first(ExchangeMode mode) {
        IkeWorld other = new IkeWorld(2);
        IkeHost one = other.host("A", "192.168.1.100");
        IkeHost two = other.host("B", "192.168.2.100");
        one.configure(
                Settings.of(
                        List.of(new TestRemote().modes(mode).build()),
                        List.of(TestSettings.sainfo(Optional.empty()))),
                "* secret\n");
        one.protect(two, SaMode.TUNNEL, IpsecProtocol.ESP);
        one.acquire(two);
        other.run(Duration.ofSeconds(1));
        return other.wire.getFirst().octets();
    }
}

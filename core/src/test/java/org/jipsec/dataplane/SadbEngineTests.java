package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbOperation.AddSa;
import org.jipsec.sadb.SadbOperation.DumpSas;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Done;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SadbReply.Sas;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

class SadbEngineTests {
    static final Endpoint A = Endpoint.of(InetAddress.ofLiteral("10.0.0.1"));
    static final Endpoint B = Endpoint.of(InetAddress.ofLiteral("10.0.0.2"));
    static final Secret TRIPLE_DES =
            Secret.ofHex("7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831");
    static final Secret MD5 = Secret.ofHex("c0291ff014dccdd03874d9e8e4cdf3e6");

    private final VirtualClock clock = new VirtualClock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);
    private final List<SadbEvent> events = new ArrayList<>();

    SadbEngineTests() {
        engine.listen(events::add);
    }

    static SecurityAssociation.Builder esp(int spi) {
        return SecurityAssociation.builder(A, B, IpsecProtocol.ESP, new Spi(spi))
                .encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, TRIPLE_DES);
    }

    static SecurityAssociation.Builder ah(int spi) {
        return SecurityAssociation.builder(A, B, IpsecProtocol.AH, new Spi(spi))
                .authentication(AuthAlgorithm.HMAC_MD5, MD5);
    }

    static SecurityAssociation.Builder ipcomp(int spi) {
        return SecurityAssociation.builder(A, B, IpsecProtocol.IPCOMP, new Spi(spi))
                .compression(CompressionAlgorithm.DEFLATE);
    }

    private void add(SecurityAssociation.Builder builder) {
        assertThat(engine.execute(new AddSa(builder.build()))).isEqualTo(new Done());
    }

    private List<SaSnapshot> dump(IpsecProtocol protocol) {
        return ((Sas) engine.execute(new DumpSas(protocol))).snapshots();
    }

    private static SaReference reference(IpsecProtocol protocol, int spi) {
        return new SaReference(A, B, protocol, new Spi(spi), SaMode.ANY);
    }

    @Test
    void dumpsTheNewestFirstAndCountsAsLinux() {
        add(esp(0x9000));
        add(esp(0x9001));
        add(ah(0x9002));
        assertThat(dump(IpsecProtocol.UNSPEC))
                .extracting(snapshot -> snapshot.association().spi().value())
                .containsExactly(0x9002, 0x9001, 0x9000);
        assertThat(dump(IpsecProtocol.UNSPEC))
                .extracting(snapshot -> snapshot.mark().sequence())
                .containsExactly(1, 2, 0);
        assertThat(dump(IpsecProtocol.ESP))
                .extracting(snapshot -> snapshot.mark().sequence())
                .containsExactly(1, 0);
        assertThat(dump(IpsecProtocol.IPCOMP)).isEmpty();
        assertThat(dump(IpsecProtocol.AH).get(0).mark().processId()).isEqualTo(4711);
        assertThat(dump(IpsecProtocol.AH).get(0).current().added())
                .isEqualTo(Instant.ofEpochMilli(clock.millis()));
    }

    @Test
    void readsModeAnyAsTransportAndForgetsPorts() {
        add(esp(1).between(new Endpoint(A.address(), 80), B).mode(SaMode.ANY).build().toBuilder());
        SecurityAssociation kept = dump(IpsecProtocol.ESP).get(0).association();
        assertThat(kept.mode()).isEqualTo(SaMode.TRANSPORT);
        assertThat(kept.source()).isEqualTo(A);
    }

    @Test
    void refusesASecondSaOfTheSameSpiProtocolAndDestination() {
        add(esp(0x100));
        add(ah(0x100));
        SecurityAssociation fromElsewhere =
                esp(0x100).between(Endpoint.of(InetAddress.ofLiteral("10.9.9.9")), B).build();
        assertThat(engine.execute(new AddSa(fromElsewhere)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EEXIST));
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(2);
    }

    @Test
    void acceptsReservedSpisAsLinuxDoes() {
        add(esp(0));
        add(esp(255));
        assertThat(dump(IpsecProtocol.ESP)).hasSize(2);
    }

    static Stream<Arguments> refusals() {
        Lifetime hour = Lifetime.ofSeconds(3600);
        UdpEncapsulation udp = new UdpEncapsulation(4500, 4500, Optional.empty(), 0);
        Secret gcm = Secret.of(new byte[20]);
        return Stream.of(
                Arguments.of(
                        "AH with encryption",
                        ah(1).encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, TRIPLE_DES)),
                Arguments.of(
                        "AH without authentication",
                        SecurityAssociation.builder(A, B, IpsecProtocol.AH, new Spi(1))),
                Arguments.of(
                        "ESP without encryption",
                        SecurityAssociation.builder(A, B, IpsecProtocol.ESP, new Spi(1))
                                .authentication(AuthAlgorithm.HMAC_MD5, MD5)),
                Arguments.of(
                        "ESP with compression", esp(1).compression(CompressionAlgorithm.DEFLATE)),
                Arguments.of(
                        "AH with compression", ah(1).compression(CompressionAlgorithm.DEFLATE)),
                Arguments.of(
                        "an AEAD with authentication",
                        esp(1).encryption(EncryptionAlgorithm.AES_GCM_16, gcm)
                                .authentication(AuthAlgorithm.HMAC_MD5, MD5)),
                Arguments.of(
                        "GMAC as authentication of ESP",
                        esp(1).authentication(AuthAlgorithm.AES_GMAC, gcm)),
                Arguments.of("hard without soft", esp(1).hard(hour)),
                Arguments.of("soft without hard", esp(1).soft(hour)),
                Arguments.of(
                        "IPComp with authentication",
                        ipcomp(1).authentication(AuthAlgorithm.HMAC_MD5, MD5)),
                Arguments.of(
                        "IPComp with encryption",
                        ipcomp(1).encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)),
                Arguments.of(
                        "IPComp without compression",
                        SecurityAssociation.builder(A, B, IpsecProtocol.IPCOMP, new Spi(1))),
                Arguments.of("a CPI of more than 16 bits", ipcomp(0x10000)),
                Arguments.of(
                        "a short cipher key",
                        esp(1).encryption(EncryptionAlgorithm.TRIPLE_DES_CBC, MD5)),
                Arguments.of(
                        "a long MAC key", ah(1).authentication(AuthAlgorithm.HMAC_MD5, TRIPLE_DES)),
                Arguments.of("tcp-md5 in AH", ah(1).authentication(AuthAlgorithm.TCP_MD5, MD5)),
                Arguments.of("too wide a window", esp(1).replayWindow(4097)),
                Arguments.of("a negative window", esp(1).replayWindow(-1)),
                Arguments.of("AH in UDP", ah(1).encapsulation(udp)),
                Arguments.of(
                        "two families",
                        esp(1).between(A, Endpoint.of(InetAddress.ofLiteral("2001:db8::1")))),
                Arguments.of(
                        "no protocol",
                        SecurityAssociation.builder(A, B, IpsecProtocol.UNSPEC, new Spi(1))),
                Arguments.of(
                        "TCP", SecurityAssociation.builder(A, B, IpsecProtocol.TCP, new Spi(1))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void refusesAsInvalid(String what, SecurityAssociation.Builder builder) {
        assertThat(engine.execute(new AddSa(builder.build())))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.errno()).isEqualTo(Errno.EINVAL);
                            assertThat(refused.why()).as(what).isNotEmpty();
                        });
        assertThat(dump(IpsecProtocol.UNSPEC)).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void refusesCompressionThatItCannotRunAsLinuxDoes() {
        assertThat(
                        engine.execute(
                                new AddSa(ipcomp(1).compression(CompressionAlgorithm.LZS).build())))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOSYS));
    }

    @Test
    void takesNullEncryptionAlone() {
        add(esp(1).encryption(EncryptionAlgorithm.NULL, Secret.EMPTY));
    }

    @Test
    void getsAndDeletesByDestinationProtocolAndSpi() {
        add(esp(0x100));
        SadbReply found =
                engine.execute(new SadbOperation.GetSa(reference(IpsecProtocol.ESP, 0x100)));
        assertThat(((SadbReply.Sa) found).snapshot().association().encryptionKey())
                .isEqualTo(TRIPLE_DES);
        assertThat(engine.execute(new SadbOperation.DeleteSa(reference(IpsecProtocol.ESP, 0x100))))
                .isEqualTo(new Done());
        for (SadbOperation again :
                List.of(
                        new SadbOperation.GetSa(reference(IpsecProtocol.ESP, 0x100)),
                        new SadbOperation.DeleteSa(reference(IpsecProtocol.ESP, 0x100)),
                        new SadbOperation.UpdateSa(esp(0x100).build()))) {
            assertThat(engine.execute(again))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.errno()).isEqualTo(Errno.ESRCH));
        }
    }

    @Test
    void deletesAllSasBetweenTwoEnds() {
        add(esp(1));
        add(esp(2));
        add(ah(3));
        add(esp(4).between(B, A));
        assertThat(engine.execute(new SadbOperation.DeleteAllSas(A, B, IpsecProtocol.ESP)))
                .isEqualTo(new Done());
        assertThat(dump(IpsecProtocol.UNSPEC))
                .extracting(snapshot -> snapshot.association().spi().value())
                .containsExactly(4, 3);
    }

    @Test
    void flushesByProtocolAndTellsOnlyWhenSomethingWent() {
        add(esp(1));
        add(ah(2));
        add(ipcomp(3));
        events.clear();
        engine.execute(new SadbOperation.FlushSas(IpsecProtocol.ESP));
        engine.execute(new SadbOperation.FlushSas(IpsecProtocol.ESP));
        assertThat(events).containsExactly(new SadbEvent.SasFlushed(IpsecProtocol.ESP));
        assertThat(dump(IpsecProtocol.UNSPEC)).hasSize(2);
        engine.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        assertThat(dump(IpsecProtocol.UNSPEC)).isEmpty();
        add(esp(1));
    }

    @Test
    void tellsWhatCameAndWent() {
        add(esp(1));
        engine.execute(new SadbOperation.DeleteSa(reference(IpsecProtocol.ESP, 1)));
        assertThat(events)
                .extracting(event -> ((SadbEvent.SaChanged) event).change())
                .containsExactly(Change.ADDED, Change.DELETED);
    }

    @Test
    void turnsAReservationIntoAMatureSa() {
        SadbReply reply = reserve(0x200, 0x2ff);
        Spi spi = ((SadbReply.SpiReserved) reply).spi();
        assertThat(spi.value()).isBetween(0x200, 0x2ff);
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.LARVAL);
        assertThat(engine.execute(new AddSa(esp(spi.value()).build()))).isInstanceOf(Refused.class);
        assertThat(engine.execute(new SadbOperation.UpdateSa(esp(spi.value()).build())))
                .isEqualTo(new Done());
        assertThat(dump(IpsecProtocol.ESP)).hasSize(1);
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.MATURE);
        assertThat(engine.nextDeadline()).isEmpty();
    }

    @Test
    void forgetsAReservationAfterThirtySeconds() {
        reserve(0x200, 0x200);
        clock.advance(Duration.ofMillis(29_999));
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP)).hasSize(1);
        clock.advance(Duration.ofMillis(1));
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP)).isEmpty();
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        SadbEvent.Expire.class, expire -> assertThat(expire.hard()).isTrue());
    }

    @Test
    void reservesEverySpiOfANarrowRangeThenNone() {
        for (int i = 0; i < 200; i++) {
            assertThat(reserve(0x1000, 0x10c7)).isInstanceOf(SadbReply.SpiReserved.class);
        }
        assertThat(reserve(0x1000, 0x10c7))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void refusesAWrongRangeOfSpis() {
        assertThat(reserve(0x300, 0x200)).isInstanceOf(Refused.class);
        assertThat(reserve(0, 0x200)).isInstanceOf(Refused.class);
        assertThat(
                        engine.execute(
                                new SadbOperation.ReserveSpi(
                                        A,
                                        B,
                                        IpsecProtocol.IPCOMP,
                                        SaMode.ANY,
                                        0,
                                        new Spi(0x100),
                                        new Spi(0x10000))))
                .isInstanceOf(Refused.class);
    }

    private SadbReply reserve(int minimum, int maximum) {
        return engine.execute(
                new SadbOperation.ReserveSpi(
                        A,
                        B,
                        IpsecProtocol.ESP,
                        SaMode.ANY,
                        0,
                        new Spi(minimum),
                        new Spi(maximum)));
    }

    private ActiveSa active(int spi) {
        FlowKey outer = PolicyClassifierTests.flow(A.address(), B.address(), 50, 0, 0);
        return Objects.requireNonNull(engine.associations().inbound(50, spi, outer));
    }

    @Test
    void theBackendInTheSameProcessAnswersUntilItIsClosed() throws IOException {
        List<SadbEvent> heard = new ArrayList<>();
        SadbBackend backend = engine.backend();
        backend.listen(heard::add);
        assertThat(backend.execute(new AddSa(esp(1).build()))).isEqualTo(new Done());
        backend.close();
        assertThat(heard).hasSize(1);
        add(esp(2));
        assertThat(heard).hasSize(1);
        assertThatThrownBy(() -> backend.execute(new DumpSas(IpsecProtocol.UNSPEC)))
                .isInstanceOf(IOException.class);
    }

    /// Without a replay window each repetition of an old packet may say that its sender has moved.
    @Test
    void tellsThatAPeerHasMovedOnceHoweverOftenItMovesMeanwhile() {
        add(esp(1));
        ActiveSa sa = active(1);
        List<SadbEvent> mappings = new ArrayList<>();
        Runnable move =
                () -> {
                    for (int port = 1; port <= 5000; port++) {
                        sa.cameFrom(
                                PolicyClassifierTests.flow(
                                        A.address(), B.address(), 17, port, 4500));
                        engine.notice(new Notice.Remapped(sa));
                    }
                };
        engine.listen(
                event -> {
                    if (event instanceof SadbEvent.Mapping) {
                        mappings.add(event);
                    } else {
                        Thread packets = Thread.ofPlatform().start(move);
                        joined(packets);
                    }
                });

        add(esp(2));
        assertThat(mappings)
                .singleElement()
                .isInstanceOfSatisfying(
                        SadbEvent.Mapping.class,
                        mapping -> assertThat(mapping.now().port()).isEqualTo(5000));

        engine.notice(new Notice.Remapped(sa));
        assertThat(mappings).hasSize(2);
    }

    /// While an operation takes long, the packet path may find more wanting than there is room for.
    @Test
    void forgetsNoNewsThatComesOnce() {
        Lifetime soft = new Lifetime(1, 0, Duration.ZERO, Duration.ZERO);
        Lifetime hard = new Lifetime(2, 0, Duration.ZERO, Duration.ZERO);
        add(esp(1).soft(soft).hard(hard));
        ActiveSa sa = active(1);
        Thread packets =
                Thread.ofPlatform()
                        .unstarted(
                                () -> {
                                    for (int i = 0; i < 10_000; i++) {
                                        engine.notice(
                                                new Notice.Wanted(
                                                        0,
                                                        TestSas.transport(IpsecProtocol.ESP),
                                                        A.address(),
                                                        B.address()));
                                    }
                                    engine.notice(new Notice.Soft(sa));
                                });
        engine.listen(
                event -> {
                    if (packets.getState() == Thread.State.NEW) {
                        packets.start();
                        joined(packets);
                    }
                });

        add(esp(2));

        assertThat(sa.state()).isEqualTo(SaState.DYING);
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}

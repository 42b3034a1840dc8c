package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.ike.IkeEffect;
import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.IkeWish;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/// The loop around an engine that a test writes.
class IkeDaemonTests {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 500);
    private static final InetSocketAddress THERE = new InetSocketAddress("192.0.2.2", 500);

    private final FakePorts ports = new FakePorts();
    private final Recorded<IkeInput> inputs = new Recorded<>();
    private final Recorded<IkeReport> log = new Recorded<>();
    private final SadbEngine databases =
            new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
    private volatile Optional<Instant> next = Optional.empty();
    private volatile InstantSource clock = InstantSource.system();

    private IkeDaemon start(Function<IkeInput, List<IkeEffect>> engine) throws IOException {
        return start(engine, databases::backend);
    }

    private IkeDaemon start(Function<IkeInput, List<IkeEffect>> engine, SadbSource sadb)
            throws IOException {
        return IkeDaemon.start(
                new IkeDaemon.Engine() {
                    @Override
                    public List<IkeEffect> on(IkeInput input, Instant now) {
                        inputs.accept(input);
                        return engine.apply(input);
                    }

                    @Override
                    public Optional<Instant> next() {
                        return next;
                    }
                },
                Settings.EMPTY,
                IkeDaemon.GivenPlaces.NONE,
                new IkeDaemon.Surroundings(
                        sadb,
                        ports,
                        new FakeAddresses("127.0.0.1"),
                        () -> {
                            throw new IOException("no keys");
                        },
                        () -> clock.instant(),
                        new SecureRandom(),
                        log));
    }

    @Test
    void tellsTheEngineFirstWhereItListensAndWhichPoliciesThereAre() throws Exception {
        try (IkeDaemon daemon = start(_ -> List.of())) {
            inputs.await(IkeInput.Policies.class::isInstance);
            assertThat(inputs.all())
                    .containsExactly(
                            new IkeInput.Listening(
                                    List.of(new IkeInput.ListeningPlace(HERE, false))),
                            new IkeInput.Policies(List.of()));
        }
    }

    @Test
    void carriesOutWhatTheEngineWants() throws Exception {
        Bytes question = Bytes.ofHex("01");
        Bytes answer = Bytes.ofHex("02");
        try (IkeDaemon daemon =
                start(
                        input ->
                                switch (input) {
                                    case IkeInput.Received received ->
                                            List.of(
                                                    new IkeEffect.Send(
                                                            new UdpDatagram(HERE, THERE, answer)),
                                                    new IkeEffect.KeepAlive(HERE, THERE),
                                                    new IkeEffect.Ask(
                                                            42, new SadbOperation.DumpPolicies()));
                                    case IkeInput.Answered(long number, SadbReply _) ->
                                            List.of(
                                                    new IkeEffect.Report(
                                                            Reports.info("answered " + number)));
                                    default -> List.of();
                                })) {
            ports.receivers.get("127.0.0.1[500]").accept(new UdpDatagram(HERE, THERE, question));

            log.await(each -> each.text().equals("answered 42"));
            assertThat(ports.sent)
                    .containsExactly(
                            "127.0.0.1[500] -> 192.0.2.2[500] 02",
                            "127.0.0.1[500] -> 192.0.2.2[500] ff");
        }
    }

    @Test
    void ticksWhenTheTimeHasComeWhateverTheHostsClockSays() throws Exception {
        Instant start = Instant.parse("2000-01-01T00:00:00Z"); // far from the host's
        clock = new SteadyClock(start);
        next = Optional.of(start.plusMillis(30));
        try (IkeDaemon daemon =
                start(
                        input -> {
                            if (input instanceof IkeInput.Tick) {
                                next = Optional.empty();
                            }
                            return List.of();
                        })) {
            inputs.await(IkeInput.Tick.class::isInstance);
            assertThat(clock.instant()).isAfterOrEqualTo(start.plusMillis(30));
        }
    }

    @Test
    void saysThatItCannotSend() throws Exception {
        InetSocketAddress nowhere = new InetSocketAddress("127.0.0.1", 501);
        try (IkeDaemon daemon =
                start(
                        input ->
                                input instanceof IkeInput.Wanted
                                        ? List.of(
                                                new IkeEffect.Send(
                                                        new UdpDatagram(
                                                                nowhere, THERE, Bytes.EMPTY)))
                                        : List.of())) {
            daemon.wish(
                    new IkeWish.Establish(
                            InetAddress.getLoopbackAddress(), InetAddress.getLoopbackAddress()));

            assertThat(log.await(each -> each.level() == IkeReport.Level.ERROR).getLast().text())
                    .isEqualTo(
                            "sendto 192.0.2.2[500] from 127.0.0.1[501]: nobody listens there any"
                                    + " more");
        }
    }

    @Test
    void takesANewConfigurationAndListensAsItSays() throws Exception {
        try (IkeDaemon daemon = start(_ -> List.of())) {
            daemon.reload(Settings.EMPTY);

            inputs.await(IkeInput.Reload.class::isInstance);
        }
    }

    @Test
    void endsWhenTheEngineHasSaidAllThereIsToSay() throws Exception {
        try (IkeDaemon daemon =
                start(
                        input ->
                                input instanceof IkeInput.Stop
                                        ? List.of(
                                                new IkeEffect.Send(
                                                        new UdpDatagram(
                                                                HERE, THERE, Bytes.ofHex("de"))),
                                                new IkeEffect.Finished())
                                        : List.of())) {
            assertThat(daemon.stop(PATIENCE)).isTrue();
            assertThat(daemon.awaitEnd()).isEmpty();
            assertThat(ports.sent).containsExactly("127.0.0.1[500] -> 192.0.2.2[500] de");
        }
        assertThat(ports.receivers).isEmpty();
    }

    @Test
    void doesNotWaitForAnEngineThatDoesNotEnd() throws Exception {
        try (IkeDaemon daemon = start(_ -> List.of())) {
            assertThat(daemon.stop(Duration.ofMillis(10))).isFalse();
        }
        assertThat(ports.receivers).isEmpty();
    }

    @Test
    void endsWithTheReasonWhenItHasABug() throws Exception {
        try (IkeDaemon daemon =
                start(
                        _ -> {
                            throw new IllegalStateException("expected this, found that");
                        })) {
            assertThat(daemon.awaitEnd())
                    .startsWith(
                            "bug in the thread ike: java.lang.IllegalStateException: expected"
                                    + " this, found that at ");
        }
    }

    @Test
    void tellsOfDatagramsThatItHadToDrop() throws Exception {
        var gate = new CountDownLatch(1);
        try (IkeDaemon daemon =
                start(
                        input -> {
                            if (input instanceof IkeInput.Received) {
                                awaitOpen(gate);
                            }
                            return List.of();
                        })) {
            var receiver = ports.receivers.get("127.0.0.1[500]");
            receiver.accept(new UdpDatagram(HERE, THERE, Bytes.EMPTY));
            for (int i = 0; i < 10_000; i++) {
                receiver.accept(new UdpDatagram(HERE, THERE, Bytes.EMPTY));
            }
            gate.countDown();

            assertThat(log.await(each -> each.level() == IkeReport.Level.WARNING).getLast().text())
                    .matches(
                            "[67][0-9]{3} datagrams were dropped: more come than can be dealt"
                                    + " with");
        }
    }

    @Test
    void leavesNothingBehindWhenItCannotStart() {
        assertThatThrownBy(
                        () ->
                                start(
                                        _ -> List.of(),
                                        () -> {
                                            throw new IOException("no service");
                                        }))
                .isInstanceOf(IOException.class)
                .hasMessage("no service");
        assertThat(ports.receivers).isEmpty();
    }

    private static void awaitOpen(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}

package org.jipsec.daemon.ike;

import org.jipsec.ike.Computation;
import org.jipsec.ike.IkeEffect;
import org.jipsec.ike.IkeEngine;
import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.IkeWish;
import org.jipsec.ike.PresharedKeySource;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.ike.settings.Settings;
import org.jipsec.os.IpFamily;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A running IKE daemon. One thread owns the engine; any thread may call what is public here.
public final class IkeDaemon implements AutoCloseable {
    /// How often it is told that something was dropped.
    private static final Duration TELL_EVERY = Duration.ofSeconds(10);

    /// Of a bug's stack trace.
    private static final int FRAMES = 12;

    private static final Duration PROBE_EVERY = Duration.ofSeconds(10);

    /// Whom a daemon works with. It closes what can be closed.
    ///
    /// @param clock never goes back and never jumps: [SteadyClock]
    /// @param random of cryptographic quality
    /// @param log takes what is to be told; from any thread
    public record Surroundings(
            SadbSource sadb,
            IkePorts ports,
            AddressFollower addresses,
            PresharedKeySource keys,
            InstantSource clock,
            SecureRandom random,
            Consumer<IkeReport> log) {}

    /// What the command line says of where to listen, in place of the configuration.
    ///
    /// @param isakmp port (`-p`)
    /// @param natTraversal port (`-P`)
    /// @param only addresses of one family (`-4`, `-6`)
    public record GivenPlaces(
            OptionalInt isakmp, OptionalInt natTraversal, Optional<IpFamily> only) {
        public static final GivenPlaces NONE =
                new GivenPlaces(OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }

    private final Surroundings around;
    private final GivenPlaces given;
    private final InputQueue inputs = new InputQueue();
    private final Held<IkeInput> fromSadb = new Held<>(Integer.MAX_VALUE, inputs::add);
    private final Engine engine;
    private final SadbWorker sadb;
    private final Listening listening;
    private final HookRunner hooks;
    private final ExecutorService workers;
    private final Thread thread;
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean closing;
    private volatile String failure = "";

    // of the thread
    private Instant toldOfDrops = Instant.EPOCH;

    /// What the daemon is around; an [IkeEngine], but for its tests.
    interface Engine {
        List<IkeEffect> on(IkeInput input, Instant now);

        Optional<Instant> next();
    }

    private IkeDaemon(Engine engine, GivenPlaces given, Surroundings around) {
        this.engine = engine;
        this.around = around;
        this.given = given;
        this.sadb = new SadbWorker(around.sadb(), PROBE_EVERY, fromSadb, around.log(), this::fail);
        this.listening =
                new Listening(around.ports(), around.addresses(), inputs::add, around.log());
        this.hooks = new HookRunner(HookRunner.PATIENCE, around.log());
        this.workers =
                Executors.newFixedThreadPool(
                        Runtime.getRuntime().availableProcessors(),
                        Thread.ofPlatform()
                                .daemon()
                                .name("ike-worker-", 0)
                                .uncaughtExceptionHandler(this::fail)
                                .factory());
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("ike")
                        .uncaughtExceptionHandler(this::fail)
                        .unstarted(this::run);
    }

    /// Returns when it listens. What peers and databases say meanwhile is not lost.
    ///
    /// @throws IOException the databases cannot be reached, or an address that has to be listened
    /// to cannot; nothing of it is left, the message is for the user
    public static IkeDaemon start(Settings settings, GivenPlaces given, Surroundings around)
            throws IOException {
        IkeEngine engine = new IkeEngine(settings, around.random(), around.keys());
        return start(
                new Engine() {
                    @Override
                    public List<IkeEffect> on(IkeInput input, Instant now) {
                        return engine.on(input, now);
                    }

                    @Override
                    public Optional<Instant> next() {
                        return engine.next();
                    }
                },
                settings,
                given,
                around);
    }

    static IkeDaemon start(Engine engine, Settings settings, GivenPlaces given, Surroundings around)
            throws IOException {
        IkeDaemon daemon = new IkeDaemon(engine, given, around);
        try {
            daemon.sadb.start();
            daemon.listening.start(daemon.rule(settings));
        } catch (IOException failed) {
            daemon.closeAll();
            throw failed;
        }
        daemon.fromSadb.release(); // behind the places where we listen
        daemon.thread.start();
        return daemon;
    }

    private ListenRule rule(Settings settings) {
        return ListenRule.of(settings, given);
    }

    /// A new configuration, which has been checked.
    public void reload(Settings settings) {
        inputs.add(new IkeInput.Reload(settings));
        listening.follow(rule(settings));
    }

    public void wish(IkeWish wish) {
        inputs.add(new IkeInput.Wanted(wish));
    }

    /// Returns when it has ended.
    ///
    /// @return why it could not go on; empty when it was told to end
    public String awaitEnd() throws InterruptedException {
        finished.await();
        return failure;
    }

    /// Has the engine tell its peers and take its SAs away.
    ///
    /// @param patience how long that may take
    /// @return whether it was done in time
    public boolean stop(Duration patience) throws InterruptedException {
        inputs.add(new IkeInput.Stop());
        return finished.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Ends it at once where [#stop] has not. Again: nothing.
    @Override
    public synchronized void close() {
        if (closing) {
            return;
        }
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        closeAll();
    }

    private void closeAll() {
        sadb.close();
        hooks.close();
        workers.shutdownNow();
        listening.close();
    }

    // ---- the thread ----

    private void run() {
        try {
            while (finished.getCount() > 0) {
                step();
            }
        } catch (InterruptedException ended) {
            finished.countDown();
        }
    }

    /// A thread has died of a bug of ours. To go on without it would be to pretend.
    private void fail(Thread dead, Throwable bug) {
        StringBuilder text = new StringBuilder("bug in the thread ").append(dead.getName());
        text.append(": ").append(bug);
        Arrays.stream(bug.getStackTrace())
                .limit(FRAMES)
                .forEach(frame -> text.append(" at ").append(frame));
        around.log().accept(Reports.error(text.toString()));
        failure = text.toString();
        finished.countDown();
    }

    private void step() throws InterruptedException {
        IkeInput input = inputs.take(untilNext());
        for (IkeEffect effect :
                engine.on(input == null ? new IkeInput.Tick() : input, around.clock().instant())) {
            carryOut(effect);
        }
        tellOfDrops();
    }

    private long untilNext() {
        Optional<Instant> next = engine.next();
        return next.isEmpty()
                ? InputQueue.forEver()
                : Math.min(
                        InputQueue.forEver(),
                        Duration.between(around.clock().instant(), next.get()).toNanos());
    }

    private void carryOut(IkeEffect effect) {
        switch (effect) {
            case IkeEffect.Send(UdpDatagram datagram) -> send(datagram);
            case IkeEffect.KeepAlive(var local, var remote) -> keepAlive(local, remote);
            case IkeEffect.Ask(long number, var operation) -> sadb.ask(number, operation);
            case IkeEffect.Compute(long number, Computation computation) ->
                    workers.execute(() -> compute(number, computation));
            case IkeEffect.Report(IkeReport report) -> around.log().accept(report);
            case IkeEffect.RunHook(String script, var event, var environment) ->
                    hooks.run(script, event, environment);
            case IkeEffect.Finished() -> finished.countDown();
        }
    }

    private void compute(long number, Computation computation) {
        inputs.add(new IkeInput.Computed(number, computation.run(around.random())));
    }

    private void send(UdpDatagram datagram) {
        IkePort port = listening.port(datagram.local());
        String why =
                port == null
                        ? "nobody listens there any more"
                        : port.send(datagram.remote(), datagram.octets());
        if (!why.isEmpty()) {
            around.log()
                    .accept(
                            Reports.error(
                                    "sendto %s from %s: %s"
                                            .formatted(
                                                    PlaceKey.text(datagram.remote()),
                                                    PlaceKey.text(datagram.local()),
                                                    why)));
        }
    }

    private void keepAlive(InetSocketAddress local, InetSocketAddress remote) {
        IkePort port = listening.port(local);
        if (port != null) {
            port.keepAlive(remote);
        }
    }

    private void tellOfDrops() {
        Instant now = around.clock().instant();
        if (now.isBefore(toldOfDrops.plus(TELL_EVERY))) {
            return;
        }
        InputQueue.Dropped dropped = inputs.dropped();
        if (dropped.datagrams() > 0) {
            toldOfDrops = now;
            around.log()
                    .accept(
                            Reports.warning(
                                    "%d datagrams were dropped: more come than can be dealt with"
                                            .formatted(dropped.datagrams())));
        }
        if (dropped.events() > 0) {
            toldOfDrops = now;
            around.log()
                    .accept(
                            Reports.warning(
                                    "%d events of the SADB were dropped; its policies are read anew"
                                            .formatted(dropped.events())));
            sadb.readPolicies();
        }
    }
}

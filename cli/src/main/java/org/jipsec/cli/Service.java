package org.jipsec.cli;

import org.jipsec.daemon.ike.IkePorts;
import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.KeyServiceSocket;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.trace.TraceFeed;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// What jipsecd is: the databases, the key service in front of them, its sockets, the thread that
/// lets lifetimes end, and the wire. One process per [ServicePlace]; nothing of it is left behind.
///
/// Another thread may [#close] it at any time.
final class Service implements AutoCloseable {
    /// What jipsecd writes first to standard output once it listens; its pid follows.
    static final String READY = "jipsecd: ready, pid ";

    private final ServiceLock lock;
    private final SadbEngine engine;
    private final KeyService service;
    private final KeyServiceSocket socket;
    private final ServiceControl control;
    private final @Nullable WireLink wire;
    private final InstantSource clock;
    private final Thread lifetimes;
    private volatile String failure = "";
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean closed;

    /// What [#lifetimes] sleeps until; the end of time while it is about to see.
    private volatile Instant awaited = Instant.MAX;

    private Service(
            ServicePlace place,
            ServiceLock lock,
            InstantSource clock,
            Optional<WireOpener> network,
            Consumer<String> messages)
            throws IOException {
        this.lock = lock;
        this.clock = clock;
        this.engine =
                new SadbEngine(clock, new SecureRandom(), (int) ProcessHandle.current().pid());
        this.service = new KeyService(engine.backend());
        this.lifetimes = Thread.ofPlatform().daemon().name("lifetimes").unstarted(this::age);
        this.wire =
                network.isEmpty()
                        ? null
                        : network.get().open(engine, service, messages, this::fail);
        try {
            this.control = ServiceControl.open(place.controlSocket(), feed(), this::state);
            this.socket = openSocket(place);
        } catch (IOException failed) {
            closeWire();
            throw failed;
        }
    }

    private KeyServiceSocket openSocket(ServicePlace place) throws IOException {
        try {
            return KeyServiceSocket.open(service, place.socket());
        } catch (IOException failed) {
            control.close();
            throw failed;
        }
    }

    private Optional<TraceFeed> feed() {
        WireLink network = wire;
        return network == null ? Optional.empty() : Optional.of(new TraceFeed(clock, network::tap));
    }

    /// Empty when another process serves this place.
    ///
    /// @param network empty for a service in memory
    /// @param messages what the wire has to say
    static Optional<Service> open(
            ServicePlace place,
            InstantSource clock,
            Optional<WireOpener> network,
            Consumer<String> messages)
            throws IOException {
        Optional<ServiceLock> lock = ServiceLock.take(place);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            Service service = new Service(place, lock.get(), clock, network, messages);
            service.lifetimes.start();
            service.engine.listen(_ -> service.hasten());
            return Optional.of(service);
        } catch (IOException failed) {
            lock.get().close();
            throw failed;
        }
    }

    /// How it is connected, in one line.
    String state() {
        WireLink network = wire;
        return network == null ? "in memory, not on the wire" : "on the wire: " + network.state();
    }

    /// The databases, for who is in this process.
    SadbBackend backend() {
        return engine.backend();
    }

    /// Where IKE is spoken beside this service.
    ///
    /// @param others for places that are not the wire's
    IkePorts ikePorts(IkePorts others) {
        WireLink network = wire;
        return network == null ? others : network.ikePorts(others);
    }

    boolean isOnTheWire() {
        return wire != null;
    }

    /// Returns when it has been [#close]d, or cannot go on.
    ///
    /// @return why it cannot; empty when it was closed
    String awaitEnd() throws InterruptedException {
        over.await();
        return failure;
    }

    /// By any thread.
    private void fail(String reason) {
        if (over.getCount() > 0) {
            failure = reason;
            over.countDown();
        }
    }

    /// Whatever changes may bring the next deadline nearer.
    private void hasten() {
        Optional<Instant> next = engine.nextDeadline();
        if (next.isPresent() && next.get().isBefore(awaited)) {
            LockSupport.unpark(lifetimes);
        }
    }

    private void age() {
        while (!closed) {
            awaited = Instant.MAX;
            Optional<Instant> next = engine.nextDeadline();
            awaited = next.orElse(Instant.MAX);
            if (next.isEmpty()) {
                LockSupport.park(this);
            } else {
                Duration wait = Duration.between(clock.instant(), next.get());
                if (wait.isPositive()) {
                    LockSupport.parkNanos(this, wait.toNanos());
                }
                engine.tick();
            }
        }
    }

    /// Gives the network back, stops listening, takes the sockets away and lets the clients go.
    /// Only the first call does something; the others wait for it.
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeWire();
        } finally {
            try {
                socket.close();
                control.close();
                service.close();
                lock.close();
            } finally {
                over.countDown();
                LockSupport.unpark(lifetimes);
            }
        }
    }

    private void closeWire() throws IOException {
        WireLink network = wire;
        if (network != null) {
            network.close();
        }
    }
}

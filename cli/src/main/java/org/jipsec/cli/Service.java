package org.jipsec.cli;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.KeyServiceSocket;
import org.jipsec.dataplane.SadbEngine;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// What jipsecd is: the databases, the key service in front of them, its socket, and the thread
/// that lets lifetimes end. One process per [ServicePlace]; nothing of it is left behind.
///
/// Another thread may [#close] it at any time.
final class Service implements AutoCloseable {
    /// What jipsecd writes first to standard output once it listens; its pid follows.
    static final String READY = "jipsecd: ready, pid ";

    private final ServiceLock lock;
    private final SadbEngine engine;
    private final KeyService service;
    private final KeyServiceSocket socket;
    private final InstantSource clock;
    private final Thread lifetimes;
    private final CountDownLatch closed = new CountDownLatch(1);

    /// What [#lifetimes] sleeps until; the end of time while it is about to see.
    private volatile Instant awaited = Instant.MAX;

    private Service(ServicePlace place, ServiceLock lock, InstantSource clock) throws IOException {
        this.lock = lock;
        this.clock = clock;
        this.engine =
                new SadbEngine(clock, new SecureRandom(), (int) ProcessHandle.current().pid());
        this.service = new KeyService(engine.backend());
        this.socket = KeyServiceSocket.open(service, place.socket());
        this.lifetimes = Thread.ofPlatform().daemon().name("lifetimes").unstarted(this::age);
    }

    /// Empty when another process serves this place.
    static Optional<Service> open(ServicePlace place, InstantSource clock) throws IOException {
        Optional<ServiceLock> lock = ServiceLock.take(place);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            Service service = new Service(place, lock.get(), clock);
            service.lifetimes.start();
            service.engine.listen(_ -> service.hasten());
            return Optional.of(service);
        } catch (IOException failed) {
            lock.get().close();
            throw failed;
        }
    }

    /// Returns when it has been [#close]d.
    void awaitEnd() throws InterruptedException {
        closed.await();
    }

    /// Whatever changes may bring the next deadline nearer.
    private void hasten() {
        Optional<Instant> next = engine.nextDeadline();
        if (next.isPresent() && next.get().isBefore(awaited)) {
            LockSupport.unpark(lifetimes);
        }
    }

    private void age() {
        while (closed.getCount() > 0) {
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

    /// Stops listening, takes the socket away and lets the clients go.
    @Override
    public void close() throws IOException {
        try {
            socket.close();
            service.close();
            lock.close();
        } finally {
            closed.countDown();
            LockSupport.unpark(lifetimes);
        }
    }
}

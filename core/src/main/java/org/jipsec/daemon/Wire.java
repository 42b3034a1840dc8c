package org.jipsec.daemon;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.SocketError;
import org.jipsec.os.Tun;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The stack's connection to the host it runs on: the TUN device by which it takes packets from the
/// host and gives them back, the sockets by which they travel protected, and threads, one for each
/// direction or several ([PacketQueue]).
///
/// ```
///   host ─▶ TUN ─▶ OutLoop ─▶ OutboundPath ─▶ WireSender ─▶ sockets ─▶ wire
///   host ◀─ TUN ◀─ HostWriter ◀─ InboundPath ◀─ InLoop ◀─ sockets ◀─ wire
/// ```
///
/// There is one wire in a network namespace: the device's name is its lock. A further thread opens
/// the sockets that new SAs ask for, and makes the device anew when somebody has deleted it. What
/// else goes wrong with a thread ends the wire, and is told once: it is never half alive.
public final class Wire implements AutoCloseable {
    /// How the wire is, for people and programs.
    ///
    /// @param queues how many threads there are in each direction
    /// @param granted of the device's offloads
    /// @param encapsulationPorts where ESP in UDP is received
    /// @param filtering whether clear text that policies forbid is kept out
    public record State(
            String device,
            int mtu,
            int queues,
            Set<Offload> granted,
            Set<Integer> encapsulationPorts,
            boolean filtering) {}

    /// Of threads in each direction.
    public static final int MAXIMUM_QUEUES = 8;

    private static final int USUAL_QUEUES = 4;
    private static final long CHECK_SECONDS = 10;

    /// How often the device may be lost in the time between two checks.
    private static final int MAXIMUM_LOSSES = 3;

    private final SadbEngine engine;
    private final Consumer<String> messages;
    private final Consumer<String> failed;
    private final InstantSource clock;
    private final WireSockets sockets;
    private final SaSockets saSockets;
    private final WireDatagrams datagrams;
    private final LearntPathMtus learnt;
    private final QuotedPackets quotedPackets;
    private final HostSide host;
    private final List<PacketQueue> queues = new ArrayList<>();
    private final ScheduledExecutorService control;
    private final Consumer<SadbEvent> listener = this::on;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile @Nullable IkeRelay ikeRelay;
    private volatile DeviceThreads threads;
    private volatile boolean broken;
    private int losses;

    private Wire(
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> messages,
            Consumer<String> failed,
            Tun tun,
            WireSockets sockets,
            HostSide.Starter starter)
            throws IOException {
        int count = tun.queues().size();
        this.engine = engine;
        this.clock = clock;
        this.messages = messages;
        this.failed = failed;
        this.sockets = sockets;
        datagrams = new WireDatagrams(sockets);
        learnt = new LearntPathMtus(clock::millis);
        quotedPackets = new QuotedPackets(engine.associations());
        host = starter.start(DeviceThreads.MTU, learnt, this::fail);
        boolean isWhole = false;
        try {
            PathMtu pathMtu = host.pathMtu();
            PacketQueue.Common common =
                    new PacketQueue.Common(
                            engine,
                            clock,
                            random,
                            count == 1 ? pathMtu : lockedPathMtu(pathMtu),
                            host.locality(),
                            sockets,
                            count,
                            () -> ikeRelay);
            for (int i = 0; i < count; i++) {
                queues.add(new PacketQueue(i, common, queue -> threads.writers(queue)));
            }
            threads = threadsOn(tun);
            control =
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().daemon().name("wire-control").factory());
            saSockets =
                    new SaSockets(
                            engine, sockets, host, quotedPackets, () -> threads.wake(), messages);
            isWhole = true;
        } finally {
            if (!isWhole) {
                host.close();
            }
        }
    }

    /// For several threads, one of which at a time may ask the host.
    private static PathMtu lockedPathMtu(PathMtu pathMtu) {
        Lock lock = new ReentrantLock();
        return outer -> {
            lock.lock();
            try {
                return pathMtu.to(outer);
            } finally {
                lock.unlock();
            }
        };
    }

    private DeviceThreads threadsOn(Tun tun) throws OsException {
        return new DeviceThreads(
                tun, queues, sockets, clock, this::learn, () -> submit(this::reopen), this::fail);
    }

    /// How many threads a wire has in each direction unless somebody says: as many as leave half of
    /// the processors to others, for more than some are seldom of use.
    public static int usualQueues() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, USUAL_QUEUES);
    }

    /// Opens device and sockets and diverts the host's packets, in the network namespace of the
    /// calling thread. Packets flow when this returns, and from then on `service` answers when what
    /// was asked for holds for packets.
    ///
    /// @param queues how many threads carry packets in each direction, 1 to [#MAXIMUM_QUEUES]
    /// @param clampMss whether TCP connections that this host passes on are kept to segments that
    ///     fit into their tunnels
    /// @param messages takes lines for the log, from any thread
    /// @param failed is told, at most once and by any thread, why the wire cannot go on; it is then
    ///     to be closed
    /// @throws OsException EBUSY when there is a wire already, EPERM without CAP_NET_ADMIN and
    ///     CAP_NET_RAW
    public static Wire open(
            SadbEngine engine,
            KeyService service,
            int queues,
            boolean clampMss,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        Wire wire =
                open(
                        engine,
                        (deviceMtu, learnt, failing) ->
                                Diversion.start(
                                        engine,
                                        new Diversion.Settings(
                                                WireNames.DEVICE, deviceMtu, clampMss, Nft.find()),
                                        learnt::to,
                                        messages,
                                        failing),
                        queues,
                        messages,
                        failed);
        service.answerAfter(wire::awaitApplied);
        return wire;
    }

    /// Opens device and sockets and diverts the host's packets, in the network namespace of the
    /// calling thread. Packets flow when this returns.
    ///
    /// @param messages takes lines for the log, from any thread
    /// @param failed is told, at most once and by any thread, why the wire cannot go on; it is then
    ///     to be closed
    /// @throws OsException EBUSY when there is a wire already, EPERM without CAP_NET_ADMIN and
    ///     CAP_NET_RAW
    static Wire open(
            SadbEngine engine,
            HostSide.Starter starter,
            int queues,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        if (queues < 1 || queues > MAXIMUM_QUEUES) {
            throw new IllegalArgumentException(queues + " queues");
        }
        Tun tun = DeviceThreads.openDevice(queues);
        try {
            WireSockets sockets = WireSockets.open(queues);
            try {
                Wire wire =
                        new Wire(
                                engine,
                                InstantSource.system(),
                                new SecureRandom(),
                                messages,
                                failed,
                                tun,
                                sockets,
                                starter);
                wire.begin();
                return wire;
            } catch (IOException | RuntimeException e) {
                sockets.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            tun.close();
            throw e;
        }
    }

    private void begin() {
        // the first task makes the thread, here: in the namespace of this one
        control.scheduleWithFixedDelay(
                () -> carryOut(this::check), CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
        engine.listen(listener);
        SaSockets.all(engine).forEach(sa -> submit(() -> saSockets.openFor(sa)));
        threads.start();
    }

    /// Whoever is interested sees the packets of both directions; null for nobody. Any thread.
    public void tap(@Nullable PacketTap tap) {
        for (PacketQueue each : queues) {
            each.outbound.tap(tap);
            each.inbound.tap(tap);
        }
    }

    /// Where datagrams for IKE go that come in by a port of ours; null for nowhere. Any thread.
    public void ikeRelay(@Nullable IkeRelay relay) {
        ikeRelay = relay;
    }

    /// Receives ESP in UDP, and what is IKE's, at one more port of all addresses of this host. Any
    /// thread. Returns when it does.
    ///
    /// @throws IOException the port is another program's, or the wire has ended
    public void keepPort(int port) throws IOException {
        try {
            if (!control.submit(() -> saSockets.keep(port)).get()) {
                throw new IOException(
                        "UDP port " + port + " cannot be had: see the messages above");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (RejectedExecutionException closed) {
            throw new IOException("the wire has ended", closed);
        }
    }

    /// Sends a datagram from a port that [#keepPort] keeps, as it is. Any thread; never waits.
    ///
    /// @param local address of this host, and port
    /// @return why it did not go, lower case; empty when it did
    public String sendDatagram(InetSocketAddress local, InetSocketAddress remote, byte[] octets) {
        return datagrams.send(local, remote, octets);
    }

    /// Returns when all that was done to the databases so far holds for packets: sockets are open,
    /// routes and filter are there.
    public void awaitApplied() {
        try {
            control.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (RejectedExecutionException closed) {
            return; // nothing will ever hold
        }
        host.awaitApplied();
    }

    public State state() {
        Tun tun = threads.tun();
        return new State(
                tun.name(),
                DeviceThreads.MTU,
                queues.size(),
                tun.granted(),
                sockets.ports(),
                host.isFiltering());
    }

    /// In the order of their numbers.
    List<PacketQueue> queues() {
        return List.copyOf(queues);
    }

    /// Ends it: what led packets here is taken away first. When the wire had failed it stays, and
    /// packets of policies are refused until there is a wire again. Again: nothing.
    @Override
    public void close() {
        ended.set(true); // whatever breaks from now on is nobody's concern
        engine.unlisten(listener);
        control.shutdown();
        try {
            if (!control.awaitTermination(10, TimeUnit.SECONDS)) {
                messages.accept("the wire's control thread does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (broken) {
            host.abandon();
        } else {
            host.close();
        }
        threads.close();
        datagrams.close();
        sockets.close();
        queues.forEach(PacketQueue::close);
    }

    // ---- the packet threads ----

    private void learn(SocketError error) {
        if (quotedPackets.contain(error) && learnt.learn(error)) {
            host.pathMtuChanged();
        }
    }

    // ---- the control thread ----

    private void submit(Runnable task) {
        try {
            control.execute(() -> carryOut(task));
        } catch (RejectedExecutionException closed) {
            return; // nothing is to be done any more
        }
    }

    /// The executor would keep to itself what goes wrong.
    private void carryOut(Runnable task) {
        boolean done = false;
        try {
            task.run();
            done = true;
        } finally {
            if (!done) {
                fail("the thread wire-control could not go on");
            }
        }
    }

    private void on(SadbEvent event) {
        if (event instanceof SadbEvent.SaChanged(var change, SaSnapshot snapshot)
                && change != SadbEvent.Change.DELETED) {
            SecurityAssociation sa = snapshot.association();
            if (SaSockets.areNeededBy(sa)) {
                submit(() -> saSockets.openFor(sa));
            }
        }
        for (PacketQueue each : queues) {
            if (each.outbound.isHolding()) {
                submit(() -> threads.wake()); // after the socket for the answer is open
                return;
            }
        }
    }

    private void check() {
        losses = 0;
        saSockets.check();
        if (learnt.makeRoom(clock.millis())) {
            host.pathMtuChanged();
        }
    }

    /// Somebody has deleted the device.
    private void reopen() {
        threads.close();
        if (++losses > MAXIMUM_LOSSES) {
            fail(WireNames.DEVICE + " was deleted again and again");
            return;
        }
        try {
            Tun tun = DeviceThreads.openDevice(queues.size());
            try {
                threads = threadsOn(tun);
            } catch (OsException e) {
                tun.close();
                throw e;
            }
            host.deviceReopened();
            threads.start();
            messages.accept(WireNames.DEVICE + " was deleted; made anew");
        } catch (IOException e) {
            fail(WireNames.DEVICE + " was deleted and cannot be made anew: " + e.getMessage());
        }
    }

    private void fail(String why) {
        if (ended.compareAndSet(false, true)) {
            broken = true;
            failed.accept(why);
        }
    }
}

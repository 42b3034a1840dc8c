package org.jipsec.daemon;

import org.jipsec.dataplane.InboundPath;
import org.jipsec.dataplane.OutboundPath;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.Rtnetlink;
import org.jipsec.os.SocketError;
import org.jipsec.os.Sysctl;
import org.jipsec.os.Tun;
import org.jipsec.os.TunQueue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The TUN device of the [Wire], and the threads that carry packets between it and the sockets, one
/// for each direction. When somebody deletes the device both end, and others are to be made.
final class DeviceThreads implements AutoCloseable {
    /// Larger than any path's MTU that hosts have; the routes into the device say what fits.
    static final int MTU = 9000;

    /// Packets that wait to be read, at most: some 50 ms of a busy sender's datagrams, while our
    /// thread has no turn. TCP is held back by its window before.
    private static final int QUEUE_LENGTH = 4000;

    /// Of a packet that the host leaves to us to cut: then its pieces in ESP are one run of
    /// datagrams, which has 64 KiB at most, and not one with a short second behind it.
    private static final int MAXIMUM_SUPER_PACKET = 60 << 10;

    private static final int CAPACITY = PacketBuffer.MAXIMUM_PACKET;

    private final Tun tun;
    private final HostWriter errorsToHost;
    private final HostWriter toHost;
    private final OutLoop out;
    private final InLoop in;
    private final Runnable lost;
    private final Consumer<String> failed;
    private final AtomicBoolean isLost = new AtomicBoolean();
    private final List<Thread> running;
    private boolean closed;

    /// @param errors takes what sockets say of packets sent before; by a thread of this
    /// @param lost is told, once, that the device is gone; by any thread
    /// @param failed is told why else a thread has ended
    DeviceThreads(
            Tun tun,
            OutboundPath outbound,
            InboundPath inbound,
            WireSockets sockets,
            InstantSource clock,
            Consumer<SocketError> errors,
            Runnable lost,
            Consumer<String> failed)
            throws OsException {
        this.tun = tun;
        this.lost = lost;
        this.failed = failed;
        TunQueue queue = tun.queues().getFirst();
        errorsToHost = new HostWriter(tun, queue, outbound.tally());
        toHost = new HostWriter(tun, queue, inbound.tally());
        out = new OutLoop(queue, outbound, errorsToHost, CAPACITY, clock);
        in = new InLoop(sockets, inbound, toHost, errors);
        running = List.of(thread("wire-out", () -> run(out)), thread("wire-in", () -> run(in)));
    }

    /// In the network namespace of the calling thread.
    ///
    /// @throws OsException EBUSY when there is one already, EPERM without CAP_NET_ADMIN
    static Tun openDevice() throws IOException {
        Tun tun = Tun.create(WireNames.DEVICE, 1, Offload.all());
        try {
            // no address, not even a link-local one; then even a loose reverse path filter drops
            // what comes from where nothing is diverted to
            Sysctl.write("ipv4/conf/" + WireNames.DEVICE + "/rp_filter", "0");
            if (Sysctl.exists("ipv6/conf/" + WireNames.DEVICE + "/addr_gen_mode")) {
                Sysctl.write("ipv6/conf/" + WireNames.DEVICE + "/addr_gen_mode", "1");
            }
            tun.setMtu(MTU);
            tun.setQueueLength(QUEUE_LENGTH);
            try (Rtnetlink network = Rtnetlink.open()) {
                network.limitSuperPackets(tun.interfaceIndex(), MAXIMUM_SUPER_PACKET);
            }
            tun.setUp(true);
            return tun;
        } catch (IOException e) {
            tun.close();
            throw e;
        }
    }

    private Thread thread(String name, Runnable task) {
        return Thread.ofPlatform()
                .daemon()
                .name(name)
                .uncaughtExceptionHandler(
                        (_, bug) -> failed.accept("the thread " + name + ": " + bug))
                .unstarted(task);
    }

    void start() {
        running.forEach(Thread::start);
    }

    Tun tun() {
        return tun;
    }

    /// For the thread of what goes out.
    HostWriter errorsToHost() {
        return errorsToHost;
    }

    /// For the thread of what comes in.
    HostWriter toHost() {
        return toHost;
    }

    /// Lets the thread of what goes out look after packets that wait. Any thread.
    void wakeOut() {
        out.wake();
    }

    /// Lets the thread of what comes in look after sockets that are new. Any thread.
    void wakeIn() {
        in.wake();
    }

    private void run(PacketLoop loop) {
        try {
            loop.run();
        } catch (OsException broken) {
            broke(broken);
        } catch (UncheckedIOException broken) {
            broke(Objects.requireNonNull(broken.getCause()));
        }
    }

    private void broke(IOException broken) {
        boolean isDevice = broken instanceof OsException e && e.is(ErrorNumber.EBADFD);
        if (!isDevice) {
            failed.accept(String.valueOf(broken.getMessage()));
        } else if (isLost.compareAndSet(false, true)) {
            lost.run();
        }
    }

    /// Ends the threads, then the device. Again: nothing.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        out.stop();
        in.stop();
        for (Thread each : running) {
            boolean interrupted = false;
            while (each.isAlive()) {
                try {
                    each.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        tun.close();
        out.close();
        in.close();
        errorsToHost.close();
        toHost.close();
    }
}

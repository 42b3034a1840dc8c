package org.jipsec.daemon;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The TUN device of the [Wire], and the threads that carry packets between it and the sockets: for
/// each of its queues one in each direction. When somebody deletes the device all end, and others
/// are to be made.
///
/// The kernel gives the packets of a flow to one of the device's queues: that by which a packet of
/// the other direction came last, before that any.
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

    /// What gives packets to the host by one queue of the device.
    ///
    /// @param errors for the thread of what goes out
    /// @param packets for the thread of what comes in
    record Writers(HostWriter errors, HostWriter packets) {}

    private final Tun tun;
    private final List<Writers> writers = new ArrayList<>();
    private final List<PacketLoop> loops = new ArrayList<>();
    private final Runnable lost;
    private final Consumer<String> failed;
    private final AtomicBoolean isLost = new AtomicBoolean();
    private final List<Thread> running = new ArrayList<>();
    private boolean closed;

    /// @param tun with as many queues as there are in `queues`
    /// @param errors takes what sockets say of packets sent before; by a thread of this
    /// @param lost is told, once, that the device is gone; by any thread
    /// @param failed is told why else a thread has ended
    DeviceThreads(
            Tun tun,
            List<PacketQueue> queues,
            WireSockets sockets,
            InstantSource clock,
            Consumer<SocketError> errors,
            Runnable lost,
            Consumer<String> failed)
            throws OsException {
        this.tun = tun;
        this.lost = lost;
        this.failed = failed;
        for (PacketQueue each : queues) {
            TunQueue queue = tun.queues().get(each.number);
            HostWriter back = new HostWriter(tun, queue, each.outbound.tally());
            HostWriter toHost = new HostWriter(tun, queue, each.inbound.tally());
            writers.add(new Writers(back, toHost));
            String number = each.number == 0 ? "" : "-" + each.number;
            begin("wire-out" + number, new OutLoop(queue, each.outbound, back, CAPACITY, clock));
            begin(
                    "wire-in" + number,
                    new InLoop(sockets, each.number, each.inbound, toHost, errors));
        }
    }

    private void begin(String name, PacketLoop loop) {
        loops.add(loop);
        running.add(thread(name, () -> run(loop)));
    }

    /// In the network namespace of the calling thread.
    ///
    /// @throws OsException EBUSY when there is one already, EPERM without CAP_NET_ADMIN
    static Tun openDevice(int queues) throws IOException {
        Tun tun = Tun.create(WireNames.DEVICE, queues, Offload.all());
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

    /// Of one queue.
    Writers writers(int queue) {
        return writers.get(queue);
    }

    /// Lets all threads look around: after packets that wait, after sockets that are new. Any
    /// thread.
    void wake() {
        loops.forEach(PacketLoop::wake);
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
        loops.forEach(PacketLoop::stop);
        running.forEach(ThreadEnd::await);
        tun.close();
        loops.forEach(PacketLoop::close);
        for (Writers each : writers) {
            each.errors.close();
            each.packets.close();
        }
    }
}

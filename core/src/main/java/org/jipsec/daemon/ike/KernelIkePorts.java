package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.isakmp.UdpFraming;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.ReceiveBatch;
import org.jipsec.os.SendBatch;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.UdpSocket;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The kernel's UDP sockets, one for each place, so that an answer leaves from where the question
/// came to. One thread receives by all of them.
public final class KernelIkePorts implements IkePorts {
    /// Sockets at most.
    static final int MAXIMUM = 1024;

    private static final int SLOTS = 16;
    private static final int LARGEST = 65_536;
    private static final int BUFFER = 1 << 20;
    private static final int ROUNDS = 8;
    private static final int CLOSING_SECONDS = 2;

    private final IkeSocketOptions options;
    private final Poller poller;
    private final SendBatch out = new SendBatch(1, LARGEST);
    private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();
    private final Thread receiver;
    private volatile boolean closed;

    // of the receiving thread
    private final Map<Integer, Open> bySlot = new HashMap<>();

    private record Open(KernelIkePort port, Consumer<UdpDatagram> received) {}

    private KernelIkePorts(IkeSocketOptions options, Poller poller) {
        this.options = options;
        this.poller = poller;
        this.receiver = Thread.ofPlatform().daemon().name("ike-receiver").unstarted(this::receive);
    }

    /// In the network namespace of the calling thread.
    public static KernelIkePorts create(IkeSocketOptions options) throws OsException {
        KernelIkePorts ports = new KernelIkePorts(options, Poller.create(MAXIMUM));
        ports.receiver.start();
        return ports;
    }

    @Override
    public IkePort open(ListeningPlace place, Consumer<UdpDatagram> received) throws IOException {
        UdpSocket socket =
                UdpSocket.bind(
                        place.place(),
                        SocketOptions.DEFAULT
                                .withMark(options.mark())
                                .withBuffers(BUFFER, BUFFER)
                                .withOffloads(EnumSet.noneOf(Offload.class)));
        try {
            socket.allowFragments();
            if (options.bypass()) {
                socket.bypassPolicies();
            }
            boolean takesEsp =
                    options.takesEsp()
                            && (place.udpEncapsulation()
                                    ? socket.takeEspInUdp()
                                    : socket.takeEspBesideIke());
            KernelIkePort port =
                    new KernelIkePort(this, place, socket, "fd=" + socket.fileNumber(), takesEsp);
            submit(() -> watch(new Open(port, received)));
            return port;
        } catch (OsException refused) {
            socket.close();
            throw refused;
        }
    }

    SendBatch out() {
        return out;
    }

    /// Returns when the port is closed, so that its address can be bound anew.
    void close(KernelIkePort port) {
        CountDownLatch done = new CountDownLatch(1);
        submit(
                () -> {
                    forget(port);
                    done.countDown();
                });
        if (Thread.currentThread() == receiver) {
            return;
        }
        try {
            if (!done.await(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the receiver of IKE does not answer");
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        poller.wake();
        try {
            receiver.join(TimeUnit.SECONDS.toMillis(CLOSING_SECONDS));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void submit(Runnable errand) {
        errands.add(errand);
        poller.wake();
        if (closed && !receiver.isAlive()) {
            runErrands();
        }
    }

    private void runErrands() {
        for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
            errand.run();
        }
    }

    // ---- the receiving thread ----

    private void receive() {
        try (ReceiveBatch batch = new ReceiveBatch(SLOTS, LARGEST)) {
            while (!closed) {
                poller.await(Poller.FOREVER);
                for (Map.Entry<Integer, Open> each : bySlot.entrySet()) {
                    int slot = each.getKey();
                    if (poller.isReadable(slot) || poller.hasError(slot)) {
                        drain(each.getValue(), batch);
                    }
                }
                runErrands();
            }
        } catch (OsException broken) {
            throw new IllegalStateException(broken); // poll(2) itself does not work
        } finally {
            runErrands();
            bySlot.values().forEach(each -> closeSocket(each.port()));
            bySlot.clear();
            poller.close();
            out.close();
        }
    }

    private void watch(Open open) {
        try {
            bySlot.put(poller.add(open.port().socket(), true, false), open);
        } catch (OsException closedAlready) {
            closeSocket(open.port());
        }
    }

    private void forget(KernelIkePort port) {
        bySlot.entrySet()
                .removeIf(
                        each -> {
                            boolean found = each.getValue().port() == port;
                            if (found) {
                                poller.remove(each.getKey());
                            }
                            return found;
                        });
        closeSocket(port);
    }

    private void closeSocket(KernelIkePort port) {
        synchronized (out) {
            port.socket().close();
        }
    }

    /// A part of what is there, so that others have their turn.
    private static void drain(Open open, ReceiveBatch batch) {
        UdpSocket socket = open.port().socket();
        try {
            socket.drainErrors(_ -> {}); // that nobody is there, the silence tells
            for (int round = 0; round < ROUNDS && socket.receive(batch) > 0; round++) {
                for (int slot = 0; slot < batch.size(); slot++) {
                    UdpDatagram datagram = datagram(open.port().place(), batch, slot);
                    if (datagram != null) {
                        open.received().accept(datagram);
                    }
                }
            }
        } catch (OsException broken) {
            // of this socket alone; its address is gone, and rtnetlink says so, too
        }
    }

    private static @Nullable UdpDatagram datagram(
            ListeningPlace place, ReceiveBatch batch, int slot) {
        byte[] octets = new byte[batch.length(slot)];
        batch.copy(slot, 0, octets, 0, octets.length);
        ByteBuffer datagram = ByteBuffer.wrap(octets);
        if (octets.length == 0
                || batch.isTruncated(slot)
                || batch.sourcePort(slot) == 0
                || UdpFraming.isKeepalive(datagram)) {
            return null;
        }
        byte[] source = new byte[batch.isIpv6(slot) ? 16 : 4];
        batch.copySource(slot, source, 0);
        return new UdpDatagram(
                place.place(),
                new InetSocketAddress(
                        address(source, batch.interfaceIndex(slot)), batch.sourcePort(slot)),
                Bytes.rest(UdpFraming.withoutMarker(datagram)));
    }

    private static InetAddress address(byte[] octets, int device) {
        try {
            if (octets.length == 4) {
                return InetAddress.getByAddress(octets);
            }
            boolean linkLocal = (octets[0] & 0xff) == 0xfe && (octets[1] & 0xc0) == 0x80;
            return Inet6Address.getByAddress(null, octets, linkLocal ? device : -1);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(octets.length + " octets", impossible);
        }
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.InboundPath;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketTally;
import org.jipsec.dataplane.RebuiltHeaders;
import org.jipsec.os.MessageSocket;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.RawSocket;
import org.jipsec.os.ReceiveBatch;
import org.jipsec.os.SocketError;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A thread from the wire to the host: receives from its sockets, puts headers in front of what
/// comes without, hands all of it to the [InboundPath]. It also empties the error queues.
final class InLoop extends PacketLoop {
    private static final int LARGEST = 1 << 16;
    private static final int UDP_SLOTS = 8;
    private static final int RAW_SLOTS = 32;

    /// How often one socket is asked before the others have their turn.
    private static final int TURNS = 8;

    private final WireSockets sockets;
    private final int queue;
    private final InboundPath path;
    private final HostWriter toHost;
    private final Consumer<SocketError> errors;
    private final ReceiveBatch udpBatch = new ReceiveBatch(UDP_SLOTS, LARGEST);
    private final ReceiveBatch rawBatch = new ReceiveBatch(RAW_SLOTS, LARGEST);
    private final PacketBatch batch;
    private final PacketTally tally;
    private final RebuiltHeaders headers = new RebuiltHeaders();

    // As the sockets were when last looked at; the same index in the lists and in the slots.
    private List<WireSockets.UdpPort> udp = List.of();
    private List<RawSocket> raw = List.of();
    private List<MessageSocket> watched = List.of();
    private int[] slots = {};

    /// @param queue whose sockets it receives from
    /// @param errors takes what stands in the sockets' error queues
    InLoop(
            WireSockets sockets,
            int queue,
            InboundPath path,
            HostWriter toHost,
            Consumer<SocketError> errors)
            throws OsException {
        super(2 * WireSockets.MAXIMUM_PORTS + WireSockets.MAXIMUM_RAW_SOCKETS);
        this.sockets = sockets;
        this.queue = queue;
        this.path = path;
        this.toHost = toHost;
        this.errors = errors;
        this.batch = path.newBatch();
        this.tally = path.tally();
    }

    @Override
    void run() throws OsException {
        while (!isStopped()) {
            watch();
            poller.await(Poller.FOREVER);
            for (int i = 0; i < slots.length; i++) {
                boolean ready = poller.isReadable(slots[i]);
                if (poller.hasError(slots[i])) {
                    // an error that is in no queue goes away by receiving
                    ready |= watched.get(i).drainErrors(errors) == 0;
                }
                if (i < raw.size()) {
                    if (ready) {
                        receiveRaw(raw.get(i));
                    }
                } else if (i < raw.size() + udp.size() && ready) {
                    receiveUdp(udp.get(i - raw.size()));
                }
            }
        }
    }

    /// Takes in sockets that are new.
    private void watch() throws OsException {
        if (udp == sockets.udp(queue) && raw == sockets.receivers(queue)) {
            return;
        }
        for (int slot : slots) {
            poller.remove(slot);
        }
        udp = sockets.udp(queue);
        raw = sockets.receivers(queue);
        List<MessageSocket> all = new ArrayList<>(raw);
        udp.forEach(each -> all.add(each.socket()));
        int receiving = all.size();
        if (queue == 0) {
            all.addAll(sockets.senders()); // of all queues, for their errors
        }
        watched = all;
        slots = new int[all.size()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = poller.add(all.get(i), i < receiving, false);
        }
    }

    private void receiveUdp(WireSockets.UdpPort from) throws OsException {
        for (int turn = 0; turn < TURNS; turn++) {
            int count = from.socket().receive(udpBatch);
            for (int i = 0; i < count; i++) {
                takeDatagrams(i, from.port());
            }
            process();
            if (count < UDP_SLOTS) {
                return;
            }
        }
    }

    /// One message: a datagram, or several of one flow.
    private void takeDatagrams(int slot, int port) {
        boolean ipv4 = !udpBatch.isIpv6(slot);
        int length = udpBatch.length(slot);
        int size = Math.max(udpBatch.segmentSize(slot), 1);
        if (udpBatch.isTruncated(slot) || !udpBatch.hasDestination(slot)) {
            tally.count(DropReason.BUFFER_TOO_SMALL);
            return;
        }
        readHeaders(udpBatch, slot, ipv4);
        int at = 0;
        do {
            int octets = Math.min(size, length - at);
            int front = RebuiltHeaders.udpHeaders(ipv4);
            PacketBuffer packet = add();
            headers.udp(packet, ipv4, udpBatch.sourcePort(slot), port, octets);
            udpBatch.copy(slot, at, packet.array(), packet.offset() + front, octets);
            at += octets;
        } while (at < length);
    }

    private void receiveRaw(RawSocket from) throws OsException {
        for (int turn = 0; turn < TURNS; turn++) {
            int count = from.receive(rawBatch);
            for (int i = 0; i < count; i++) {
                if (rawBatch.isTruncated(i)) {
                    tally.count(DropReason.BUFFER_TOO_SMALL);
                } else if (rawBatch.isIpv6(i)) {
                    takeIpv6(i, from.protocol());
                } else {
                    PacketBuffer packet = add();
                    packet.length(rawBatch.length(i));
                    rawBatch.copy(i, 0, packet.array(), packet.offset(), rawBatch.length(i));
                }
            }
            process();
            if (count < RAW_SLOTS) {
                return;
            }
        }
    }

    /// Puts back the header and the extension headers that the kernel tells of.
    private void takeIpv6(int slot, int protocol) {
        if (!rawBatch.hasDestination(slot)) {
            tally.count(DropReason.TRUNCATED_HEADER);
            return;
        }
        readHeaders(rawBatch, slot, false);
        headers.hopLimit = Math.max(rawBatch.hopLimit(slot), 0);
        headers.flowLabel = rawBatch.flowLabel(slot);
        int extensions = rawBatch.extensions(slot);
        int front = 0;
        for (int i = 0; i < extensions; i++) {
            front += rawBatch.extensionLength(slot, i);
        }
        int length = rawBatch.length(slot);
        if (front + length > 0xffff) {
            tally.count(DropReason.REASSEMBLED_TOO_LARGE);
            return;
        }
        PacketBuffer packet = add();
        int first = extensions > 0 ? rawBatch.extensionType(slot, 0) : protocol;
        headers.raw(packet, first, front + length);
        int at = packet.offset() + packet.length() - length - front;
        for (int i = 0; i < extensions; i++) {
            rawBatch.copyExtension(slot, i, packet.array(), at);
            at += rawBatch.extensionLength(slot, i);
        }
        rawBatch.copy(slot, 0, packet.array(), at, length);
    }

    private void readHeaders(ReceiveBatch from, int slot, boolean ipv4) {
        from.copySource(slot, headers.addresses, 0);
        from.copyDestination(slot, headers.addresses, ipv4 ? 4 : 16);
        headers.trafficClass = Math.max(from.trafficClass(slot), 0);
    }

    private PacketBuffer add() {
        if (batch.isFull()) {
            path.receive(batch);
            batch.clear();
        }
        return batch.add();
    }

    private void process() {
        if (batch.size() > 0) {
            path.receive(batch);
            batch.clear();
        }
        toHost.flush();
    }

    @Override
    public void close() {
        super.close();
        udpBatch.close();
        rawBatch.close();
    }
}

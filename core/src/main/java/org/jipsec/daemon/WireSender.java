package org.jipsec.daemon;

import org.jipsec.dataplane.CarriedDatagram;
import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketTally;
import org.jipsec.os.IpFamily;
import org.jipsec.os.MessageSocket;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.SendBatch;
import org.jipsec.os.UdpSocket;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;
import java.util.Arrays;

/// Sends what the [org.jipsec.dataplane.OutboundPath] gives to the wire: ESP in UDP by the socket
/// of its source port, runs of equal datagrams in one call ([SendBatch#segmentSize]); all else as
/// it is by a raw socket, many in one call. Packets of one SA keep their order. One thread.
final class WireSender implements Link, AutoCloseable {
    /// How long a full socket may stop us before what waits is given up.
    private static final int PATIENCE_MILLIS = 200;

    private static final int RAW_MESSAGES = 64;
    private static final int RAW_OCTETS = 256 << 10;
    private static final int RUNS = 16;
    private static final int RUN_OCTETS = 512 << 10;

    private final WireSockets sockets;
    private final int queue;
    private final PacketTally tally;
    private final Poller poller;
    private final SendBatch runs = new SendBatch(RUNS, RUN_OCTETS);
    private final int[] datagrams = new int[RUNS];
    private final SendBatch raw4 = new SendBatch(RAW_MESSAGES, RAW_OCTETS);
    private final SendBatch raw6 = new SendBatch(RAW_MESSAGES, RAW_OCTETS);
    private final int[] ones = new int[RAW_MESSAGES];
    private final CarriedDatagram next = new CarriedDatagram();

    /// The first datagram of the run that may grow.
    private final CarriedDatagram run = new CarriedDatagram();

    private boolean growing;

    /// Of all [#runs].
    private @Nullable UdpSocket socket;

    WireSender(WireSockets sockets, int queue, PacketTally tally) throws OsException {
        this.sockets = sockets;
        this.queue = queue;
        this.tally = tally;
        this.poller = Poller.create(1);
        Arrays.fill(ones, 1);
    }

    /// @throws UncheckedIOException of the [OsException] when a socket is broken
    @Override
    public void send(PacketBatch batch) {
        try {
            for (int i = 0; i < batch.size(); i++) {
                add(batch.packet(i));
            }
            flush();
        } catch (OsException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void add(PacketBuffer packet) throws OsException {
        if (next.read(packet)) {
            UdpSocket by =
                    sockets.udp(
                            queue,
                            next.isIpv4() ? IpFamily.IPV4 : IpFamily.IPV6,
                            next.sourcePort());
            if (by != null) {
                addToRuns(packet, by);
                return;
            }
        }
        addRaw(packet);
    }

    private void addToRuns(PacketBuffer packet, UdpSocket by) throws OsException {
        if (by != socket) {
            flushRuns();
            socket = by;
        }
        int length = next.length();
        if (growing
                && length <= run.length()
                && datagrams[runs.size() - 1] < SendBatch.MAXIMUM_SEGMENTS
                && runs.canAppend(length)
                && run.goesWith(next)) {
            runs.append(packet.array(), next.payload(), length);
            datagrams[runs.size() - 1]++;
            growing = length == run.length();
            return;
        }
        if (!runs.hasRoom(length)) {
            flushRuns();
        }
        runs.add(packet.array(), next.payload(), length);
        runs.segmentSize(length);
        int octets = next.addressOctets();
        runs.destination(next.addresses(), octets, octets, next.destinationPort(), 0);
        runs.source(next.addresses(), 0, octets);
        if (next.trafficClass() != 0) {
            runs.trafficClass(next.trafficClass());
        }
        datagrams[runs.size() - 1] = 1;
        run.set(next);
        growing = true;
    }

    private void addRaw(PacketBuffer packet) throws OsException {
        boolean ipv6 = (packet.array()[packet.offset()] & 0xf0) == 0x60;
        SendBatch batch = ipv6 ? raw6 : raw4;
        if (!batch.hasRoom(packet.length())) {
            flushRaw(ipv6);
        }
        batch.addPacket(packet.array(), packet.offset(), packet.length());
    }

    private void flush() throws OsException {
        flushRuns();
        flushRaw(false);
        flushRaw(true);
    }

    private void flushRuns() throws OsException {
        flush(socket, runs, datagrams);
        growing = false;
    }

    private void flushRaw(boolean ipv6) throws OsException {
        flush(sockets.sender(ipv6 ? IpFamily.IPV6 : IpFamily.IPV4), ipv6 ? raw6 : raw4, ones);
    }

    /// @param packets how many each message of the batch is
    private void flush(@Nullable MessageSocket by, SendBatch batch, int[] packets)
            throws OsException {
        if (batch.isEmpty()) {
            return;
        }
        if (by == null) {
            tally.count(DropReason.NOT_SENT, batch.size());
        } else {
            by.send(batch);
            if (!batch.isDone()) {
                waitFor(by, batch);
            }
            if (batch.failures() > 0 || !batch.isDone()) {
                countUnsent(batch, packets);
            }
        }
        batch.clear();
    }

    private void waitFor(MessageSocket by, SendBatch batch) throws OsException {
        int slot = poller.add(by, false, true);
        int idle = 0;
        while (!batch.isDone() && idle < 2) {
            boolean room = poller.await(PATIENCE_MILLIS) > 0;
            idle = by.send(batch) > 0 || room ? 0 : idle + 1;
        }
        poller.remove(slot);
    }

    private void countUnsent(SendBatch batch, int[] packets) {
        int unsent = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.failure(i) != 0 || (!batch.isDone() && i == batch.size() - 1)) {
                unsent += packets[i];
            }
        }
        tally.count(DropReason.NOT_SENT, unsent);
    }

    @Override
    public void close() {
        poller.close();
        runs.close();
        raw4.close();
        raw6.close();
    }
}

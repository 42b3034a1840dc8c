package org.jipsec.daemon;

import org.jipsec.dataplane.CarriedDatagram;
import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketTally;
import org.jipsec.os.IpFamily;
import org.jipsec.os.OsException;
import org.jipsec.os.RawSocket;
import org.jipsec.os.SendBatch;
import org.jipsec.os.UdpSocket;
import org.jspecify.annotations.Nullable;

import java.io.UncheckedIOException;

/// Sends what the [org.jipsec.dataplane.OutboundPath] gives to the wire: ESP in UDP by the socket
/// of its source port, runs of equal datagrams in one call ([SendBatch#segmentSize]); all else as
/// it is by a raw socket ([RawQueue]). Packets of one SA keep their order. One thread.
final class WireSender implements Link, AutoCloseable {
    private static final int RUNS = 16;
    private static final int RUN_OCTETS = 512 << 10;

    private final WireSockets sockets;
    private final PacketTally tally;
    private final BatchSender sender;
    private final RawQueue raw;
    private final SendBatch runs = new SendBatch(RUNS, RUN_OCTETS);
    private final int[] datagrams = new int[RUNS];
    private final CarriedDatagram next = new CarriedDatagram();

    /// The first datagram of the run that may grow.
    private final CarriedDatagram run = new CarriedDatagram();

    private boolean growing;

    /// Of all [#runs].
    private @Nullable UdpSocket socket;

    /// @param tally of the calling thread
    /// @param tallyOfRaw for the thread of the raw sockets
    WireSender(WireSockets sockets, PacketTally tally, PacketTally tallyOfRaw) throws OsException {
        this.sockets = sockets;
        this.tally = tally;
        this.sender = new BatchSender(unsent -> tally.count(DropReason.NOT_SENT, unsent));
        this.raw =
                new RawQueue(
                        unsent -> tally.count(DropReason.NOT_SENT, unsent),
                        unsent -> tallyOfRaw.count(DropReason.NOT_SENT, unsent));
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
                    sockets.udp(next.isIpv4() ? IpFamily.IPV4 : IpFamily.IPV6, next.sourcePort());
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
        RawSocket by = sockets.sender(ipv6 ? IpFamily.IPV6 : IpFamily.IPV4);
        if (by == null) {
            tally.count(DropReason.NOT_SENT);
        } else {
            raw.add(by, packet.array(), packet.offset(), packet.length());
        }
    }

    private void flush() throws OsException {
        flushRuns();
        raw.flush();
    }

    private void flushRuns() throws OsException {
        if (socket != null && !runs.isEmpty()) {
            sender.send(socket, runs, datagrams);
            runs.clear();
        }
        growing = false;
    }

    @Override
    public void close() {
        raw.close();
        sender.close();
        runs.close();
    }
}

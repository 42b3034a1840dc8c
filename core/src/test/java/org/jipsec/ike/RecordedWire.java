package org.jipsec.ike;

import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// The IKE and ESP packets of a capture on Ethernet.
final class RecordedWire {
    sealed interface Packet {
        InetAddress source();

        Bytes octets();
    }

    /// @param octets from the ISAKMP header on, without the marker of port 4500
    record Isakmp(InetAddress source, Bytes octets) implements Packet {}

    /// @param octets from the SPI on
    record Esp(InetAddress source, Bytes octets) implements Packet {}

    private static final int GLOBAL_HEADER = 24;
    private static final int ETHERNET_HEADER = 14;
    private static final int IPV4 = 0x0800;
    private static final int UDP = 17;
    private static final int ESP = 50;

    private RecordedWire() {}

    static List<Packet> read(String resource) {
        List<Packet> packets = new ArrayList<>();
        try (InputStream in = RecordedWire.class.getResourceAsStream(resource)) {
            ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            file.position(GLOBAL_HEADER);
            while (file.hasRemaining()) {
                file.getLong(); // time
                int captured = file.getInt();
                file.getInt(); // length on the wire
                frame(file.slice(file.position(), captured), packets);
                file.position(file.position() + captured);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return packets;
    }

    private static void frame(ByteBuffer frame, List<Packet> packets) throws IOException {
        if (frame.getShort(ETHERNET_HEADER - 2) != IPV4) {
            return;
        }
        int length = Short.toUnsignedInt(frame.getShort(ETHERNET_HEADER + 2));
        ByteBuffer datagram = frame.slice(ETHERNET_HEADER, length);
        byte[] source = new byte[4];
        datagram.get(12, source);
        InetAddress from = InetAddress.getByAddress(source);
        int protocol = datagram.get(9);
        datagram.position(4 * (datagram.get(0) & 0x0f));
        if (protocol == ESP) {
            packets.add(new Esp(from, Bytes.rest(datagram)));
        } else if (protocol == UDP) {
            int port = Short.toUnsignedInt(datagram.getShort());
            datagram.position(datagram.position() + 6);
            if (port == 500) {
                packets.add(new Isakmp(from, Bytes.rest(datagram)));
            } else if (port == 4500 && datagram.remaining() > 4) {
                boolean marked = datagram.getInt(datagram.position()) == 0;
                datagram.position(datagram.position() + (marked ? 4 : 0));
                Bytes rest = Bytes.rest(datagram);
                packets.add(marked ? new Isakmp(from, rest) : new Esp(from, rest));
            }
        }
    }
}

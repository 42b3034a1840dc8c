package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The UDP datagrams of ports 500 and 4500 in captures (pcap; Ethernet or none below IPv4).
final class Captures {
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int LINK_NULL = 0;
    private static final int UDP = 17;

    private Captures() {}

    /// @param payload of UDP, as much of it as was captured
    record Datagram(int sourcePort, int destinationPort, Bytes payload) {
        boolean isIke() {
            return isIke(sourcePort) || isIke(destinationPort);
        }

        private static boolean isIke(int port) {
            return port == 500 || port == 4500;
        }
    }

    /// The captures of a folder below `/isakmp/`, by name.
    static List<String> names(String folder) {
        try (var files =
                Files.list(Path.of(Captures.class.getResource("/isakmp/" + folder).toURI()))) {
            return files.map(file -> folder + "/" + file.getFileName()).sorted().toList();
        } catch (IOException | java.net.URISyntaxException broken) {
            throw new IllegalStateException(broken);
        }
    }

    static List<Datagram> read(String name) {
        ByteBuffer file;
        try (var in = Captures.class.getResourceAsStream("/isakmp/" + name)) {
            file = ByteBuffer.wrap(Objects.requireNonNull(in, name).readAllBytes());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        file.order(ByteOrder.LITTLE_ENDIAN);
        int ipAt = file.getInt(20) == LINK_NULL ? 4 : 14;
        List<Datagram> datagrams = new ArrayList<>();
        int at = FILE_HEADER;
        while (at + RECORD_HEADER <= file.limit()) {
            int length = file.getInt(at + 8);
            ByteBuffer frame = file.slice(at + RECORD_HEADER, length);
            at += RECORD_HEADER + length;
            if (length >= ipAt + 28
                    && (frame.get(ipAt) & 0xf0) == 0x40
                    && frame.get(ipAt + 9) == UDP) {
                ByteBuffer udp = frame.position(ipAt + 4 * (frame.get(ipAt) & 15)).slice();
                int end = Math.min(udp.limit(), Math.max(8, udp.getShort(4) & 0xffff));
                Datagram datagram =
                        new Datagram(
                                udp.getShort(0) & 0xffff,
                                udp.getShort(2) & 0xffff,
                                Bytes.rest(udp.position(8).limit(end)));
                if (datagram.isIke()) {
                    datagrams.add(datagram);
                }
            }
        }
        return datagrams;
    }

    /// What of a capture is IKE and not ESP in UDP or a keepalive.
    static List<Bytes> messages(String name) {
        List<Bytes> messages = new ArrayList<>();
        for (Datagram datagram : read(name)) {
            ByteBuffer octets = datagram.payload().buffer();
            boolean esp =
                    datagram.sourcePort() == 4500
                            && octets.remaining() > 4
                            && octets.getInt(0) != 0;
            if (!esp && !UdpFraming.isKeepalive(octets)) {
                messages.add(Bytes.rest(UdpFraming.withoutMarker(octets)));
            }
        }
        return messages;
    }
}

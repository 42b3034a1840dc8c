package org.jipsec.cli;

import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketText;
import org.jipsec.trace.TraceFrame;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Collectors;

/// One line for a packet: when, which way, what came, what it became, and why.
///
/// ```
/// 09:41:07.112233 out 10.0.1.7 > 10.0.2.9: ICMP echo request, id 7, seq 1, length 64
///     => 192.0.2.1 > 192.0.2.2: ESP(spi=0x00000201,seq=0x1)  [esp 0x00000201, policy 8 …]
/// ```
/// (on one line).
final class TracePrinter {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");

    private final PrintWriter out;
    private final ZoneId zone;
    private long packets;
    private long lost;

    TracePrinter(PrintWriter out, ZoneId zone) {
        this.out = out;
        this.zone = zone;
    }

    /// Shown so far: a packet and what it became count once.
    long packets() {
        return packets;
    }

    long lost() {
        return lost;
    }

    void print(TraceFrame frame) throws IOException {
        if (frame.lost() != lost) {
            out.println("... " + (frame.lost() - lost) + " packets lost: there were too many");
            lost = frame.lost();
        }
        List<TraceFrame.Packet> shown = frame.packets();
        if (!shown.isEmpty()) {
            packets++;
            TraceFrame.Packet first = shown.getFirst();
            out.print(TIME.withZone(zone).format(first.time()));
            out.print(first.inward() ? " in  " : " out ");
            out.print(shown.stream().map(TracePrinter::text).collect(Collectors.joining(" => ")));
            out.println("  [" + first.comment() + "]");
        }
        out.flush();
    }

    private static String text(TraceFrame.Packet packet) {
        return PacketText.line(PacketBuffer.of(packet.octets()));
    }
}

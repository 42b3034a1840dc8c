package org.jipsec.dataplane;

import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/// One line for a packet, as tcpdump prints it:
///
/// ```
/// 12:45:39.373005 192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x1):
///     ESP(spi=0x00000201,seq=0x1) (DF)
/// ```
///
/// Any octets will do: what is not a packet is said not to be one.
public final class PacketText {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");

    /// IP in IP in IP …: enough to show what is going on.
    private static final int MAXIMUM_DEPTH = 8;

    private PacketText() {}

    /// @param zone of the clock's time
    public static String line(Instant time, ZoneId zone, PacketBuffer packet) {
        return TIME.withZone(zone).format(time) + ' ' + line(packet);
    }

    /// Without the time.
    public static String line(PacketBuffer packet) {
        PacketBuffer copy = PacketBuffer.ofCapacity(packet.length());
        copy.load(packet);
        return ip(copy, 0);
    }

    private static String ip(PacketBuffer packet, int depth) {
        IpHeaders headers = new IpHeaders();
        DropReason wrong = headers.read(packet);
        if (wrong != null) {
            return "[" + wrong.word() + "], " + packet.length() + " octets";
        }
        FlowKey flow = new FlowKey();
        headers.flow(packet, flow);
        boolean withPorts =
                flow.portsKnown
                        && (headers.upperProtocol == IpHeaders.UDP
                                || headers.upperProtocol == IpHeaders.TCP
                                || headers.upperProtocol == IpHeaders.SCTP
                                || headers.upperProtocol == IpHeaders.DCCP
                                || headers.upperProtocol == IpHeaders.UDP_LITE);
        StringBuilder text = new StringBuilder();
        text.append(end(Addresses.source(flow), withPorts, flow.sourcePort));
        text.append(" > ");
        text.append(end(Addresses.destination(flow), withPorts, flow.destinationPort));
        text.append(": ");
        if (headers.fragmentOffset == 0) {
            body(packet, headers.upperProtocol, headers.upper, flow, depth, text);
        }
        if (headers.fragment) {
            if (headers.fragmentOffset == 0) {
                text.append(' ');
            }
            text.append("(frag ")
                    .append(Integer.toUnsignedString(headers.fragmentId))
                    .append(':')
                    .append(packet.length() - headers.upper)
                    .append('@')
                    .append(headers.fragmentOffset)
                    .append(headers.moreFragments ? "+)" : ")");
        }
        if (headers.ipv4 && (packet.array()[packet.offset() + 6] & 0x40) != 0) {
            text.append(" (DF)");
        }
        return text.toString();
    }

    private static String end(InetAddress address, boolean withPort, int port) {
        return IpText.text(address) + (withPort ? "." + port : "");
    }

    /// @param position of the header of `protocol`, from the start of the packet
    private static void body(
            PacketBuffer packet,
            int protocol,
            int position,
            FlowKey flow,
            int depth,
            StringBuilder text) {
        int length = packet.length() - position;
        switch (protocol) {
            case IpHeaders.AH -> ah(packet, position, flow, depth, text);
            case IpHeaders.ESP -> esp(packet, position, text);
            case IpHeaders.IPCOMP -> {
                if (isThere(packet, position, 4, "ipcomp", text)) {
                    text.append("IPComp(cpi=0x%04x)".formatted(u16(packet, position + 2)));
                }
            }
            case IpHeaders.UDP -> udp(packet, position, flow, text);
            case IpHeaders.TCP -> text.append("TCP, length ").append(length);
            case IpHeaders.ICMP -> icmp(packet, position, "ICMP ", 8, 0, text);
            case IpHeaders.ICMPV6 -> icmp(packet, position, "ICMP6, ", 128, 129, text);
            case IpHeaders.IPV4 -> inner(packet, position, "IP ", depth, text);
            case IpHeaders.IPV6 -> inner(packet, position, "IP6 ", depth, text);
            case IpHeaders.NO_NEXT_HEADER -> text.append("no next header");
            default -> text.append("ip-proto-").append(protocol).append(", length ").append(length);
        }
    }

    private static void ah(
            PacketBuffer packet, int position, FlowKey flow, int depth, StringBuilder text) {
        if (!isThere(packet, position, 12, "ah", text)) {
            return;
        }
        text.append(
                "AH(spi=0x%08x,seq=0x%x): "
                        .formatted(s32(packet, position + 4), s32(packet, position + 8)));
        int header = (u8(packet, position + 1) + 2) * 4;
        if (isThere(packet, position, header, "ah", text) && depth < MAXIMUM_DEPTH) {
            body(packet, u8(packet, position), position + header, flow, depth + 1, text);
        }
    }

    private static void esp(PacketBuffer packet, int position, StringBuilder text) {
        if (isThere(packet, position, 8, "esp", text)) {
            text.append(
                    "ESP(spi=0x%08x,seq=0x%x)"
                            .formatted(s32(packet, position), s32(packet, position + 4)));
        }
    }

    private static void udp(PacketBuffer packet, int position, FlowKey flow, StringBuilder text) {
        if (!isThere(packet, position, 8, "udp", text)) {
            return;
        }
        int payload = packet.length() - position - 8;
        boolean encapsulation =
                flow.sourcePort == UdpEncapsulation.DEFAULT_PORT
                        || flow.destinationPort == UdpEncapsulation.DEFAULT_PORT;
        if (!encapsulation || payload == 0) {
            text.append("UDP, length ").append(payload);
        } else if (payload == 1 && u8(packet, position + 8) == 0xff) {
            text.append("isakmp-nat-keep-alive");
        } else if (payload >= 4 && s32(packet, position + 8) == 0) {
            text.append("NONESP-encap: isakmp, length ").append(payload - 4);
        } else {
            text.append("UDP-encap: ");
            esp(packet, position + 8, text);
        }
    }

    private static void icmp(
            PacketBuffer packet,
            int position,
            String name,
            int request,
            int reply,
            StringBuilder text) {
        if (!isThere(packet, position, 8, "icmp", text)) {
            return;
        }
        int type = u8(packet, position);
        text.append(name);
        if (type == request || type == reply) {
            text.append(type == request ? "echo request, id " : "echo reply, id ")
                    .append(u16(packet, position + 4))
                    .append(", seq ")
                    .append(u16(packet, position + 6));
        } else {
            text.append("type ").append(type).append(" code ").append(u8(packet, position + 1));
        }
        text.append(", length ").append(packet.length() - position);
    }

    private static void inner(
            PacketBuffer packet, int position, String name, int depth, StringBuilder text) {
        if (depth >= MAXIMUM_DEPTH) {
            text.append(name).append('…');
            return;
        }
        int length = packet.length() - position;
        PacketBuffer inside = PacketBuffer.ofCapacity(length);
        inside.load(packet.array(), packet.offset() + position, length);
        text.append(name).append(ip(inside, depth + 1));
    }

    private static boolean isThere(
            PacketBuffer packet, int position, int octets, String name, StringBuilder text) {
        boolean there = packet.length() - position >= octets;
        if (!there) {
            text.append("[|").append(name).append(']');
        }
        return there;
    }

    private static int u8(PacketBuffer packet, int position) {
        return Octets.u8(packet.array(), packet.offset() + position);
    }

    private static int u16(PacketBuffer packet, int position) {
        return Octets.u16(packet.array(), packet.offset() + position);
    }

    private static int s32(PacketBuffer packet, int position) {
        return Octets.s32(packet.array(), packet.offset() + position);
    }
}

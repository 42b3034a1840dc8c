package org.jipsec.dataplane;

import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// What stands in a packet for everybody to see: for people who look for it, not for the packet
/// path.
///
/// @param protocol of the upper layer, after all extension headers
/// @param ports false where there are none or they cannot be seen; then both are 0. For ICMP type
/// and code
/// @param spi of ESP (in UDP too) and AH; of IPComp the CPI
public record PacketFacts(
        InetAddress source,
        InetAddress destination,
        int protocol,
        boolean ports,
        int sourcePort,
        int destinationPort,
        OptionalInt spi) {
    /// Empty for octets that are no packet.
    public static Optional<PacketFacts> of(Bytes octets) {
        PacketBuffer packet = PacketBuffer.ofCapacity(octets.length());
        packet.load(octets.toArray(), 0, octets.length());
        IpHeaders headers = new IpHeaders();
        if (headers.read(packet) != null) {
            return Optional.empty();
        }
        FlowKey flow = new FlowKey();
        headers.flow(packet, flow);
        return Optional.of(
                new PacketFacts(
                        Addresses.source(flow),
                        Addresses.destination(flow),
                        headers.upperProtocol,
                        flow.portsKnown,
                        flow.portsKnown ? flow.sourcePort : 0,
                        flow.portsKnown ? flow.destinationPort : 0,
                        headers.fragmentOffset == 0
                                ? spi(octets, headers.upperProtocol, headers.upper, flow)
                                : OptionalInt.empty()));
    }

    private static OptionalInt spi(Bytes octets, int protocol, int upper, FlowKey flow) {
        return switch (protocol) {
            case IpHeaders.ESP -> number(octets, upper, 4);
            case IpHeaders.AH -> number(octets, upper + 4, 4);
            case IpHeaders.IPCOMP -> number(octets, upper + 2, 2);
            case IpHeaders.UDP -> {
                OptionalInt inUdp =
                        flow.sourcePort == UdpEncapsulation.DEFAULT_PORT
                                        || flow.destinationPort == UdpEncapsulation.DEFAULT_PORT
                                ? number(octets, upper + 8, 4)
                                : OptionalInt.empty();
                // four octets of 0 are the mark of IKE
                yield inUdp.isPresent() && inUdp.getAsInt() != 0 ? inUdp : OptionalInt.empty();
            }
            default -> OptionalInt.empty();
        };
    }

    private static OptionalInt number(Bytes octets, int position, int size) {
        if (position + size > octets.length()) {
            return OptionalInt.empty();
        }
        int value = 0;
        for (int i = 0; i < size; i++) {
            value = value << 8 | octets.u8(position + i);
        }
        return OptionalInt.of(value);
    }
}

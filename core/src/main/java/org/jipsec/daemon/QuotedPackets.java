package org.jipsec.daemon;

import org.jipsec.dataplane.AddressBits;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.SaLookup;
import org.jipsec.os.SocketError;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Whether an error is about a packet of ours. Anybody can send ICMP messages, but only who is on
/// the way has seen which SPI goes where: that is what a message must quote. Any thread.
final class QuotedPackets {
    private static final int IPV4_IN_IP = 4;
    private static final int UDP = 17;
    private static final int IPV6_IN_IP = 41;
    private static final int ESP = 50;
    private static final int AH = 51;
    private static final int IPCOMP = 108;

    private final SaLookup sas;

    /// Where tunnels of IPComp lead, which send what does not shrink as it is: without a number.
    private final Set<InetAddress> compressing = ConcurrentHashMap.newKeySet();

    QuotedPackets(SaLookup sas) {
        this.sas = sas;
    }

    /// There is an SA of IPComp in tunnel mode to this peer.
    void addCompressingTunnel(InetAddress peer) {
        compressing.add(peer);
    }

    /// Whether what the error says may be true.
    boolean contain(SocketError error) {
        return switch (error.origin()) {
            case LOCAL -> true;
            case ICMP, ICMPV6 -> isOurs(error);
            case OTHER -> false;
        };
    }

    private boolean isOurs(SocketError error) {
        if (error.protocol() == IPV4_IN_IP || error.protocol() == IPV6_IN_IP) {
            return compressing.contains(error.destination());
        }
        ByteBuffer quoted = error.quoted().buffer();
        try {
            return switch (error.protocol()) {
                case ESP, UDP -> isThere(ESP, (int) Wire.u32(quoted), error);
                case AH -> {
                    Wire.skip(quoted, 4); // next header, length, reserved
                    yield isThere(AH, (int) Wire.u32(quoted), error);
                }
                case IPCOMP -> {
                    Wire.skip(quoted, 2); // next header, flags
                    yield isThere(IPCOMP, Wire.u16(quoted), error);
                }
                default -> false;
            };
        } catch (WireException tooShort) {
            return false;
        }
    }

    private boolean isThere(int protocol, int spi, SocketError error) {
        FlowKey outer = new FlowKey();
        outer.ipv4 = error.destination() instanceof Inet4Address;
        outer.destinationHigh = AddressBits.high(error.destination());
        outer.destinationLow = AddressBits.low(error.destination());
        return sas.inbound(protocol, spi, outer) != null;
    }
}

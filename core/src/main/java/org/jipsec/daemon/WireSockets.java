package org.jipsec.daemon;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.MessageSocket;
import org.jipsec.os.OsException;
import org.jipsec.os.RawSocket;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.UdpSocket;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/// The sockets by which protected packets come and go, each with jipsec's mark: raw ones of ESP, AH
/// and IPComp, those of the UDP ports where ESP in UDP is received, one for each family by which
/// anything is sent.
///
/// Opened and closed by one thread; the packet threads read [#udp], [#receivers] as they are now.
final class WireSockets implements AutoCloseable, IntPredicate {
    /// Ports where ESP in UDP is received, at most.
    static final int MAXIMUM_PORTS = 16;

    /// Three protocols and IP in IP, of two families, and the senders.
    static final int MAXIMUM_RAW_SOCKETS = 12;

    private static final int[] PROTOCOLS = {50, 51, 108};

    /// For the bursts that come while a packet thread has no turn.
    private static final int BUFFER = 4 << 20;

    static final SocketOptions OPTIONS =
            SocketOptions.DEFAULT.withMark(WireNames.MARK).withBuffers(BUFFER, BUFFER);

    /// A UDP socket and its port.
    record UdpPort(UdpSocket socket, int port, IpFamily family) {}

    private final Map<IpFamily, RawSocket> senders = new EnumMap<>(IpFamily.class);
    private volatile List<RawSocket> receivers = List.of();
    private volatile List<UdpPort> udp = List.of();

    private WireSockets() {}

    /// @throws OsException EPERM without CAP_NET_RAW
    static WireSockets open() throws OsException {
        WireSockets sockets = new WireSockets();
        try {
            sockets.openFamily(IpFamily.IPV4);
            try {
                sockets.openFamily(IpFamily.IPV6);
            } catch (OsException e) {
                if (!e.is(ErrorNumber.EAFNOSUPPORT)) {
                    throw e;
                } // a host without IPv6
            }
        } catch (OsException e) {
            sockets.close();
            throw e;
        }
        return sockets;
    }

    private void openFamily(IpFamily family) throws OsException {
        senders.put(family, RawSocket.sender(family, OPTIONS));
        for (int protocol : PROTOCOLS) {
            add(RawSocket.receiver(family, protocol, OPTIONS));
        }
    }

    private void add(RawSocket receiver) {
        List<RawSocket> more = new ArrayList<>(receivers);
        more.add(receiver);
        receivers = List.copyOf(more);
    }

    /// Receives IP in IP from now on, as which tunnels of IPComp send what does not shrink.
    void openIpInIp() throws OsException {
        add(RawSocket.receiver(IpFamily.IPV4, 4, OPTIONS));
        if (hasIpv6()) {
            add(RawSocket.receiver(IpFamily.IPV6, 41, OPTIONS));
            add(RawSocket.receiver(IpFamily.IPV4, 41, OPTIONS));
            add(RawSocket.receiver(IpFamily.IPV6, 4, OPTIONS));
        }
    }

    /// Receives ESP in UDP at one more port.
    ///
    /// @throws OsException EADDRINUSE when a program of the host has it
    void openPort(int port) throws OsException {
        if (test(port)) {
            return;
        }
        List<UdpPort> more = new ArrayList<>(udp);
        UdpSocket socket = UdpSocket.bind(IpFamily.IPV4, port, OPTIONS);
        more.add(new UdpPort(socket, port, IpFamily.IPV4));
        if (hasIpv6()) {
            try {
                UdpSocket socket6 = UdpSocket.bind(IpFamily.IPV6, port, OPTIONS);
                more.add(new UdpPort(socket6, port, IpFamily.IPV6));
            } catch (OsException e) {
                socket.close();
                throw e;
            }
        }
        udp = List.copyOf(more);
    }

    boolean hasIpv6() {
        return senders.containsKey(IpFamily.IPV6);
    }

    /// Whether ESP in UDP is received at this port.
    @Override
    public boolean test(int port) {
        List<UdpPort> now = udp;
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).port == port) {
                return true;
            }
        }
        return false;
    }

    Set<Integer> ports() {
        Set<Integer> ports = new TreeSet<>();
        udp.forEach(each -> ports.add(each.port));
        return ports;
    }

    /// Null when there is none.
    @Nullable UdpSocket udp(IpFamily family, int port) {
        List<UdpPort> now = udp;
        for (int i = 0; i < now.size(); i++) {
            UdpPort each = now.get(i);
            if (each.port == port && each.family == family) {
                return each.socket;
            }
        }
        return null;
    }

    List<UdpPort> udp() {
        return udp;
    }

    List<RawSocket> receivers() {
        return receivers;
    }

    /// Null for IPv6 on a host without it.
    @Nullable RawSocket sender(IpFamily family) {
        return senders.get(family);
    }

    Collection<RawSocket> senders() {
        return senders.values();
    }

    /// After the packet threads have ended.
    @Override
    public void close() {
        receivers.forEach(MessageSocket::close);
        udp.forEach(each -> each.socket.close());
        senders.values().forEach(MessageSocket::close);
    }
}

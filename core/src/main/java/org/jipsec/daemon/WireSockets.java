package org.jipsec.daemon;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.MessageSocket;
import org.jipsec.os.OsException;
import org.jipsec.os.RawSocket;
import org.jipsec.os.Share;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.UdpSocket;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/// The sockets by which protected packets come and go, each with jipsec's mark: raw ones of ESP, AH
/// and IPComp, those of the UDP ports where ESP in UDP is received, one for each family by which
/// anything is sent. Where several threads receive, each has its own of those that receive, among
/// which the kernel shares out the packets ([Share]).
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

    private final int queues;
    private final Map<IpFamily, RawSocket> senders = new EnumMap<>(IpFamily.class);

    // By queue.
    private volatile List<List<RawSocket>> receivers;
    private volatile List<List<UdpPort>> udp;

    private WireSockets(int queues) {
        this.queues = queues;
        receivers = Collections.nCopies(queues, List.of());
        udp = Collections.nCopies(queues, List.of());
    }

    /// @param queues how many threads receive
    /// @throws OsException EPERM without CAP_NET_RAW
    static WireSockets open(int queues) throws OsException {
        WireSockets sockets = new WireSockets(queues);
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
            for (int i = 0; i < queues; i++) {
                add(i, RawSocket.receiver(family, protocol, new Share(i, queues), OPTIONS));
            }
        }
    }

    private void add(int queue, RawSocket receiver) {
        receivers = with(receivers, queue, receiver);
    }

    private static <T> List<List<T>> with(List<List<T>> all, int queue, T one) {
        List<T> more = new ArrayList<>(all.get(queue));
        more.add(one);
        List<List<T>> changed = new ArrayList<>(all);
        changed.set(queue, List.copyOf(more));
        return List.copyOf(changed);
    }

    /// Receives IP in IP from now on, as which tunnels of IPComp send what does not shrink. It has
    /// no SPI to be shared out by, and goes to the first queue.
    void openIpInIp() throws OsException {
        add(0, RawSocket.receiver(IpFamily.IPV4, 4, OPTIONS));
        if (hasIpv6()) {
            add(0, RawSocket.receiver(IpFamily.IPV6, 41, OPTIONS));
            add(0, RawSocket.receiver(IpFamily.IPV4, 41, OPTIONS));
            add(0, RawSocket.receiver(IpFamily.IPV6, 4, OPTIONS));
        }
    }

    /// Receives ESP in UDP at one more port.
    ///
    /// @throws OsException EADDRINUSE when a program of the host has it
    void openPort(int port) throws OsException {
        if (test(port)) {
            return;
        }
        List<UdpSocket> ipv4 = UdpSocket.bindShared(IpFamily.IPV4, port, queues, OPTIONS);
        List<UdpSocket> ipv6 = List.of();
        if (hasIpv6()) {
            try {
                ipv6 = UdpSocket.bindShared(IpFamily.IPV6, port, queues, OPTIONS);
            } catch (OsException e) {
                ipv4.forEach(UdpSocket::close);
                throw e;
            }
        }
        List<List<UdpPort>> more = udp;
        for (int i = 0; i < queues; i++) {
            more = with(more, i, new UdpPort(ipv4.get(i), port, IpFamily.IPV4));
            if (!ipv6.isEmpty()) {
                more = with(more, i, new UdpPort(ipv6.get(i), port, IpFamily.IPV6));
            }
        }
        udp = more;
    }

    boolean hasIpv6() {
        return senders.containsKey(IpFamily.IPV6);
    }

    /// Whether ESP in UDP is received at this port.
    @Override
    public boolean test(int port) {
        List<UdpPort> now = udp.getFirst();
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i).port == port) {
                return true;
            }
        }
        return false;
    }

    Set<Integer> ports() {
        Set<Integer> ports = new TreeSet<>();
        udp.getFirst().forEach(each -> ports.add(each.port));
        return ports;
    }

    /// Null when there is none.
    @Nullable UdpSocket udp(int queue, IpFamily family, int port) {
        List<UdpPort> now = udp.get(queue);
        for (int i = 0; i < now.size(); i++) {
            UdpPort each = now.get(i);
            if (each.port == port && each.family == family) {
                return each.socket;
            }
        }
        return null;
    }

    List<UdpPort> udp(int queue) {
        return udp.get(queue);
    }

    List<RawSocket> receivers(int queue) {
        return receivers.get(queue);
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
        receivers.forEach(each -> each.forEach(MessageSocket::close));
        udp.forEach(each -> each.forEach(one -> one.socket.close()));
        senders.values().forEach(MessageSocket::close);
    }
}

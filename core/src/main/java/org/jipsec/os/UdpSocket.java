package org.jipsec.os;

import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A UDP socket of one family, not connected. Tells the destination and the traffic class of what
/// it receives, sends with DF and reports too-big messages by [#drainErrors] (PMTUDISC_PROBE: the
/// kernel's own idea of the path MTU is left aside).
public final class UdpSocket extends MessageSocket {
    private final boolean coalescing;

    private UdpSocket(
            int number, String name, IpFamily family, boolean shared, SocketOptions options)
            throws OsException {
        super(number, name, family);
        try {
            configure(options);
            if (shared) {
                set("SO_REUSEPORT", Layouts.SOL_SOCKET, Layouts.SO_REUSEPORT, 1);
            }
            switch (family) {
                case IPV4 -> {
                    set("IP_PKTINFO", Layouts.SOL_IP, Layouts.IP_PKTINFO, 1);
                    set("IP_RECVTOS", Layouts.SOL_IP, Layouts.IP_RECVTOS, 1);
                }
                case IPV6 -> {
                    set("IPV6_V6ONLY", Layouts.SOL_IPV6, Layouts.IPV6_V6ONLY, 1);
                    set("IPV6_RECVPKTINFO", Layouts.SOL_IPV6, Layouts.IPV6_RECVPKTINFO, 1);
                    set("IPV6_RECVTCLASS", Layouts.SOL_IPV6, Layouts.IPV6_RECVTCLASS, 1);
                }
            }
            // a size of 0 changes nothing, and tells whether the option is known
            segmentation(
                    options.wanted().contains(Offload.UDP_SEGMENT)
                            && grants("UDP_SEGMENT", Layouts.SOL_UDP, Layouts.UDP_SEGMENT, 0));
            coalescing =
                    options.wanted().contains(Offload.UDP_GRO)
                            && grants("UDP_GRO", Layouts.SOL_UDP, Layouts.UDP_GRO, 1);
        } catch (OsException e) {
            close();
            throw e;
        }
    }

    /// @param local address, or the wildcard of the family wanted, and port; 0 lets the kernel
    ///     choose one
    /// @throws OsException EADDRINUSE, EADDRNOTAVAIL, EACCES for a port below 1024 without
    ///     CAP_NET_BIND_SERVICE, EPERM for a mark without the right to it
    public static UdpSocket bind(InetSocketAddress local, SocketOptions options)
            throws OsException {
        return bind(local, false, options);
    }

    private static UdpSocket bind(InetSocketAddress local, boolean shared, SocketOptions options)
            throws OsException {
        Platform.require();
        InetAddress address = local.getAddress();
        IpFamily family = IpFamily.of(address);
        String name = "udp " + IpText.text(address) + " port " + local.getPort();
        UdpSocket socket =
                new UdpSocket(
                        Call.socket(family.number(), Layouts.SOCK_DGRAM, Layouts.IPPROTO_UDP),
                        name,
                        family,
                        shared,
                        options);
        try (NativeBuffer memory = NativeBuffer.ofSize(Layouts.SOCKADDR_SLOT)) {
            int length = SocketNames.write(memory, local);
            if (Libc.bind(socket.number(), memory.address(), length) < 0) {
                throw new OsException("bind", name, Libc.errno());
            }
        } catch (OsException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /// Every address of this host, of one family.
    public static UdpSocket bind(IpFamily family, int port, SocketOptions options)
            throws OsException {
        return bind(any(family, port), options);
    }

    /// Several sockets of one port, every address of this host, of one family. A datagram comes to
    /// one of them, all of one sender to the same. Only these share the port.
    ///
    /// @param count 1 or more
    /// @throws OsException as [#bind]; EADDRINUSE also when another program would share
    public static List<UdpSocket> bindShared(
            IpFamily family, int port, int count, SocketOptions options) throws OsException {
        if (count == 1) {
            return List.of(bind(family, port, options));
        }
        bind(family, port, options).close(); // one that does not share finds whoever is there
        List<UdpSocket> group = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                group.add(bind(any(family, port), true, options));
            }
            SharePrograms.attachChoice(group.getFirst(), count);
            for (UdpSocket other : group.subList(1, count)) {
                SharePrograms.attachUnicastFilter(other);
            }
            return List.copyOf(group);
        } catch (OsException e) {
            group.forEach(UdpSocket::close);
            throw e;
        }
    }

    private static InetSocketAddress any(IpFamily family, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[family.addressOctets()]), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    public int port() throws OsException {
        try (NativeBuffer memory = NativeBuffer.ofSize(Layouts.SOCKADDR_SLOT + 8)) {
            memory.putInt(Layouts.SOCKADDR_SLOT, Layouts.SOCKADDR_SLOT);
            long length = memory.address() + Layouts.SOCKADDR_SLOT;
            if (Libc.getsockname(number(), memory.address(), length) < 0) {
                throw new OsException("getsockname", name(), Libc.errno());
            }
            return memory.getNetworkShort(Layouts.SOCKADDR_PORT);
        }
    }

    /// What the kernel calls it, as `ls /proc/PID/fd` does.
    ///
    /// @throws OsException EBADF when this is closed
    public int fileNumber() throws OsException {
        return number();
    }

    /// Lets IP cut what is too long for the path, instead of refusing it.
    public void allowFragments() throws OsException {
        switch (family()) {
            case IPV4 ->
                    set(
                            "IP_MTU_DISCOVER",
                            Layouts.SOL_IP,
                            Layouts.IP_MTU_DISCOVER,
                            Layouts.PMTUDISC_DONT);
            case IPV6 ->
                    set(
                            "IPV6_MTU_DISCOVER",
                            Layouts.SOL_IPV6,
                            Layouts.IPV6_MTU_DISCOVER,
                            Layouts.PMTUDISC_DONT);
        }
    }

    /// Has the kernel's IPsec take ESP in UDP out of what comes here (RFC 3948); the rest comes to
    /// us.
    ///
    /// @return whether it does
    public boolean takeEspInUdp() throws OsException {
        return grants("UDP_ENCAP", Layouts.SOL_UDP, Layouts.UDP_ENCAP, Layouts.UDP_ENCAP_ESPINUDP);
    }

    /// The same in the form of the drafts 00 and 01 of RFC 3948, on the port of IKE itself: ESP has
    /// eight octets of zero before it.
    ///
    /// @return whether it does; Linux no longer does from 6.9 on
    public boolean takeEspBesideIke() throws OsException {
        return grants(
                "UDP_ENCAP",
                Layouts.SOL_UDP,
                Layouts.UDP_ENCAP,
                Layouts.UDP_ENCAP_ESPINUDP_NON_IKE);
    }

    /// Lets what comes and goes here pass the kernel's IPsec policies by.
    ///
    /// @throws OsException EPERM without CAP_NET_ADMIN, ENOPROTOOPT and others from a kernel
    ///     without IPsec
    public void bypassPolicies() throws OsException {
        SocketPolicies.bypass(this);
    }

    /// [Offload#UDP_SEGMENT] goes out of the set when a send shows that a device cannot.
    public Set<Offload> granted() {
        EnumSet<Offload> granted = EnumSet.noneOf(Offload.class);
        if (hasSegmentation()) {
            granted.add(Offload.UDP_SEGMENT);
        }
        if (coalescing) {
            granted.add(Offload.UDP_GRO);
        }
        return Collections.unmodifiableSet(granted);
    }

    @Override
    int protocol() {
        return Layouts.IPPROTO_UDP;
    }
}

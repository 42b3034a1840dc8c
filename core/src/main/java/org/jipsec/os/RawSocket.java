package org.jipsec.os;

/// A raw socket. Needs CAP_NET_RAW.
///
/// A [#receiver] gets every packet of its protocol that is for this host, put together from its
/// fragments: of IPv4 whole, from the IP header on, of IPv6 what follows the headers, with what the
/// batch tells of them. ICMP errors about packets of that protocol stand in *its* error queue,
/// whichever socket has sent them. A [#sender] takes whole packets of any protocol, IP header
/// first; too-big ones for the device stand in its error queue.
public final class RawSocket extends MessageSocket {
    private final int protocol;

    private RawSocket(int number, String name, IpFamily family, int protocol) {
        super(number, name, family);
        this.protocol = protocol;
    }

    /// What it receives.
    @Override
    public int protocol() {
        return protocol;
    }

    /// @param protocol 50, 51, 108, or another that IP carries
    public static RawSocket receiver(IpFamily family, int protocol, SocketOptions options)
            throws OsException {
        return receiver(family, protocol, Share.ALL, options);
    }

    /// @param protocol 50, 51 or 108 when there are several
    /// @param share of the SPIs that this socket gets, of IPComp the CPIs
    public static RawSocket receiver(
            IpFamily family, int protocol, Share share, SocketOptions options) throws OsException {
        RawSocket socket = open(family, protocol, "raw protocol " + protocol);
        try {
            if (share.count() > 1) {
                SharePrograms.attachFilter(socket, share);
            }
            socket.configure(options);
            switch (family) {
                case IPV4 -> socket.set("IP_PKTINFO", Layouts.SOL_IP, Layouts.IP_PKTINFO, 1);
                case IPV6 -> socket.askForHeaders();
            }
        } catch (OsException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    /// Of IPv4 the kernel fills in a checksum, always, and an identification and a source address
    /// of 0.
    public static RawSocket sender(IpFamily family, SocketOptions options) throws OsException {
        RawSocket socket = open(family, Layouts.IPPROTO_RAW, "raw sender");
        try {
            socket.configure(options);
            switch (family) {
                case IPV4 -> socket.set("IP_HDRINCL", Layouts.SOL_IP, Layouts.IP_HDRINCL, 1);
                case IPV6 -> socket.set("IPV6_HDRINCL", Layouts.SOL_IPV6, Layouts.IPV6_HDRINCL, 1);
            }
        } catch (OsException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    private static RawSocket open(IpFamily family, int protocol, String name) throws OsException {
        Platform.require();
        return new RawSocket(
                Call.socket(family.number(), Layouts.SOCK_RAW, protocol),
                name + (family == IpFamily.IPV6 ? " over IPv6" : " over IPv4"),
                family,
                protocol);
    }

    private void askForHeaders() throws OsException {
        set("IPV6_RECVPKTINFO", Layouts.SOL_IPV6, Layouts.IPV6_RECVPKTINFO, 1);
        set("IPV6_RECVHOPLIMIT", Layouts.SOL_IPV6, Layouts.IPV6_RECVHOPLIMIT, 1);
        set("IPV6_RECVTCLASS", Layouts.SOL_IPV6, Layouts.IPV6_RECVTCLASS, 1);
        set("IPV6_FLOWINFO", Layouts.SOL_IPV6, Layouts.IPV6_FLOWINFO, 1);
        set("IPV6_RECVHOPOPTS", Layouts.SOL_IPV6, Layouts.IPV6_RECVHOPOPTS, 1);
        set("IPV6_RECVRTHDR", Layouts.SOL_IPV6, Layouts.IPV6_RECVRTHDR, 1);
        set("IPV6_RECVDSTOPTS", Layouts.SOL_IPV6, Layouts.IPV6_RECVDSTOPTS, 1);
    }
}

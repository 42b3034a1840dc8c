package org.jipsec.os;

/// Structures, requests and options of 64-bit little-endian Linux, the same on x86_64 and aarch64:
/// the one place that knows where a field stands. Offsets and sizes in octets.
final class Layouts {
    // open(2), socket(2), eventfd(2)
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    // poll(2)
    static final int POLLFD_SIZE = 8;
    static final int POLLFD_FD = 0;
    static final int POLLFD_EVENTS = 4;
    static final int POLLFD_REVENTS = 6;
    static final short POLLIN = 1;
    static final short POLLOUT = 4;
    static final short POLLERR = 8;
    static final short POLLHUP = 0x10;
    static final short POLLNVAL = 0x20;

    // setns(2)
    static final int CLONE_NEWNET = 0x40000000;

    // netdevice(7), linux/if_tun.h
    static final int IFREQ_SIZE = 40;
    static final int IFREQ_NAME_SIZE = 16;
    static final int IFREQ_VALUE = 16;
    static final int SIOCGIFFLAGS = 0x8913;
    static final int SIOCSIFFLAGS = 0x8914;
    static final int SIOCGIFMTU = 0x8921;
    static final int SIOCSIFMTU = 0x8922;
    static final int SIOCGIFINDEX = 0x8933;
    static final int SIOCSIFTXQLEN = 0x8943;
    static final short IFF_UP = 1;
    static final long TUNSETIFF = 0x400454caL;
    static final long TUNSETOFFLOAD = 0x400454d0L;
    static final long TUNSETVNETHDRSZ = 0x400454d8L;
    static final short IFF_TUN = 0x0001;
    static final short IFF_MULTI_QUEUE = 0x0100;
    static final short IFF_NO_PI = 0x1000;
    static final short IFF_VNET_HDR = 0x4000;
    static final short IFF_TUN_EXCL = (short) 0x8000;
    static final int TUN_F_CSUM = 0x01;
    static final int TUN_F_TSO4 = 0x02;
    static final int TUN_F_TSO6 = 0x04;
    static final int TUN_F_USO4 = 0x20;
    static final int TUN_F_USO6 = 0x40;
    static final int VIRTIO_HEADER_SIZE = 10;

    // sockets
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int AF_KEY = 15;
    static final int AF_NETLINK = 16;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;
    static final int IPPROTO_UDP = 17;
    static final int IPPROTO_RAW = 255;
    static final int PF_KEY_V2 = 2;

    // struct sockaddr_in and sockaddr_in6; in a slot that takes either
    static final int SOCKADDR_SLOT = 32;
    static final int SOCKADDR_FAMILY = 0;
    static final int SOCKADDR_PORT = 2; // network byte order
    static final int SOCKADDR_IN_ADDRESS = 4;
    static final int SOCKADDR_IN_SIZE = 16;
    static final int SOCKADDR_IN6_ADDRESS = 8;
    static final int SOCKADDR_IN6_SCOPE = 24;
    static final int SOCKADDR_IN6_SIZE = 28;
    static final int SOCKADDR_NL_SIZE = 12;
    static final int SOCKADDR_NL_PORT = 4;
    static final int SOCKADDR_NL_GROUPS = 8;

    // struct sockaddr_un
    static final int SOCKADDR_UN_PATH = 2;
    static final int SOCKADDR_UN_SIZE = 110;

    // struct sadb_x_policy, as IP_IPSEC_POLICY wants it
    static final int SADB_X_POLICY_SIZE = 16;
    static final int SADB_X_POLICY_LENGTH = 0; // in units of 8 octets
    static final int SADB_X_POLICY_EXTENSION = 2;
    static final int SADB_X_POLICY_TYPE = 4;
    static final int SADB_X_POLICY_DIRECTION = 6;
    static final int SADB_X_EXT_POLICY = 18;
    static final int IPSEC_POLICY_BYPASS = 4;

    // struct xfrm_userpolicy_info, as IP_XFRM_POLICY wants it
    static final int XFRM_POLICY_SIZE = 168;
    static final int XFRM_POLICY_FAMILY = 40;
    static final int XFRM_POLICY_DIRECTION = 160;

    // struct iovec, msghdr, mmsghdr
    static final int IOVEC_SIZE = 16;
    static final int IOVEC_LENGTH = 8;
    static final int MSGHDR_SIZE = 56;
    static final int MSGHDR_NAME = 0;
    static final int MSGHDR_NAME_LENGTH = 8;
    static final int MSGHDR_IOV = 16;
    static final int MSGHDR_IOV_COUNT = 24;
    static final int MSGHDR_CONTROL = 32;
    static final int MSGHDR_CONTROL_LENGTH = 40;
    static final int MSGHDR_FLAGS = 48;
    static final int MMSGHDR_SIZE = 64;
    static final int MMSGHDR_LENGTH = 56;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CTRUNC = 0x08;
    static final int MSG_ERRQUEUE = 0x2000;

    // struct cmsghdr: its length counts the header, the next one is aligned to 8
    static final int CMSG_HEADER = 16;
    static final int CMSG_LEVEL = 8;
    static final int CMSG_TYPE = 12;

    // struct in_pktinfo, in6_pktinfo
    static final int IN_PKTINFO_SIZE = 12;
    static final int IN_PKTINFO_SOURCE = 4;
    static final int IN_PKTINFO_DESTINATION = 8;
    static final int IN6_PKTINFO_SIZE = 20;
    static final int IN6_PKTINFO_INTERFACE = 16;

    // struct sock_extended_err, and the sockaddr behind it
    static final int EXTENDED_ERROR_ORIGIN = 4;
    static final int EXTENDED_ERROR_TYPE = 5;
    static final int EXTENDED_ERROR_CODE = 6;
    static final int EXTENDED_ERROR_INFO = 8;
    static final int EXTENDED_ERROR_SIZE = 16;

    // levels and options
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SO_REUSEPORT = 15;
    static final int SO_ATTACH_FILTER = 26;
    static final int SO_MARK = 36;
    static final int SO_RXQ_OVFL = 40;
    static final int SO_ATTACH_REUSEPORT_CBPF = 51;

    /// struct sock_fprog, and its pointer; struct sock_filter.
    static final int SOCK_FPROG_SIZE = 16;
    static final int SOCK_FPROG_FILTER = 8;
    static final int SOCK_FILTER_SIZE = 8;
    static final int SOL_IP = 0;
    static final int IP_TOS = 1;
    static final int IP_HDRINCL = 3;
    static final int IP_PKTINFO = 8;
    static final int IP_MTU_DISCOVER = 10;
    static final int IP_RECVERR = 11;
    static final int IP_RECVTOS = 13;
    static final int PMTUDISC_DONT = 0;
    static final int PMTUDISC_PROBE = 3;
    static final int IP_IPSEC_POLICY = 16;
    static final int IP_XFRM_POLICY = 17;
    static final int IPV6_IPSEC_POLICY = 34;
    static final int IPV6_XFRM_POLICY = 35;
    static final int SOL_IPV6 = 41;
    static final int IPV6_MTU_DISCOVER = 23;
    static final int IPV6_RECVERR = 25;
    static final int IPV6_V6ONLY = 26;
    static final int IPV6_FLOWINFO = 11;
    static final int IPV6_HDRINCL = 36;
    static final int IPV6_RECVPKTINFO = 49;
    static final int IPV6_PKTINFO = 50;
    static final int IPV6_RECVHOPLIMIT = 51;
    static final int IPV6_HOPLIMIT = 52;
    static final int IPV6_RECVHOPOPTS = 53;
    static final int IPV6_HOPOPTS = 54;
    static final int IPV6_RECVRTHDR = 56;
    static final int IPV6_RTHDR = 57;
    static final int IPV6_RECVDSTOPTS = 58;
    static final int IPV6_DSTOPTS = 59;
    static final int IPV6_RECVTCLASS = 66;
    static final int IPV6_TCLASS = 67;
    static final int SOL_UDP = 17;
    static final int UDP_ENCAP = 100;
    static final int UDP_ENCAP_ESPINUDP_NON_IKE = 1;
    static final int UDP_ENCAP_ESPINUDP = 2;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int SOL_NETLINK = 270;
    static final int NETLINK_ADD_MEMBERSHIP = 1;
    static final int NETLINK_NO_ENOBUFS = 5;
    static final int NETLINK_CAP_ACK = 10;
    static final int NETLINK_EXT_ACK = 11;
    static final int NETLINK_GET_STRICT_CHK = 12;

    private Layouts() {}

    /// What a control message of `octets` takes, its header and padding counted: CMSG_SPACE(3).
    static int controlSpace(int octets) {
        return CMSG_HEADER + align8(octets);
    }

    static int align8(int octets) {
        return (octets + 7) & ~7;
    }
}

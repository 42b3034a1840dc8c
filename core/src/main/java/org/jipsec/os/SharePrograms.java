package org.jipsec.os;

import java.util.ArrayList;
import java.util.List;

/// By which the kernel tells whose packet is whose: classic BPF (bpf(4)), an accumulator A, an
/// index register X, a packet.
final class SharePrograms {
    private static final int ESP = 50;
    private static final int AH = 51;
    private static final int IPCOMP = 108;

    // Operations of classic BPF: class, then size or kind, then mode or source.
    private static final int LOAD_WORD_AT = 0x20;
    private static final int LOAD_HALF_AT = 0x28;
    private static final int LOAD_WORD_AT_X = 0x40;
    private static final int LOAD_HALF_AT_X = 0x48;
    private static final int LOAD_LENGTH = 0x80;
    private static final int LOAD_X = 0x01;
    private static final int LOAD_X_IPV4_HEADER_LENGTH = 0xb1;
    private static final int COPY_TO_X = 0x07;
    private static final int SUBTRACT_X = 0x1c;
    private static final int XOR_X = 0xac;
    private static final int MULTIPLY = 0x24;
    private static final int MODULO = 0x94;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;
    private static final int RETURN_A = 0x16;

    /// Where in a load's offsets the IP header starts, wherever the data does (linux/filter.h).
    private static final int IP_HEADER = -0x10_0000;

    /// Likewise an offset that stands for the packet's type (linux/if_packet.h).
    private static final int PACKET_TYPE = -0x1000 + 4;

    private static final int PACKET_HOST = 0;
    private static final int WHOLE = -1;

    /// Fibonacci hashing: SPIs that people choose differ in any bits.
    private static final int GOLDEN = 0x9e37_79b9;

    private final List<Instruction> instructions = new ArrayList<>();

    /// struct sock_filter.
    private record Instruction(int code, int whenTrue, int whenFalse, int operand) {}

    private SharePrograms() {}

    private SharePrograms then(int code, int operand) {
        return jump(code, operand, 0, 0);
    }

    private SharePrograms jump(int code, int operand, int whenTrue, int whenFalse) {
        instructions.add(new Instruction(code, whenTrue, whenFalse, operand));
        return this;
    }

    private SharePrograms modulo(int count) {
        return then(MULTIPLY, GOLDEN).then(SHIFT_RIGHT, 16).then(MODULO, count);
    }

    /// Lets in what a raw socket of ESP, AH or IPComp shall have: that with its share of the SPIs.
    private static SharePrograms filter(IpFamily family, int protocol, Share share) {
        int offset =
                switch (protocol) {
                    case ESP -> 0;
                    case AH -> 4;
                    case IPCOMP -> 2;
                    default -> throw new IllegalArgumentException("no SPI in " + protocol);
                };
        int size = protocol == IPCOMP ? 2 : 4;
        return new SharePrograms()
                // of IPv6 a raw socket has the payload only
                .then(family == IpFamily.IPV4 ? LOAD_X_IPV4_HEADER_LENGTH : LOAD_X, 0)
                .then(LOAD_LENGTH, 0)
                .then(SUBTRACT_X, 0)
                .jump(JUMP_IF_AT_LEAST, offset + size, 0, 7)
                .then(protocol == IPCOMP ? LOAD_HALF_AT_X : LOAD_WORD_AT_X, offset)
                .modulo(share.count())
                .jump(JUMP_IF_EQUAL, share.index(), 0, 1)
                .then(RETURN, WHOLE)
                .then(RETURN, 0)
                .then(RETURN, share.index() == 0 ? WHOLE : 0);
    }

    /// Names the socket for a datagram: the same for all of one sender. By SPI would be finer, but
    /// the kernel joins datagrams of one sender before it asks (UDP_GRO), whatever their SPIs.
    private static SharePrograms choice(IpFamily family, int count) {
        return new SharePrograms()
                .then(LOAD_WORD_AT, IP_HEADER + (family == IpFamily.IPV4 ? 12 : 20))
                .then(COPY_TO_X, 0)
                // the source port; behind options or extension headers something of theirs
                .then(LOAD_HALF_AT, IP_HEADER + (family == IpFamily.IPV4 ? 20 : 40))
                .then(XOR_X, 0)
                .modulo(count)
                .then(RETURN_A, 0);
    }

    /// Lets in what was sent to this host alone. What was sent to many, each socket of a port gets.
    private static SharePrograms unicast() {
        return new SharePrograms()
                .then(LOAD_WORD_AT, PACKET_TYPE)
                .jump(JUMP_IF_EQUAL, PACKET_HOST, 0, 1)
                .then(RETURN, WHOLE)
                .then(RETURN, 0);
    }

    /// To a raw socket.
    static void attachFilter(RawSocket socket, Share share) throws OsException {
        filter(socket.family(), socket.protocol(), share)
                .attach(socket, "SO_ATTACH_FILTER", Layouts.SO_ATTACH_FILTER);
    }

    /// To one socket of a group with SO_REUSEPORT, for all of them.
    static void attachChoice(UdpSocket socket, int count) throws OsException {
        choice(socket.family(), count)
                .attach(socket, "SO_ATTACH_REUSEPORT_CBPF", Layouts.SO_ATTACH_REUSEPORT_CBPF);
    }

    /// To all sockets of the group but one.
    static void attachUnicastFilter(UdpSocket socket) throws OsException {
        unicast().attach(socket, "SO_ATTACH_FILTER", Layouts.SO_ATTACH_FILTER);
    }

    private void attach(MessageSocket socket, String option, int code) throws OsException {
        int at = Layouts.SOCK_FPROG_SIZE;
        try (NativeBuffer memory =
                NativeBuffer.ofSize(at + instructions.size() * Layouts.SOCK_FILTER_SIZE)) {
            memory.putShort(0, (short) instructions.size());
            memory.putLong(Layouts.SOCK_FPROG_FILTER, memory.address() + at);
            for (Instruction each : instructions) {
                memory.putShort(at, (short) each.code);
                memory.put(at + 2, (byte) each.whenTrue);
                memory.put(at + 3, (byte) each.whenFalse);
                memory.putInt(at + 4, each.operand);
                at += Layouts.SOCK_FILTER_SIZE;
            }
            int result =
                    Libc.setsockopt(
                            socket.number(),
                            Layouts.SOL_SOCKET,
                            code,
                            memory.address(),
                            Layouts.SOCK_FPROG_SIZE);
            if (result < 0) {
                throw new OsException("setsockopt", socket.name() + ", " + option, Libc.errno());
            }
        }
    }
}

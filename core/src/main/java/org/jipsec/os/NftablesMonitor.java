package org.jipsec.os;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Tells when the nftables of the network namespace of the thread that opened it are changed,
/// whoever does it. Wait for it with a [Poller] ([#descriptor]).
public final class NftablesMonitor implements AutoCloseable {
    /// Nobody known.
    public static final long SOMEBODY = 0;

    private static final int BUFFER = 1 << 20;
    private static final int HEADER = 4; // struct nfgenmsg

    private final NetlinkSocket socket;

    private NftablesMonitor(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// @throws OsException EPERM without CAP_NET_ADMIN; EPROTONOSUPPORT of a kernel without
    ///     nfnetlink
    public static NftablesMonitor open() throws OsException {
        return new NftablesMonitor(
                NetlinkSocket.open(Netlink.NETLINK_NETFILTER, Netlink.GROUP_NFTABLES, BUFFER));
    }

    /// Readable when there is something.
    public Descriptor descriptor() {
        return socket;
    }

    /// Takes all that is there and does not wait.
    ///
    /// @return for each change the process that made it, by the number that the machine's first
    ///     namespace has for it; [#SOMEBODY] where that is not told, or was lost
    public List<Long> read() throws OsException {
        List<Long> processes = new ArrayList<>();
        while (true) {
            List<NetlinkAnswer> answers = new ArrayList<>();
            int count = socket.receive(answers);
            if (count == NetlinkSocket.NOTHING) {
                return processes;
            }
            if (count == NetlinkSocket.OVERRUN) {
                processes.add(SOMEBODY);
            }
            for (NetlinkAnswer answer : answers) {
                if (answer.type() == Netlink.NFT_NEW_GENERATION) {
                    processes.add(process(answer));
                }
            }
        }
    }

    private static long process(NetlinkAnswer answer) throws OsException {
        ByteBuffer in = answer.rewound();
        try {
            Wire.skip(in, HEADER);
            ByteBuffer process = NetlinkAnswer.attributes(in).get(Netlink.NFTA_GEN_PROC_PID);
            return process == null || process.remaining() < 4
                    ? SOMEBODY
                    : Integer.toUnsignedLong(
                            process.order(ByteOrder.BIG_ENDIAN).getInt(process.position()));
        } catch (WireException e) {
            throw NetlinkSocket.broken(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}

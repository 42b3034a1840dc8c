package org.jipsec.os;

import org.jspecify.annotations.Nullable;

/// A socket of NETLINK_XFRM in the network namespace of the thread that opens it. Datagrams of
/// whole messages go and come; what stands in them is another's concern.
///
/// For one thread at a time, [#wake] aside.
public final class XfrmSocket implements AutoCloseable {
    /// The most that one [#send] takes, in octets.
    public static final int MAXIMUM = NetlinkSocket.maximumSend();

    private final NetlinkSocket socket;
    private final Poller poller;
    private final int slot;
    private final int port;

    private XfrmSocket(NetlinkSocket socket, Poller poller) throws OsException {
        this.socket = socket;
        this.poller = poller;
        this.slot = poller.add(socket, true, false);
        this.port = socket.port();
    }

    /// @param receiveBuffer in octets; with CAP_NET_ADMIN beyond the system's limit
    /// @throws OsException EPROTONOSUPPORT of a kernel without XFRM
    public static XfrmSocket open(int receiveBuffer) throws OsException {
        NetlinkSocket socket = NetlinkSocket.open(Netlink.NETLINK_XFRM, 0, receiveBuffer);
        Poller poller = null;
        try {
            poller = Poller.create(1);
            return new XfrmSocket(socket, poller);
        } catch (OsException e) {
            if (poller != null) {
                poller.close();
            }
            socket.close();
            throw e;
        }
    }

    /// What the kernel calls this socket in answers and notifications.
    public int port() {
        return port;
    }

    /// From now on receives the notifications of a group.
    ///
    /// @param group XFRMNLGRP_, a number and not a mask
    /// @throws OsException EPERM without CAP_NET_ADMIN
    public void join(int group) throws OsException {
        socket.join(group);
    }

    /// Sends messages as one datagram.
    ///
    /// @param length at most [#MAXIMUM]
    public void send(byte[] octets, int length) throws OsException {
        socket.send(octets, 0, length);
    }

    /// Takes one datagram.
    ///
    /// @param milliseconds how long to wait for one; [Poller#FOREVER]
    /// @return null when none has come by then, or when somebody has called [#wake]
    /// @throws OsException ENOBUFS when the kernel had to drop some, or one was longer than what we
    ///     can take: the next call goes on behind them
    public byte @Nullable [] receive(int milliseconds) throws OsException {
        int length = socket.receive();
        if (length == NetlinkSocket.NOTHING) {
            poller.await(milliseconds);
            length = socket.receive();
        }
        if (length == NetlinkSocket.OVERRUN) {
            throw new OsException(
                    "recv", "NETLINK_XFRM", ErrorNumber.ENOBUFS, "messages were lost");
        }
        return length == NetlinkSocket.NOTHING ? null : socket.datagram(length);
    }

    /// Lets the [#receive] that waits, or else the next one that would, return at once. From any
    /// thread.
    public void wake() {
        poller.wake();
    }

    @Override
    public void close() {
        socket.close();
        poller.close();
    }
}

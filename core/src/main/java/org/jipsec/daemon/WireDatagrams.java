package org.jipsec.daemon;

import org.jipsec.os.ErrorNumber;
import org.jipsec.os.IpFamily;
import org.jipsec.os.OsException;
import org.jipsec.os.SendBatch;
import org.jipsec.os.UdpSocket;
import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/// Sends single datagrams by the wire's UDP sockets: IKE's, which shares its port with ESP.
final class WireDatagrams implements AutoCloseable {
    private final WireSockets sockets;
    private final SendBatch batch = new SendBatch(1, SendBatch.MAXIMUM_DATAGRAM);
    private boolean closed;

    WireDatagrams(WireSockets sockets) {
        this.sockets = sockets;
    }

    /// Any thread; never waits.
    ///
    /// @return why it did not go, lower case; empty when it did
    synchronized String send(InetSocketAddress local, InetSocketAddress remote, byte[] octets) {
        if (closed) {
            return "the wire has ended";
        }
        byte[] source = local.getAddress().getAddress();
        byte[] destination = remote.getAddress().getAddress();
        if (source.length != destination.length || octets.length > SendBatch.MAXIMUM_DATAGRAM) {
            return "invalid argument";
        }
        @Nullable UdpSocket socket =
                sockets.udp(0, source.length == 4 ? IpFamily.IPV4 : IpFamily.IPV6, local.getPort());
        if (socket == null) {
            return "no socket at port " + local.getPort();
        }
        batch.clear();
        batch.add(octets, 0, octets.length);
        int scope = remote.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
        batch.destination(destination, 0, destination.length, remote.getPort(), scope);
        batch.source(source, 0, source.length);
        try {
            socket.send(batch);
        } catch (OsException broken) {
            return text(broken.errno());
        }
        if (batch.failures() > 0) {
            return text(batch.failure(0));
        }
        return batch.isDone() ? "" : text(ErrorNumber.EAGAIN.number());
    }

    private static String text(int errno) {
        return ErrorNumber.numbered(errno).map(ErrorNumber::text).orElse("errno " + errno);
    }

    @Override
    public synchronized void close() {
        closed = true;
        batch.close();
    }
}

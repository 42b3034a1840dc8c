package org.jipsec.daemon.ike;

import org.jipsec.wire.Bytes;

import java.net.InetSocketAddress;

/// One place where IKE's datagrams go out and come in: a socket, or a port of the userspace stack.
///
/// Any thread may send. After [#close] nothing is sent and nothing comes.
public interface IkePort extends AutoCloseable {
    /// Never blocks: what does not go now is lost, as on the way.
    ///
    /// @param message without the marker of RFC 3948, which is put before it where it is due
    /// @return why it did not go, lower case; empty when it did
    String send(InetSocketAddress remote, Bytes message);

    /// Sends the one octet of RFC 3948 2.3, without marker.
    void keepAlive(InetSocketAddress remote);

    /// How the log names what is behind it, as `fd=6`.
    String name();

    /// Whether ESP in UDP comes in here and reaches the SAs.
    boolean takesEsp();

    @Override
    void close();
}

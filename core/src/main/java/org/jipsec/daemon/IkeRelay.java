package org.jipsec.daemon;

import org.jipsec.wire.Bytes;

import java.net.InetSocketAddress;

/// Takes the datagrams for an IKE daemon that come in by a UDP port where ESP is received, too (RFC
/// 3948 2.2).
@FunctionalInterface
public interface IkeRelay {
    /// On a thread that receives packets, one of several: to be quick.
    ///
    /// @param message without the four zeros before it
    void received(InetSocketAddress from, InetSocketAddress to, Bytes message);
}

package org.jipsec.ike;

import java.net.InetAddress;

/// What an operator may ask of the engine.
public sealed interface IkeWish {
    /// A phase 1 with a peer, whether anything needs it or not.
    record Establish(InetAddress local, InetAddress remote) implements IkeWish {}

    /// The end of every phase 1 with a peer, and of what rests on it; the peer is told.
    record Delete(InetAddress local, InetAddress remote) implements IkeWish {}
}

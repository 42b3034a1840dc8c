package org.jipsec.daemon;

import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Optional;

/// What a host knows of its ways, jipsec's own routes aside.
interface HostRoutes {
    /// Where the main table has routes to, of both families, all their other bits zero.
    Collection<Prefix> destinations();

    /// From which address the host would send there; empty when it knows no way.
    Optional<InetAddress> sourceTo(InetAddress destination);

    /// What the way there can carry, as far as is known.
    int mtuTo(InetAddress destination);

    /// The host's own.
    Collection<InetAddress> addresses();
}

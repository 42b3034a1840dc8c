package org.jipsec.dataplane;

import org.jipsec.sadb.PolicyRule;

import java.net.InetAddress;

/// What the packet path has to tell the databases. It does so without waiting for them.
sealed interface Notice {
    /// A soft lifetime in packets or bytes is over.
    record Soft(ActiveSa sa) implements Notice {}

    /// A hard lifetime in packets or bytes is over, or the sequence numbers are.
    record Hard(ActiveSa sa) implements Notice {}

    /// A policy wants an SA that is not there.
    record Wanted(int policyId, PolicyRule rule, InetAddress source, InetAddress destination)
            implements Notice {}

    /// The peer of an encapsulated SA has another address or port: [ActiveSa#mappedAddress]. One of
    /// them at a time waits for each SA, however often its peer moves meanwhile.
    record Remapped(ActiveSa sa) implements Notice {}
}

package org.jipsec.ike;

import org.jipsec.sadb.Policy;

import java.net.InetAddress;

/// That a policy wants SAs.
///
/// @param policy for what leaves
/// @param local our end of the SAs
/// @param remote the peer's
/// @param acquire number of the request of the SPD; 0: it was not that
/// @param generated the policy is not in the SPD yet: it is made for a peer
/// @param again whether it was tried once under an ISAKMP SA that the peer had forgotten
record Need(
        Policy policy,
        InetAddress local,
        InetAddress remote,
        int acquire,
        boolean generated,
        boolean again) {
    Need(Policy policy, InetAddress local, InetAddress remote, int acquire, boolean generated) {
        this(policy, local, remote, acquire, generated, false);
    }

    /// The same again, when its SAs are old.
    Need renewed() {
        return new Need(policy, local, remote, 0, false);
    }

    /// The same again, with a fresh phase 1.
    Need afresh() {
        return new Need(policy, local, remote, acquire, generated, true);
    }
}

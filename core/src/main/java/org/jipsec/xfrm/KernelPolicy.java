package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.wire.Bytes;

import java.util.Optional;

/// A policy as the kernel tells it.
///
/// @param isMain not one of the sub-policies, which are Mobile IPv6's
/// @param mark XFRMA_MARK, if it has one: without it the kernel does not find it
/// @param interfaceId XFRMA_IF_ID, likewise
record KernelPolicy(
        Policy policy,
        CurrentLifetime current,
        boolean isMain,
        Optional<Bytes> mark,
        Optional<Bytes> interfaceId) {
    /// Linux's count when a policy is told.
    private static final int REFERENCES = 2;

    /// @param sequence in a dump
    PolicySnapshot snapshot(int sequence, int processId) {
        return new PolicySnapshot(policy, current, new DumpMark(sequence, processId, REFERENCES));
    }

    /// Whether a lookup has to say more than direction and selector or number.
    boolean isHidden() {
        return mark.isPresent() || interfaceId.isPresent();
    }
}

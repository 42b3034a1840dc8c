package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;

import java.util.Optional;

/// A policy as the kernel tells it.
///
/// @param isMain not one of the sub-policies, which are Mobile IPv6's
record KernelPolicy(
        Policy policy, CurrentLifetime current, boolean isMain, PolicyOriginal original) {
    /// Linux's count when a policy is told.
    private static final int REFERENCES = 2;

    /// @param sequence in a dump
    PolicySnapshot snapshot(int sequence, int processId) {
        return new PolicySnapshot(
                policy,
                current,
                new DumpMark(sequence, processId, REFERENCES),
                Optional.of(original));
    }

    /// Whether a lookup has to say more than direction and selector or number.
    boolean isHidden() {
        return !original.isOfSocket() && !original.name().isEmpty();
    }
}

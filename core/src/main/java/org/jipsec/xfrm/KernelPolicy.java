package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A policy as the kernel tells it.
///
/// @param isMain not one of the sub-policies, which are Mobile IPv6's
record KernelPolicy(
        Policy policy, CurrentLifetime current, boolean isMain, PolicyOriginal original) {
    /// Of a policy and of what its timer holds, that are in the kernel's count when it is told.
    private static final int HELD = 1;

    private static final int HELD_BY_TIMER = 2;

    /// For a second, of which the kernel tells no more than the whole number, each policy has one.
    private static final Duration FIRST_TIMER = Duration.ofSeconds(2);

    /// The kernel does not tell its count over XFRM; it follows from the rest, if no packet goes by
    /// the policy at that moment.
    ///
    /// @param sequence in a dump
    /// @param now by which a policy is new
    PolicySnapshot snapshot(int sequence, int processId, Instant now) {
        return new PolicySnapshot(
                policy,
                current,
                new DumpMark(sequence, processId, references(now)),
                Optional.of(original));
    }

    private int references(Instant now) {
        boolean isNew = now.isBefore(current.added().plus(FIRST_TIMER));
        return !original.isOfSocket() && (isNew || original.isTimed()) ? HELD_BY_TIMER : HELD;
    }

    /// Whether a lookup has to say more than direction and selector or number.
    boolean isHidden() {
        return !original.isOfSocket() && !original.name().isEmpty();
    }
}

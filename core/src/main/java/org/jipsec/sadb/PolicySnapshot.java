package org.jipsec.sadb;

import java.util.Optional;

/// A policy as it was at one moment; [Policy#id] is set.
///
/// @param current its `firstUsed` is the last use, as Linux and setkey have it
/// @param own what the backend needs to put it back as it was, beside the rest
public record PolicySnapshot(
        Policy policy, CurrentLifetime current, DumpMark mark, Optional<BackendPart> own) {
    /// One that says all there is.
    public PolicySnapshot(Policy policy, CurrentLifetime current, DumpMark mark) {
        this(policy, current, mark, Optional.empty());
    }

    public PolicySnapshot withPriority(int newPriority) {
        return new PolicySnapshot(policy.withPriority(newPriority), current, mark, own);
    }

    /// What puts it back, or what has taken its place as it was.
    public SadbOperation restoration() {
        return own.isPresent()
                ? new SadbOperation.RestorePolicy(this)
                : new SadbOperation.UpdatePolicy(policy);
    }
}

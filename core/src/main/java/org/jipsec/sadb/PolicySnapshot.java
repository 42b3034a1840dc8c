package org.jipsec.sadb;

/// A policy as it was at one moment; [Policy#id] is set.
///
/// @param current its `firstUsed` is the last use, as Linux and setkey have it
public record PolicySnapshot(Policy policy, CurrentLifetime current, DumpMark mark) {}

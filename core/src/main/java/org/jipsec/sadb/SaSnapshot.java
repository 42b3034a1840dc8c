package org.jipsec.sadb;

/// An SA as it was at one moment.
public record SaSnapshot(
        SecurityAssociation association, SaState state, CurrentLifetime current, DumpMark mark) {}

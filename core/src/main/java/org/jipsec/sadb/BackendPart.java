package org.jipsec.sadb;

/// What an SA or a policy has that only the backend understands that told of it: marks, interfaces
/// and algorithms of other programs. It is kept for the day on which the thing is to be put back,
/// and goes to that backend alone. Its text is its name: nothing else of it is for anybody's eyes.
public interface BackendPart {
    /// What tells the thing from others of the same common name, as `mark 01000000ff000000`; empty
    /// for the one that is found by the common name.
    String name();

    /// All of it, keys too, for another process that is to put the thing back by a backend of the
    /// same kind.
    byte[] octets();
}

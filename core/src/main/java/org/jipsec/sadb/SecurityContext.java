package org.jipsec.sadb;

/// A label of SELinux and its kind (`-ctx DOI ALG "context"`). Kept and printed, not enforced.
///
/// @param doi 0..255
/// @param algorithm 0..255
public record SecurityContext(int doi, int algorithm, String context) {}

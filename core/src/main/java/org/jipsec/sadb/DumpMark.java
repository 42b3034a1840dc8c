package org.jipsec.sadb;

/// What a dump says of the message an entry came in: setkey prints it.
///
/// @param sequence on Linux 1, 2, … and 0 for the last
/// @param processId who asked (Linux) or who added it (BSD)
/// @param references 0 for Linux's SAs, 2 for its policies
public record DumpMark(int sequence, int processId, int references) {}

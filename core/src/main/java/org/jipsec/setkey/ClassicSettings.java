package org.jipsec.setkey;

/// The original's option letters that say how, not what.
///
/// @param dryRun `-n`: nothing is sent
/// @param forwardCopies `-r`, the default; `-k` takes it back: each policy of direction in is sent
///     once more as fwd
/// @param verbose `-v`: print the messages
/// @param hex `-H`: print what is sent in hexadecimal
/// @param withPorts `-p`
/// @param deadToo `-a`: list dead SAs too
/// @param forever `-l`: one line each, again every second
public record ClassicSettings(
        boolean dryRun,
        boolean forwardCopies,
        boolean verbose,
        boolean hex,
        boolean withPorts,
        boolean deadToo,
        boolean forever) {
    public static final ClassicSettings DEFAULT =
            new ClassicSettings(false, true, false, false, false, false, false);
}

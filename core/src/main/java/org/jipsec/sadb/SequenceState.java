package org.jipsec.sadb;

import java.util.List;

/// Where the sequence numbers of an SA stand (RFC 4303 2.2 and 3.4.3): what it takes to go on with
/// an SA elsewhere, or after it was deleted, without repeating a number.
///
/// @param sent the last number sent, unsigned 64 bits; 0 for none
/// @param received the highest number accepted, likewise
/// @param window which of the numbers below `received` were accepted, as words of 32 bits in the
///     order of Linux's `xfrm_replay_state_esn.bmp`; empty without a window
public record SequenceState(long sent, long received, List<Integer> window) {
    public SequenceState {
        window = List.copyOf(window);
    }
}

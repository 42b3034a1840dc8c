package org.jipsec.ike;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A negotiation that failed, as it is remembered. Never holds a key.
///
/// @param at by the engine's clock
/// @param phase 1 or 2
/// @param exchange of racoon's log: `Identity Protection`, `Quick`
/// @param message the number of the message that was waited for, or that was wrong; from 1
/// @param offered what the initiator wanted, a proposal each
/// @param allowed what the responder's configuration has, where we are he
/// @param identity of the peer, as far as it was told
/// @param key where the pre-shared key was found: the identifier of its line
/// @param detail what was wrong exactly, in the words of the log
public record Failure(
        Instant at,
        InetSocketAddress local,
        InetSocketAddress remote,
        int phase,
        String exchange,
        Role role,
        int message,
        Cause cause,
        List<String> offered,
        List<String> allowed,
        Optional<String> identity,
        Optional<String> key,
        String detail) {
    public Failure {
        offered = List.copyOf(offered);
        allowed = List.copyOf(allowed);
    }

    /// `why: CAUSE (DETAIL); to mend it: REMEDY`, for the log.
    String sentence() {
        return "why: %s%s; to mend it: %s"
                .formatted(
                        cause.sentence(),
                        detail.isEmpty() ? "" : " (" + detail + ")",
                        cause.remedy());
    }
}

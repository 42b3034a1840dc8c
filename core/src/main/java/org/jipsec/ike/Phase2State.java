package org.jipsec.ike;

import org.jipsec.crypto.DhExchange.KeyPair;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How far a phase 2 is. The names of values are those of RFC 2409 5.5.
sealed interface Phase2State {
    /// As responder: nothing was taken yet.
    record Started() implements Phase2State {}

    /// Work is under way; what comes meanwhile is not taken.
    record Working() implements Phase2State {}

    /// Initiator: 1 is sent.
    ///
    /// @param spis ours, one for each rule
    /// @param pair with PFS
    /// @param namesTraffic whether identification payloads went along
    /// @param since when it was first sent
    record Offered(
            Phase2Wanted wanted,
            List<Spi> spis,
            Bytes ni,
            Optional<KeyPair> pair,
            boolean namesTraffic,
            Instant since)
            implements Phase2State {}

    /// Responder: 2 is sent, what comes in can be read.
    record Answered(Phase2Choice choice, List<Spi> spis, Bytes ni, Bytes nr, Secret sharedSecret)
            implements Phase2State {}

    /// Initiator: 3 is sent, and the peer wants to say when it is ready (RFC 2408 3.1, commit bit).
    record Committing(Runnable finish) implements Phase2State {}

    /// The SAs are there.
    ///
    /// @param inbound ours, in the order of the rules
    /// @param outbound the peer's
    record Done(Phase2Choice choice, List<Spi> inbound, List<Spi> outbound)
            implements Phase2State {}

    record Ended() implements Phase2State {}
}

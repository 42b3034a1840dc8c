package org.jipsec.ike;

import org.jipsec.crypto.DhExchange.KeyPair;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.isakmp.Payload;
import org.jipsec.wire.Bytes;

import java.time.Instant;
import java.util.List;

/// How far a phase 1 is: each state has exactly what is known by then. The names of values are
/// those of RFC 2409.
sealed interface Phase1State {
    /// The number of the message that is waited for, from 1; behind the last one 0.
    int awaited();

    /// Work is under way: nothing is waited for, and what comes meanwhile is not taken.
    record Working(int awaited) implements Phase1State {}

    /// Nothing was sent yet.
    record Started() implements Phase1State {
        @Override
        public int awaited() {
            return 1;
        }
    }

    /// Main mode, initiator: 1 is sent.
    record Offered(List<Proposal> proposals, Payload.Sa offer) implements Phase1State {
        @Override
        public int awaited() {
            return 2;
        }
    }

    /// Main mode, responder: 2 is sent.
    record Chosen(Phase1Agreement agreement, Payload.Sa offer) implements Phase1State {
        @Override
        public int awaited() {
            return 3;
        }
    }

    /// Main mode, initiator: 3 is sent.
    record KeySent(Phase1Agreement agreement, Payload.Sa offer, KeyPair pair, Bytes ni)
            implements Phase1State {
        @Override
        public int awaited() {
            return 4;
        }
    }

    /// Main mode, responder: 4 is sent.
    record Keyed(Phase1Agreement agreement, Phase1Keys keys) implements Phase1State {
        @Override
        public int awaited() {
            return 5;
        }
    }

    /// Main mode, initiator: 5 is sent.
    record Proved(Phase1Agreement agreement, Phase1Keys keys) implements Phase1State {
        @Override
        public int awaited() {
            return 6;
        }
    }

    /// Aggressive mode, initiator: 1 is sent.
    record OpenlyOffered(
            List<Proposal> proposals, Payload.Sa offer, KeyPair pair, Bytes ni, Identity own)
            implements Phase1State {
        @Override
        public int awaited() {
            return 2;
        }
    }

    /// Aggressive mode, responder: 2 is sent.
    record OpenlyAnswered(Phase1Agreement agreement, Phase1Keys keys, Identity peer)
            implements Phase1State {
        @Override
        public int awaited() {
            return 3;
        }
    }

    /// Base mode, initiator: 1 is sent.
    record Presented(List<Proposal> proposals, Payload.Sa offer, Bytes ni, Identity own)
            implements Phase1State {
        @Override
        public int awaited() {
            return 2;
        }
    }

    /// Base mode, responder: 2 is sent.
    record Acquainted(
            Phase1Agreement agreement,
            Payload.Sa offer,
            Bytes ni,
            Bytes nr,
            Identity own,
            Identity peer)
            implements Phase1State {
        @Override
        public int awaited() {
            return 3;
        }
    }

    /// Base mode, initiator: 3 is sent.
    record PlainlyProved(
            Phase1Agreement agreement,
            Payload.Sa offer,
            KeyPair pair,
            Bytes ni,
            Bytes nr,
            Identity peer)
            implements Phase1State {
        @Override
        public int awaited() {
            return 4;
        }
    }

    /// The ISAKMP SA is there.
    ///
    /// @param since when
    /// @param expires when, by its lifetime
    /// @param lastBlock of phase 1: what the IVs of all further exchanges are made of
    record Established(
            Phase1Agreement agreement,
            KeyMaterial material,
            Bytes lastBlock,
            Identity peer,
            Instant since,
            Instant expires)
            implements Phase1State {
        @Override
        public int awaited() {
            return 0;
        }
    }

    /// Over: it takes and sends nothing.
    record Ended() implements Phase1State {
        @Override
        public int awaited() {
            return 0;
        }
    }
}

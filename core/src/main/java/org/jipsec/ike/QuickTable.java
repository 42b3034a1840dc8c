package org.jipsec.ike;

import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.MessageRule;
import org.jipsec.isakmp.MessageRules;
import org.jipsec.isakmp.PayloadChain;

import java.util.List;
import java.util.Optional;

/// Quick mode as a table (RFC 2409 5.5): in which state which message is taken, how it proves
/// itself, and who takes it. What it must and may carry is in [MessageRules], by its number.
final class QuickTable {
    /// Which hash a message must begin with.
    enum Proof {
        HASH_1,
        HASH_2,
        HASH_3
    }

    /// Takes a message that carries what it must and whose hash is right.
    @FunctionalInterface
    interface Handler<S extends Phase2State> {
        void take(Phase2 exchange, S state, PayloadChain payloads) throws NegotiationException;
    }

    record Row<S extends Phase2State>(
            Role role, Class<S> state, int message, Proof proof, Handler<S> handler) {
        /// What the message looks like.
        MessageRule rule() {
            return MessageRules.find(ExchangeType.QUICK, message, MessageRules.Proof.KEY)
                    .orElseThrow();
        }

        void take(Phase2 exchange, Phase2State now, PayloadChain payloads)
                throws NegotiationException {
            handler.take(exchange, state.cast(now), payloads);
        }
    }

    private static final List<Row<?>> ROWS =
            List.of(
                    new Row<>(
                            Role.RESPONDER,
                            Phase2State.Started.class,
                            1,
                            Proof.HASH_1,
                            QuickResponder::takeOffer),
                    new Row<>(
                            Role.INITIATOR,
                            Phase2State.Offered.class,
                            2,
                            Proof.HASH_2,
                            QuickInitiator::takeAnswer),
                    new Row<>(
                            Role.RESPONDER,
                            Phase2State.Answered.class,
                            3,
                            Proof.HASH_3,
                            QuickResponder::takeProof),
                    new Row<>(
                            Role.INITIATOR,
                            Phase2State.Committing.class,
                            4,
                            Proof.HASH_1,
                            QuickInitiator::takeConnected));

    private QuickTable() {}

    static Optional<Row<?>> find(Role role, Phase2State state) {
        for (Row<?> row : ROWS) {
            if (row.role() == role && row.state().isInstance(state)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }
}

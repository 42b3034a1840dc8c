package org.jipsec.ike;

import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.MessageRule;
import org.jipsec.isakmp.MessageRules;
import org.jipsec.isakmp.PayloadChain;

/// A row of an exchange's table: in which state which message is taken, and who takes it. What the
/// message must and may carry is in [MessageRules], by its number.
///
/// @param message its number in the exchange, from 1
record Phase1Row<S extends Phase1State>(
        ExchangeMode mode, Role role, Class<S> state, int message, Handler<S> handler) {
    /// Takes a message that carries what it must.
    @FunctionalInterface
    interface Handler<S extends Phase1State> {
        /// @throws NegotiationException the message is not taken, and the state stays
        void take(Phase1 exchange, S state, PayloadChain payloads) throws NegotiationException;
    }

    /// What the message looks like.
    MessageRule rule() {
        return MessageRules.find(
                        ExchangeType.of(mode.number()).orElseThrow(),
                        message,
                        MessageRules.Proof.KEY)
                .orElseThrow();
    }

    void take(Phase1 exchange, Phase1State now, PayloadChain payloads) throws NegotiationException {
        handler.take(exchange, state.cast(now), payloads);
    }
}

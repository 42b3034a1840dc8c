package org.jipsec.ike;

import org.jipsec.ike.Phase1State.Keyed;
import org.jipsec.ike.Phase1State.OpenlyAnswered;
import org.jipsec.ike.Phase1State.Proved;

import java.util.Optional;

/// Which encryption phase 1's own messages are under, in a state.
final class Phase1Chains {
    private Phase1Chains() {}

    static Optional<CipherChain> of(Phase1State state) {
        return switch (state) {
            case Keyed(_, Phase1Keys keys) -> Optional.of(keys.chain());
            case Proved(_, Phase1Keys keys) -> Optional.of(keys.chain());
            case OpenlyAnswered(_, Phase1Keys keys, _) -> Optional.of(keys.chain());
            case Phase1State.Started _,
                    Phase1State.Working _,
                    Phase1State.Offered _,
                    Phase1State.Chosen _,
                    Phase1State.KeySent _,
                    Phase1State.OpenlyOffered _,
                    Phase1State.Presented _,
                    Phase1State.Acquainted _,
                    Phase1State.PlainlyProved _,
                    Phase1State.Established _,
                    Phase1State.Ended _ ->
                    Optional.empty();
        };
    }
}

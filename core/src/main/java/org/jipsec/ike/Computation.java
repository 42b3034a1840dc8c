package org.jipsec.ike;

import org.jipsec.crypto.DhExchange;
import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.InvalidPublicValueException;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.Optional;
import java.util.random.RandomGenerator;

/// Diffie-Hellman work, which takes milliseconds: a worker does it, and the engine goes on with
/// others meanwhile.
///
/// @param group of both
/// @param own our half; empty to make one
/// @param peer the peer's public value; empty when there is none yet, and no secret is wanted
public record Computation(DhGroup group, Optional<DhExchange.KeyPair> own, Optional<Bytes> peer) {
    static Computation keyPair(DhGroup group) {
        return new Computation(group, Optional.empty(), Optional.empty());
    }

    static Computation both(DhGroup group, Bytes peer) {
        return new Computation(group, Optional.empty(), Optional.of(peer));
    }

    static Computation secret(DhExchange.KeyPair own, Bytes peer) {
        return new Computation(own.group(), Optional.of(own), Optional.of(peer));
    }

    /// What came of it.
    public sealed interface Result {
        /// @param secret g^xy, as long as the group has it; empty when none was wanted
        record Done(DhExchange.KeyPair own, Optional<Secret> secret) implements Result {}

        /// The peer's public value is none of its group.
        record Refused(String why) implements Result {}
    }

    /// Does it; by the worker.
    public Result run(RandomGenerator random) {
        DhExchange.KeyPair pair = own.orElseGet(() -> DhExchange.generate(group, random));
        if (peer.isEmpty()) {
            return new Result.Done(pair, Optional.empty());
        }
        try {
            return new Result.Done(pair, Optional.of(pair.agree(peer.get())));
        } catch (InvalidPublicValueException refused) {
            return new Result.Refused(String.valueOf(refused.getMessage()));
        }
    }

    @Override
    public String toString() {
        return "DH " + group.word();
    }
}

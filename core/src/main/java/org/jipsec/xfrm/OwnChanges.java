package org.jipsec.xfrm;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Selector;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What we are changing ourselves and have not heard of yet. Should the news of it be lost, the
/// difference that a dump then shows is not told as another's doing. From any thread.
final class OwnChanges {
    /// By what each change is known, with the resynchronisation at whose time it was made.
    private final Map<Token, Integer> pending = new ConcurrentHashMap<>();

    private volatile int generation;
    private volatile boolean isWatched;

    /// By what a change is known.
    sealed interface Token {
        record Sa(SaId id) implements Token {}

        record Sas(IpsecProtocol protocol) implements Token {}

        record OfSelector(Selector selector, Direction direction) implements Token {}

        record OfNumber(int id) implements Token {}

        record Policies() implements Token {}

        static Token of(Policy policy) {
            return new OfSelector(policy.selector(), policy.direction());
        }
    }

    /// Only while somebody listens is there anything to remember.
    void watch() {
        isWatched = true;
    }

    /// Before the request goes.
    void begin(Token change) {
        if (isWatched) {
            pending.put(change, generation);
        }
    }

    /// It was heard of, or refused.
    void over(Token change) {
        pending.remove(change);
    }

    boolean has(Token change) {
        return pending.containsKey(change);
    }

    /// A resynchronisation begins.
    void next() {
        generation++;
    }

    /// It has ended: what was begun before it began is in it.
    void settled() {
        pending.values().removeIf(begun -> begun < generation);
    }

    /// Empty for what changes nothing.
    static Optional<Token> of(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.AddSa(var sa) -> Optional.of(new Token.Sa(sa.id()));
            case SadbOperation.UpdateSa(var sa) -> Optional.of(new Token.Sa(sa.id()));
            case SadbOperation.RestoreSa(var snapshot) ->
                    Optional.of(new Token.Sa(snapshot.association().id()));
            case SadbOperation.DeleteSa(var reference) -> Optional.of(new Token.Sa(reference.id()));
            case SadbOperation.FlushSas(var protocol) -> Optional.of(new Token.Sas(protocol));
            case SadbOperation.AddPolicy(var policy) -> Optional.of(Token.of(policy));
            case SadbOperation.UpdatePolicy(var policy) -> Optional.of(Token.of(policy));
            case SadbOperation.RestorePolicy(var snapshot) ->
                    Optional.of(Token.of(snapshot.policy()));
            case SadbOperation.SetPolicyIndex(var policy) -> Optional.of(Token.of(policy));
            case SadbOperation.DeletePolicy(var policy) -> Optional.of(Token.of(policy));
            case SadbOperation.DeletePolicyById(int id, _) -> Optional.of(new Token.OfNumber(id));
            case SadbOperation.FlushPolicies() -> Optional.of(new Token.Policies());
            case SadbOperation.DeleteAllSas _,
                    SadbOperation.GetSa _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.DumpSas _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.GetStatistics _ ->
                    Optional.empty();
        };
    }
}

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
///
/// Of a flush that finds nothing there is no news. But news comes before the answer to what caused
/// it: when the answer is there and then no news is left unread, there was none.
final class OwnChanges {
    private static final int NOT_ANSWERED = 0;

    private final Map<Token, Pending> pending = new ConcurrentHashMap<>();

    private volatile int generation;
    private volatile boolean isWatched;
    private volatile int answers;
    private volatile int readAnswers;

    /// @param generation the resynchronisation at whose time it was begun
    /// @param answer the number of its answer, [#NOT_ANSWERED] before it is there
    private record Pending(int generation, int answer) {}

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
            pending.put(change, new Pending(generation, NOT_ANSWERED));
        }
    }

    /// It was answered: if there is news of it, that is to be read by now.
    ///
    /// @return whether to look for it
    boolean answered(Token change) {
        int answer = answers + 1;
        Pending waiting =
                pending.computeIfPresent(
                        change, (_, begun) -> new Pending(begun.generation(), answer));
        if (waiting != null) {
            answers = answer;
        }
        return waiting != null;
    }

    /// The last of the answers.
    int lastAnswer() {
        return answers;
    }

    /// Whether news is to be read to its end, for what was answered and not heard of.
    boolean isAwaitingNews() {
        return answers != readAnswers;
    }

    /// No news is left unread, and none was lost: what was answered before that is over.
    ///
    /// @param answer the [#lastAnswer] before the last look
    void allRead(int answer) {
        readAnswers = answer;
        pending.values()
                .removeIf(each -> each.answer() != NOT_ANSWERED && each.answer() - answer <= 0);
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
        pending.values().removeIf(each -> each.generation() < generation);
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

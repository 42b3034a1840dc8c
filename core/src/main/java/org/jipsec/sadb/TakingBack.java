package org.jipsec.sadb;

import org.jipsec.sadb.Notes.AssociationNote;
import org.jipsec.sadb.Notes.PolicyNote;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Makes everything as it was before the [Notes] began, by the difference between then and now and
/// not step by step: a policy that is there under the same name is replaced where it stands.
///
/// The order leaves no traffic in the clear that a policy of either state would protect: policies
/// come back first, whether or not their SAs will; what was added to them goes last.
final class TakingBack {
    private final SadbBackend backend;
    private final Notes notes;
    private final List<Outcome.Remains> remains = new ArrayList<>();
    private final List<SaId> renumbered = new ArrayList<>();

    TakingBack(SadbBackend backend, Notes notes) {
        this.backend = backend;
        this.notes = notes;
    }

    Outcome.TakenBack run(int index, SadbReply.Refused refusal) throws IOException {
        List<SadbOperation> operations = new ArrayList<>();
        restorePolicies(operations);
        removeAssociations(operations);
        restoreAssociations(operations);
        notes.policies.forEach(
                (key, note) -> {
                    boolean isBeside =
                            note.before != null && note.isAnew && isNamed(note.before.own());
                    if (note.isThere && (note.before == null || isBeside)) {
                        operations.add(new SadbOperation.DeletePolicy(bare(key)));
                    }
                });
        run(operations);
        return new Outcome.TakenBack(index, refusal, remains, renumbered);
    }

    private void run(List<SadbOperation> operations) throws IOException {
        backend.executeAll(
                operations,
                (index, reply) -> {
                    SadbOperation operation = operations.get(index);
                    if (reply instanceof SadbReply.Refused refused) {
                        if (!isGoneAnyway(operation, refused)
                                && !isThereAnyway(operation, refused)) {
                            remains.add(new Outcome.Remains(operation, refused));
                        }
                    } else if (operation instanceof SadbOperation.RestoreSa(var snapshot)
                            && startsAgain(snapshot)) {
                        renumbered.add(snapshot.association().id());
                    }
                });
    }

    private static boolean isGoneAnyway(SadbOperation operation, SadbReply.Refused refused) {
        boolean removes =
                operation instanceof SadbOperation.DeleteSa
                        || operation instanceof SadbOperation.DeletePolicy;
        return removes && (refused.errno() == Errno.ESRCH || refused.errno() == Errno.ENOENT);
    }

    /// Of several of one name it is not known which have gone.
    private boolean isThereAnyway(SadbOperation operation, SadbReply.Refused refused) {
        if (operation instanceof SadbOperation.RestoreSa(var snapshot)
                && refused.errno() == Errno.EEXIST) {
            AssociationNote note = notes.associations.get(snapshot.association().id());
            return note != null && !note.twins.isEmpty();
        }
        return false;
    }

    private static boolean isNamed(Optional<BackendPart> own) {
        return !Notes.name(own).isEmpty();
    }

    private static boolean startsAgain(SaSnapshot snapshot) {
        boolean isUsed =
                snapshot.current().packets() != 0 || snapshot.current().firstUsed().isPresent();
        return snapshot.sequence().isEmpty() && isUsed;
    }

    /// Each in its old turn: what has lost it, and what stood behind that and is for some of the
    /// same packets, goes behind its equals one after the other.
    private void restorePolicies(List<SadbOperation> operations) {
        List<PolicyKey> moved = new ArrayList<>();
        boolean isAnyKept =
                notes.policies.values().stream()
                        .anyMatch(note -> note.before != null && !note.isMoved);
        notes.policies.forEach(
                (key, note) -> {
                    if (note.isMoved) {
                        note.twins.forEach(twin -> operations.add(twin.restoration()));
                    }
                    PolicySnapshot before = note.before;
                    if (before == null) {
                        return;
                    }
                    int priority = before.policy().priority();
                    boolean isBehind = !note.isMoved && isBehind(key, before.policy(), moved);
                    if (note.isMoved || isBehind) {
                        if (isAnyKept) {
                            moved.add(key);
                        }
                        if (note.isThere) {
                            operations.add(
                                    before.withPriority(priority == 0 ? 1 : priority - 1)
                                            .restoration());
                        }
                    }
                    if (note.isMoved || isBehind || note.isUpdated) {
                        operations.add(before.restoration());
                    }
                });
    }

    private boolean isBehind(PolicyKey key, Policy before, List<PolicyKey> moved) {
        for (PolicyKey other : moved) {
            PolicyNote note = notes.policies.get(other);
            @Nullable PolicySnapshot its = note == null ? null : note.before;
            @Nullable Policy policy = its == null ? null : its.policy();
            if (policy != null && policy.priority() == before.priority() && key.meets(other)) {
                return true;
            }
        }
        return false;
    }

    private void removeAssociations(List<SadbOperation> operations) {
        notes.associations.forEach(
                (id, note) -> {
                    boolean isBeside =
                            note.before != null && note.isAnew && isNamed(note.before.own());
                    boolean isOther =
                            note.before == null || note.isGone || isFromLarval(note) || isBeside;
                    if (note.isThere && isOther) {
                        Endpoint destination = Endpoint.of(id.destination());
                        operations.add(
                                new SadbOperation.DeleteSa(
                                        new SaReference(
                                                note.source == null ? destination : note.source,
                                                destination,
                                                id.protocol(),
                                                id.spi(),
                                                SaMode.ANY)));
                    }
                });
    }

    private static boolean isFromLarval(AssociationNote note) {
        return note.before != null && note.before.state() == SaState.LARVAL && note.isUpdated;
    }

    private void restoreAssociations(List<SadbOperation> operations) {
        List<SaSnapshot> lost = new ArrayList<>();
        for (AssociationNote note : notes.associations.values()) {
            if (note.isGone) {
                note.twins.forEach(twin -> lost.add(twin.ahead()));
            }
            SaSnapshot before = note.before;
            if (before == null || before.state() == SaState.DEAD) {
                continue;
            }
            if (note.isGone || isFromLarval(note)) {
                // what came in its place may have gone on from its numbers
                lost.add(note.isThere ? before.ahead().ahead() : before.ahead());
            } else if (note.isUpdated) {
                operations.add(new SadbOperation.UpdateSa(before.association()));
            }
        }
        lost.sort(Comparator.comparing(snapshot -> snapshot.current().added()));
        lost.forEach(snapshot -> operations.add(new SadbOperation.RestoreSa(snapshot)));
    }

    /// A deletion goes by what the key has.
    private static Policy bare(PolicyKey key) {
        return new Policy(
                key.selector(),
                key.direction(),
                PolicyAction.DISCARD,
                PolicyPriority.DEFAULT,
                List.of(),
                Lifetime.UNLIMITED,
                key.context(),
                0);
    }
}

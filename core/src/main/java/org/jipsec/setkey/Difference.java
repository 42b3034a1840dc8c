package org.jipsec.setkey;

import org.jipsec.diag.Span;
import org.jipsec.sadb.NormalForm;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.setkey.StateChange.Kind;
import org.jipsec.setkey.StateChange.OfAssociation;
import org.jipsec.setkey.StateChange.OfPolicy;
import org.jipsec.wire.Secret;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What lies between the databases as they are and as a text wants them.
///
/// @param unchanged how many that the text names are as it wants them
public record Difference(List<StateChange> changes, int unchanged) {
    public Difference {
        changes = List.copyOf(changes);
    }

    public int count(Kind kind) {
        return (int) changes.stream().filter(change -> change.kind() == kind).count();
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /// What makes it so, in an order that lets no packet out in clear that a policy of before or
    /// after protects: SAs come before the policies that want them, policies change where they
    /// stand, and SAs go after the policies that wanted them.
    public List<PlannedOperation> operations() {
        List<PlannedOperation> operations = new ArrayList<>();
        for (StateChange change : changes) {
            if (change instanceof OfAssociation sa && sa.after().isPresent()) {
                SecurityAssociation after = sa.after().get();
                if (sa.kind() == Kind.CHANGE && !sa.isReplaced()) {
                    plan(operations, change, new SadbOperation.UpdateSa(after));
                } else {
                    sa.before()
                            .ifPresent(
                                    before ->
                                            plan(
                                                    operations,
                                                    change,
                                                    deletion(before.association())));
                    plan(operations, change, addition(sa, after));
                }
            }
        }
        for (StateChange change : changes) {
            if (change instanceof OfPolicy policy && policy.after().isPresent()) {
                Policy after = policy.after().get();
                plan(
                        operations,
                        change,
                        policy.before().isPresent()
                                ? new SadbOperation.UpdatePolicy(after)
                                : new SadbOperation.AddPolicy(after));
            }
        }
        for (StateChange change : changes) {
            if (change instanceof OfPolicy policy && policy.kind() == Kind.REMOVE) {
                policy.before()
                        .ifPresent(
                                before ->
                                        plan(
                                                operations,
                                                change,
                                                new SadbOperation.DeletePolicy(before.policy())));
            }
        }
        for (StateChange change : changes) {
            if (change instanceof OfAssociation sa && sa.kind() == Kind.REMOVE) {
                sa.before()
                        .ifPresent(
                                before -> plan(operations, change, deletion(before.association())));
            }
        }
        return operations;
    }

    /// What undoes it: policies first, and SAs with the numbers they had, and more ahead.
    public List<SadbOperation> undo() {
        List<SadbOperation> operations = new ArrayList<>();
        List<SadbOperation> last = new ArrayList<>();
        List<SadbOperation> associations = new ArrayList<>();
        for (StateChange change : changes) {
            switch (change) {
                case OfPolicy policy -> {
                    if (policy.before().isPresent()) {
                        operations.add(policy.before().get().restoration());
                    } else {
                        last.add(new SadbOperation.DeletePolicy(policy.after().orElseThrow()));
                    }
                }
                case OfAssociation sa -> {
                    boolean isRenewed = sa.kind() == Kind.CHANGE && !sa.isReplaced();
                    if (!isRenewed) {
                        sa.after().ifPresent(after -> associations.add(deletion(after)));
                    }
                    sa.before()
                            .ifPresent(
                                    before ->
                                            associations.add(
                                                    isRenewed
                                                            ? new SadbOperation.UpdateSa(
                                                                    before.association())
                                                            : new SadbOperation.RestoreSa(
                                                                    isContinued(sa)
                                                                            ? before.ahead().ahead()
                                                                            : before.ahead())));
                }
            }
        }
        operations.addAll(associations);
        operations.addAll(last);
        return operations;
    }

    private static void plan(
            List<PlannedOperation> operations, StateChange change, SadbOperation operation) {
        Optional<Span> cause = change.cause();
        operations.add(new PlannedOperation(operation, cause.orElse(Span.at(0)), false));
    }

    /// Whether an SA that is replaced goes on under the key that it had: with its numbers, for one
    /// that came twice under one key of AES-GCM, AES-CTR or ChaCha20 gives away both texts.
    private static boolean isContinued(OfAssociation sa) {
        if (sa.before().isEmpty() || sa.after().isEmpty()) {
            return false;
        }
        SaSnapshot before = sa.before().get();
        Secret key = before.association().encryptionKey();
        return before.unknown().equals(UnknownParts.NONE)
                && before.sequence().isPresent()
                && key.length() > 0
                && key.equals(sa.after().get().encryptionKey());
    }

    private static SadbOperation addition(OfAssociation sa, SecurityAssociation after) {
        if (!isContinued(sa)) {
            return new SadbOperation.AddSa(after);
        }
        SaSnapshot before = sa.before().orElseThrow().ahead();
        SequenceState numbers = before.sequence().orElseThrow();
        boolean hasSameWindow =
                before.association().replayWindow() == after.replayWindow()
                        && before.association().extendedSequence() == after.extendedSequence();
        SequenceState continued =
                hasSameWindow
                        ? numbers
                        : new SequenceState(numbers.sent(), numbers.received(), List.of());
        return new SadbOperation.RestoreSa(
                new SaSnapshot(
                        NormalForm.of(after),
                        SaState.MATURE,
                        before.current(),
                        before.mark(),
                        Optional.of(continued)));
    }

    private static SadbOperation deletion(SecurityAssociation association) {
        return new SadbOperation.DeleteSa(
                new SaReference(
                        association.source(),
                        association.destination(),
                        association.protocol(),
                        association.spi(),
                        SaMode.ANY));
    }
}

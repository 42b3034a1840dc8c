package org.jipsec.sadb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs a list of operations one by one on a backend that cannot run it as a whole, and notes what
/// each changes, so that it can be taken back when one is refused ([Notes]).
///
/// An addition needs no look at what was before, so a hundred thousand of them go as fast as ever.
/// Before a flush everything is read once; before the first change or deletion that thing is, or,
/// with many to come, everything. One run, one thread.
public final class Journal {
    /// From so many on one dump costs less than to ask for each.
    private static final int MANY = 16;

    /// How many operations are under way at once: as many may have been carried out behind one that
    /// is refused.
    private static final int BATCH = 512;

    private final SadbBackend backend;
    private final Notes notes = new Notes();
    private final List<SadbOperation> batch = new ArrayList<>();
    private int first;
    private int refusedAt = -1;
    private SadbReply.Refused refusal = new SadbReply.Refused(Errno.EINVAL, "");
    private boolean dumpsAssociations;
    private boolean dumpsPolicies;

    public Journal(SadbBackend backend) {
        this.backend = backend;
    }

    /// As [SadbBackend#executeWhole].
    Outcome run(List<? extends SadbOperation> operations, SadbBackend.Replies replies)
            throws IOException {
        plan(operations);
        for (int i = 0; i < operations.size() && refusedAt < 0; i++) {
            SadbOperation operation = operations.get(i);
            if (!notes.knows(operation)) {
                runBatch(replies);
                if (refusedAt >= 0) {
                    break;
                }
                look(operation);
            }
            if (batch.isEmpty()) {
                first = i;
            }
            batch.add(operation);
            if (batch.size() == BATCH) {
                runBatch(replies);
            }
        }
        if (refusedAt < 0) {
            runBatch(replies);
        }
        return refusedAt < 0 ? new Outcome.Carried() : takeBack();
    }

    /// Undoes what was carried out, of a run that ended well too.
    Outcome.TakenBack takeBack() throws IOException {
        return new TakingBack(backend, notes).run(refusedAt, refusal);
    }

    private void plan(List<? extends SadbOperation> operations) {
        int associations = 0;
        for (SadbOperation operation : operations) {
            switch (operation) {
                case SadbOperation.UpdateSa _, SadbOperation.DeleteSa _ -> associations++;
                // where a policy stands among its equals only a dump tells
                case SadbOperation.RestorePolicy _,
                        SadbOperation.DeletePolicy _,
                        SadbOperation.DeletePolicyById _,
                        SadbOperation.FlushPolicies _ ->
                        dumpsPolicies = true;
                default -> {}
            }
        }
        dumpsAssociations = associations >= MANY;
        dumpsPolicies |=
                operations.stream().filter(SadbOperation.UpdatePolicy.class::isInstance).count()
                        >= MANY;
    }

    /// Reads what an operation is about to change.
    private void look(SadbOperation operation) throws IOException {
        switch (operation) {
            case SadbOperation.UpdateSa(var association) ->
                    look(
                            new SaReference(
                                    association.source(),
                                    association.destination(),
                                    association.protocol(),
                                    association.spi(),
                                    association.mode()));
            case SadbOperation.DeleteSa(var reference) -> look(reference);
            case SadbOperation.DeleteAllSas(_, _, var protocol) -> lookAtAll(protocol);
            case SadbOperation.FlushSas(var protocol) -> lookAtAll(protocol);
            case SadbOperation.UpdatePolicy(var policy) -> look(policy);
            case SadbOperation.RestorePolicy(var snapshot) -> look(snapshot.policy());
            case SadbOperation.DeletePolicy _,
                    SadbOperation.DeletePolicyById _,
                    SadbOperation.FlushPolicies _ ->
                    lookAtPolicies();
            default -> throw new IllegalStateException("nothing to look at before " + operation);
        }
    }

    private void look(SaReference reference) throws IOException {
        if (dumpsAssociations) {
            lookAtAll(IpsecProtocol.UNSPEC);
        } else if (backend.execute(new SadbOperation.GetSa(reference))
                instanceof SadbReply.Sa(var snapshot)) {
            notes.found(snapshot);
        } else {
            notes.missing(reference.id());
        }
    }

    private void lookAtAll(IpsecProtocol protocol) throws IOException {
        if (backend.execute(new SadbOperation.DumpSas(protocol))
                instanceof SadbReply.Sas(var snapshots)) {
            notes.foundAll(protocol, snapshots);
        }
    }

    private void look(Policy policy) throws IOException {
        if (dumpsPolicies) {
            lookAtPolicies();
        } else if (backend.execute(new SadbOperation.GetPolicy(policy))
                instanceof SadbReply.FoundPolicy(var snapshot)) {
            notes.found(snapshot);
        } else {
            notes.missing(PolicyKey.of(policy));
        }
    }

    private void lookAtPolicies() throws IOException {
        if (backend.execute(new SadbOperation.DumpPolicies())
                instanceof SadbReply.Policies(var snapshots)) {
            notes.foundAll(snapshots);
        }
    }

    private void runBatch(SadbBackend.Replies replies) throws IOException {
        List<SadbOperation> operations = List.copyOf(batch);
        batch.clear();
        backend.executeAll(
                operations,
                (index, reply) -> {
                    if (!(reply instanceof SadbReply.Refused refused)) {
                        notes.done(operations.get(index), reply);
                    } else if (refusedAt < 0) {
                        refusedAt = first + index;
                        refusal = refused;
                        replies.accept(first + index, reply);
                    }
                    if (refusedAt < 0) {
                        replies.accept(first + index, reply);
                    }
                });
    }
}

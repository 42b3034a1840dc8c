package org.jipsec.cli;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/// Tells its listener also of what was done through it, on the same thread and before it answers,
/// as the embedded engine does. A kernel tells that only to its other clients.
///
/// It asks the kernel once more for each change: for showing messages, not for loading thousands.
final class EchoingBackend implements SadbBackend {
    private final SadbBackend kernel;
    private volatile Consumer<SadbEvent> listener = _ -> {};

    EchoingBackend(SadbBackend kernel) {
        this.kernel = kernel;
    }

    @Override
    public Capabilities capabilities() {
        return kernel.capabilities();
    }

    @Override
    public void listen(Consumer<SadbEvent> newListener) {
        listener = newListener;
        kernel.listen(newListener);
    }

    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        Optional<SadbEvent> before = ofDeletion(operation);
        SadbReply reply = kernel.execute(operation);
        if (reply instanceof SadbReply.Done) {
            (before.isPresent() ? before : ofChange(operation)).ifPresent(listener);
        }
        return reply;
    }

    /// What there is before it is deleted.
    private Optional<SadbEvent> ofDeletion(SadbOperation operation) throws IOException {
        return switch (operation) {
            case SadbOperation.DeleteSa(var reference) -> sa(Change.DELETED, reference);
            case SadbOperation.DeletePolicy(var policy) ->
                    policy(Change.DELETED, new SadbOperation.GetPolicy(policy));
            case SadbOperation.DeletePolicyById(int id, var direction) ->
                    policy(Change.DELETED, new SadbOperation.GetPolicyById(id, direction));
            default -> Optional.empty();
        };
    }

    /// What there is after it was changed.
    private Optional<SadbEvent> ofChange(SadbOperation operation) throws IOException {
        return switch (operation) {
            case SadbOperation.AddSa(var association) -> sa(Change.ADDED, reference(association));
            case SadbOperation.UpdateSa(var association) ->
                    sa(Change.UPDATED, reference(association));
            case SadbOperation.AddPolicy(var policy) ->
                    policy(Change.ADDED, new SadbOperation.GetPolicy(policy));
            case SadbOperation.UpdatePolicy(var policy) ->
                    policy(Change.UPDATED, new SadbOperation.GetPolicy(policy));
            case SadbOperation.RestorePolicy(var snapshot) ->
                    policy(Change.UPDATED, new SadbOperation.GetPolicy(snapshot.policy()));
            case SadbOperation.SetPolicyIndex(var policy) ->
                    policy(Change.ADDED, new SadbOperation.GetPolicy(policy));
            case SadbOperation.FlushSas(var protocol) ->
                    Optional.of(new SadbEvent.SasFlushed(protocol));
            case SadbOperation.FlushPolicies() -> Optional.of(new SadbEvent.PoliciesFlushed());
            default -> Optional.empty();
        };
    }

    private Optional<SadbEvent> sa(Change change, SaReference reference) throws IOException {
        return kernel.execute(new SadbOperation.GetSa(reference))
                        instanceof SadbReply.Sa(SaSnapshot snapshot)
                ? Optional.of(
                        new SadbEvent.SaChanged(
                                change, change == Change.DELETED ? dead(snapshot) : snapshot))
                : Optional.empty();
    }

    /// As it is when it is told.
    private static SaSnapshot dead(SaSnapshot before) {
        return new SaSnapshot(
                before.association(),
                SaState.DEAD,
                before.current(),
                before.mark(),
                before.sequence(),
                before.unknown());
    }

    private Optional<SadbEvent> policy(Change change, SadbOperation get) throws IOException {
        return kernel.execute(get) instanceof SadbReply.FoundPolicy(PolicySnapshot snapshot)
                ? Optional.of(new SadbEvent.PolicyChanged(change, snapshot))
                : Optional.empty();
    }

    private static SaReference reference(SecurityAssociation association) {
        return new SaReference(
                Endpoint.of(association.source().address()),
                Endpoint.of(association.destination().address()),
                association.protocol(),
                association.spi(),
                association.mode());
    }

    @Override
    public void close() throws IOException {
        kernel.close();
    }
}

package org.jipsec.xfrm;

import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The IPsec of a Linux kernel, over XFRM netlink.
///
/// To be told [SadbEvent.Acquire]s, execute a [SadbOperation.Register] first: only from then on
/// does the kernel ask. What this backend does itself is not told to its listener.
///
/// A [SadbOperation.RefuseAcquire] does nothing here: XFRM has no message for it, so what waits for
/// the SA waits on, until the kernel's own time for it is over (`net.core.xfrm_acq_expires`).
public final class XfrmBackend implements SadbBackend {
    private static final int RECEIVE_BUFFER = 4 << 20;

    /// How many requests are prepared before they are sent.
    private static final int PREPARED = 1024;

    private final XfrmChannel channel;
    private final KernelFacts kernel;
    private final OwnChanges own = new OwnChanges();
    private final XfrmListener events;
    private final XfrmExchange exchange;
    private final SaOperations associations;
    private final PolicyOperations policies;
    private final XfrmCounters counters;
    private final Capabilities capabilities;

    /// @param channel for requests
    /// @param eventChannel for what happens; both are closed with the backend
    /// @param kernel what it is known to have
    XfrmBackend(
            XfrmChannel channel,
            XfrmChannel eventChannel,
            KernelFacts kernel,
            int processId,
            InstantSource clock,
            Duration timeout) {
        this.channel = channel;
        this.kernel = kernel;
        this.exchange = new XfrmExchange(channel, timeout);
        this.events = new XfrmListener(eventChannel, channel.port(), own, clock);
        this.associations = new SaOperations(exchange, own, clock, processId);
        this.policies = new PolicyOperations(exchange, clock, processId);
        this.counters = new XfrmCounters(exchange, kernel);
        this.capabilities = XfrmCapabilities.of(kernel);
    }

    /// Opens the kernel of the calling thread's network namespace.
    ///
    /// @param processId ours, for the marks of dumps
    /// @param clock tells whether a soft lifetime is over, which XFRM does not say
    /// @param timeout how long to wait for each answer
    /// @throws IOException an [org.jipsec.os.OsException]: EPROTONOSUPPORT without XFRM, EPERM in
    ///     some sandboxes. Rights are not looked at before something is done
    public static XfrmBackend open(int processId, InstantSource clock, Duration timeout)
            throws IOException {
        KernelXfrmChannel channel = KernelXfrmChannel.open(RECEIVE_BUFFER);
        KernelXfrmChannel eventChannel = null;
        try {
            eventChannel = KernelXfrmChannel.open(RECEIVE_BUFFER);
            return new XfrmBackend(
                    channel, eventChannel, KernelFacts.ofThisThread(), processId, clock, timeout);
        } catch (IOException failed) {
            channel.close();
            if (eventChannel != null) {
                eventChannel.close();
            }
            throw failed;
        }
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void listen(Consumer<SadbEvent> listener) {
        events.listen(listener);
    }

    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        List<SadbReply> replies = new ArrayList<>(1);
        executeAll(List.of(operation), (_, reply) -> replies.add(reply));
        return replies.getFirst();
    }

    @Override
    public void executeAll(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        events.check();
        associations.forget();
        policies.forget();
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            Step step = prepare(i, operations.get(i));
            if (step instanceof Step.Alone alone) {
                run(steps, replies);
                replies.accept(i, execute(alone));
            } else {
                steps.add(step);
                if (steps.size() == PREPARED) {
                    run(steps, replies);
                }
            }
        }
        run(steps, replies);
    }

    @Override
    public void stream(SadbOperation dump, Consumer<SadbReply> entries) throws IOException {
        switch (dump) {
            case SadbOperation.DumpSas(var protocol) ->
                    associations.stream(protocol, entries).ifPresent(entries);
            case SadbOperation.DumpPolicies() -> policies.stream(entries).ifPresent(entries);
            default -> SadbBackend.super.stream(dump, entries);
        }
    }

    @Override
    public void close() throws IOException {
        events.close();
        channel.close();
        kernel.close();
    }

    // ---- one request, one acknowledgement ----

    /// What an operation comes to.
    private sealed interface Step {
        /// One request, of which many go together.
        record Ask(int index, SadbOperation operation, NetlinkRequest request) implements Step {}

        /// Nothing is to be asked.
        record Answered(int index, SadbReply reply) implements Step {}

        /// More than one request, or more than an acknowledgement.
        record Alone(SadbOperation operation) implements Step {}
    }

    private Step prepare(int index, SadbOperation operation) throws IOException {
        return switch (operation) {
            case SadbOperation.AddSa(var wanted) -> {
                SecurityAssociation sa = SaOperations.normal(wanted);
                Refused refusal = XfrmChecks.refusal(sa);
                yield refusal != null
                        ? new Step.Answered(index, refusal)
                        : ask(index, operation, SaCodec.request(Xfrm.MSG_NEWSA, sa, SaExtras.NONE));
            }
            case SadbOperation.RestoreSa(var snapshot) -> {
                Refused refusal = XfrmChecks.refusalToRestore(snapshot);
                yield refusal != null
                        ? new Step.Answered(index, refusal)
                        : ask(index, operation, SaCodec.restore(snapshot));
            }
            case SadbOperation.DeleteSa(var reference) ->
                    ask(index, operation, SaOperations.deletion(reference));
            case SadbOperation.FlushSas(var protocol) ->
                    ask(index, operation, SaCodec.flush(protocol));
            case SadbOperation.AddPolicy(var policy) ->
                    put(index, operation, Xfrm.MSG_NEWPOLICY, policy);
            case SadbOperation.RestorePolicy(var snapshot) -> restore(index, operation, snapshot);
            case SadbOperation.DeletePolicy(var policy) ->
                    policy.direction() == Direction.ANY
                            ? new Step.Answered(index, noDirection())
                            : ask(
                                    index,
                                    operation,
                                    PolicyCodec.bySelector(Xfrm.MSG_DELPOLICY, policy));
            case SadbOperation.DeletePolicyById(var id, var direction) ->
                    direction == Direction.ANY
                            ? new Step.Answered(index, noDirection())
                            : ask(
                                    index,
                                    operation,
                                    PolicyCodec.byId(Xfrm.MSG_DELPOLICY, id, direction));
            case SadbOperation.FlushPolicies() -> ask(index, operation, PolicyCodec.flush());
            // always done, as over PF_KEY, where nobody answers it
            case SadbOperation.RefuseAcquire _ -> new Step.Answered(index, new SadbReply.Done());
            case SadbOperation.UpdateSa _,
                    SadbOperation.UpdatePolicy _,
                    SadbOperation.SetPolicyIndex _,
                    SadbOperation.DeleteAllSas _,
                    SadbOperation.GetSa _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.DumpSas _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.GetStatistics _ ->
                    new Step.Alone(operation);
        };
    }

    private Step put(int index, SadbOperation operation, int type, Policy policy)
            throws IOException {
        Refused refusal = XfrmChecks.refusal(policy);
        return refusal != null
                ? new Step.Answered(index, refusal)
                : ask(
                        index,
                        operation,
                        PolicyCodec.request(type, PolicyForm.of(policy, policies::newReqid)));
    }

    private Step restore(int index, SadbOperation operation, PolicySnapshot snapshot)
            throws IOException {
        if (!(snapshot.own().orElse(null) instanceof PolicyOriginal original)) {
            return put(index, operation, Xfrm.MSG_UPDPOLICY, snapshot.policy());
        }
        return original.isOfSocket() // no flush or deletion has touched it
                ? new Step.Answered(index, new SadbReply.Done())
                : ask(index, operation, PolicyCodec.restore(original, snapshot.policy()));
    }

    private static Step ask(int index, SadbOperation operation, NetlinkRequest request) {
        return new Step.Ask(index, operation, request);
    }

    /// Runs and empties `steps`.
    private void run(List<Step> steps, Replies replies) throws IOException {
        List<NetlinkRequest> requests = new ArrayList<>(steps.size());
        for (Step step : steps) {
            if (step instanceof Step.Ask(_, var operation, var request)) {
                OwnChanges.of(operation).ifPresent(own::begin);
                requests.add(request);
            }
        }
        List<Optional<Refused>> refusals = exchange.askAll(requests);
        int next = 0;
        for (Step step : steps) {
            switch (step) {
                case Step.Ask(var index, var operation, _) -> {
                    Optional<Refused> refusal = refusals.get(next++);
                    if (isOfNoNews(operation)) {
                        OwnChanges.of(operation).ifPresent(events::answered);
                    }
                    replies.accept(
                            index,
                            refusal.isPresent()
                                    ? secondTry(operation, refusal.get())
                                    : new SadbReply.Done());
                }
                case Step.Answered(var index, var reply) -> replies.accept(index, reply);
                case Step.Alone _ -> throw new IllegalStateException("to be run alone");
            }
        }
        steps.clear();
    }

    /// Whether the kernel tells nothing of it when it finds nothing to do.
    private static boolean isOfNoNews(SadbOperation operation) {
        return operation instanceof SadbOperation.FlushSas
                || operation instanceof SadbOperation.FlushPolicies;
    }

    /// What has a mark, or is of an interface, the kernel finds only by these.
    private SadbReply secondTry(SadbOperation operation, Refused refusal) throws IOException {
        SadbReply reply = retried(operation, refusal);
        if (reply instanceof Refused) {
            OwnChanges.of(operation).ifPresent(own::over);
        }
        return reply;
    }

    private SadbReply retried(SadbOperation operation, Refused refusal) throws IOException {
        boolean isUnknown = refusal.errno() == Errno.ESRCH || refusal.errno() == Errno.ENOENT;
        return switch (operation) {
            case SadbOperation.DeleteSa(var reference) when isUnknown ->
                    associations.deleteMarked(reference.id(), refusal);
            case SadbOperation.DeletePolicy(var wanted) when isUnknown ->
                    policies.deleteHidden(
                            policy -> PolicyOperations.isOfSelector(policy, wanted), refusal);
            case SadbOperation.DeletePolicyById(var id, var direction) when isUnknown ->
                    policies.deleteHidden(
                            policy -> policy.id() == id && policy.direction() == direction,
                            refusal);
            default -> refusal;
        };
    }

    private static Refused noDirection() {
        return new Refused(Errno.EINVAL, "a policy has a direction");
    }

    // ---- all others ----

    private SadbReply execute(Step.Alone alone) throws IOException {
        return switch (alone.operation()) {
            case SadbOperation.UpdateSa(var association) -> associations.update(association);
            case SadbOperation.UpdatePolicy(var policy) -> update(alone.operation(), policy);
            // af_key: as an update
            case SadbOperation.SetPolicyIndex(var policy) -> update(alone.operation(), policy);
            case SadbOperation.DeleteAllSas all -> associations.deleteAll(all);
            case SadbOperation.GetSa(var reference) -> associations.get(reference);
            case SadbOperation.ReserveSpi wish -> associations.reserve(wish);
            case SadbOperation.DumpSas dump -> {
                List<SaSnapshot> all = new ArrayList<>();
                Optional<Refused> refusal =
                        associations.stream(
                                dump.protocol(),
                                entry -> all.addAll(((SadbReply.Sas) entry).snapshots()));
                yield refusal.isPresent() ? refusal.get() : new SadbReply.Sas(all);
            }
            case SadbOperation.GetPolicy(var policy) -> policies.get(policy);
            case SadbOperation.GetPolicyById(var id, var direction) -> policies.get(id, direction);
            case SadbOperation.DumpPolicies() -> {
                List<PolicySnapshot> all = new ArrayList<>();
                Optional<Refused> refusal =
                        policies.stream(
                                entry -> all.addAll(((SadbReply.Policies) entry).snapshots()));
                yield refusal.isPresent() ? refusal.get() : new SadbReply.Policies(all);
            }
            case SadbOperation.Register _ -> {
                events.joinAcquires();
                yield new SadbReply.Registered(capabilities);
            }
            case SadbOperation.GetStatistics() -> counters.read();
            default -> throw new IllegalStateException("one request: " + alone.operation());
        };
    }

    private SadbReply update(SadbOperation operation, Policy policy) throws IOException {
        Refused refusal = XfrmChecks.refusal(policy);
        if (refusal != null) {
            return refusal;
        }
        OwnChanges.of(operation).ifPresent(own::begin);
        SadbReply reply = policies.update(PolicyForm.of(policy, policies::newReqid));
        if (reply instanceof Refused) {
            OwnChanges.of(operation).ifPresent(own::over);
        }
        return reply;
    }
}

package org.jipsec.dataplane;

import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.NormalForm;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyKey;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// What can be asked of the SPD, and what happens to its policies by themselves. Under the engine's
/// lock.
final class SpdOperations {
    private static final Refused UNKNOWN = new Refused(Errno.ENOENT, "no such policy");

    private final PolicyDatabase policies;
    private final InstantSource clock;
    private final int processId;
    private final Consumer<SadbEvent> listener;
    private final Timers<PolicyRecord> timers =
            new Timers<>(
                    record -> record.deadlineMillis,
                    (record, millis) -> record.deadlineMillis = millis,
                    record -> record.policy().id() & 0xffff_ffffL);

    /// @param listener is told what happens, before the operation returns
    SpdOperations(
            PolicyDatabase policies,
            InstantSource clock,
            int processId,
            Consumer<SadbEvent> listener) {
        this.policies = policies;
        this.clock = clock;
        this.processId = processId;
        this.listener = listener;
    }

    /// The same for another SPD, whose policies have no timers yet.
    private SpdOperations(SpdOperations original, PolicyDatabase policies) {
        this(policies, original.clock, original.processId, original.listener);
    }

    /// As it is after a flush.
    SpdOperations blank() {
        return new SpdOperations(this, policies.blank());
    }

    SpdOperations copy() {
        SpdOperations copy = new SpdOperations(this, policies.copy());
        copy.policies.forEach(
                record -> {
                    PolicyRecord original = policies.find(record.policy().id());
                    if (original != null && original.deadlineMillis != 0) {
                        copy.timers.arm(record, original.deadlineMillis);
                    }
                });
        return copy;
    }

    PolicyDatabase policies() {
        return policies;
    }

    /// When [#tick] has something to do; [Long#MAX_VALUE] for never.
    long nextDeadline() {
        return timers.next().orElse(Long.MAX_VALUE);
    }

    void tick(long now) {
        for (PolicyRecord record = timers.due(now); record != null; record = timers.due(now)) {
            age(record, now);
        }
    }

    SadbReply add(Policy wanted) {
        Refused refusal = PolicyChecks.refusal(wanted);
        if (refusal != null) {
            return refusal;
        }
        if (policies.find(normal(wanted)) != null) {
            return new Refused(
                    Errno.EEXIST, "a policy of this selector and direction is there already");
        }
        insert(wanted);
        return new SadbReply.Done();
    }

    SadbReply update(Policy wanted) {
        Refused refusal = PolicyChecks.refusal(wanted);
        if (refusal != null) {
            return refusal;
        }
        PolicyRecord old = policies.find(normal(wanted));
        if (old == null) {
            insert(wanted);
            return new SadbReply.Done();
        }
        long now = clock.millis();
        timers.cancel(old);
        PolicyRecord record = policies.replace(old, NormalForm.of(wanted, policies::newReqid), now);
        timers.arm(record, deadline(record, now));
        tell(new SadbEvent.PolicyChanged(Change.UPDATED, snapshot(record)));
        return new SadbReply.Done();
    }

    private void insert(Policy wanted) {
        long now = clock.millis();
        PolicyRecord record = policies.add(NormalForm.of(wanted, policies::newReqid), now);
        timers.arm(record, deadline(record, now));
        tell(new SadbEvent.PolicyChanged(Change.ADDED, snapshot(record)));
    }

    SadbReply delete(Policy wanted) {
        return delete(policies.find(normal(wanted)));
    }

    SadbReply delete(int id) {
        return delete(policies.find(id));
    }

    private SadbReply delete(@Nullable PolicyRecord found) {
        if (found == null) {
            return UNKNOWN;
        }
        remove(found);
        return new SadbReply.Done();
    }

    SadbReply get(Policy wanted) {
        return get(policies.find(normal(wanted)));
    }

    SadbReply get(int id) {
        return get(policies.find(id));
    }

    private SadbReply get(@Nullable PolicyRecord found) {
        return found == null ? UNKNOWN : new SadbReply.FoundPolicy(snapshot(found));
    }

    SadbReply flush() {
        if (policies.size() > 0) {
            timers.clear();
            policies.clear();
            tell(new SadbEvent.PoliciesFlushed());
        }
        return new SadbReply.Done();
    }

    SadbReply dump() {
        List<PolicyRecord> all = policies.all();
        List<PolicySnapshot> snapshots = new ArrayList<>(all.size());
        for (int i = 0; i < all.size(); i++) {
            snapshots.add(all.get(i).snapshot(DumpMarks.of(i, all.size(), processId, 2)));
        }
        return new SadbReply.Policies(snapshots);
    }

    private void remove(PolicyRecord record) {
        PolicySnapshot last = snapshot(record);
        timers.cancel(record);
        policies.remove(record);
        tell(new SadbEvent.PolicyChanged(Change.DELETED, last));
    }

    private void age(PolicyRecord record, long now) {
        long deadline = deadline(record, now);
        if (deadline <= now) {
            remove(record);
        } else {
            timers.arm(record, deadline);
        }
    }

    /// Of a policy the use that counts is the last one (Linux's `xfrm_policy_timer`).
    private static long deadline(PolicyRecord record, long now) {
        Lifetime lifetime = record.policy().lifetime();
        long used = record.entry.lastUsedMillis();
        return Math.min(
                SaLifetimes.after(record.entry.addedMillis(), lifetime.sinceAdded()),
                SaLifetimes.after(used == 0 ? now : used, lifetime.sinceUsed()));
    }

    private static Policy normal(Policy policy) {
        return new Policy(
                PolicyKey.of(policy).selector(),
                policy.direction(),
                policy.action(),
                policy.priority(),
                List.of(),
                policy.lifetime(),
                policy.context(),
                0);
    }

    private PolicySnapshot snapshot(PolicyRecord record) {
        return record.snapshot(DumpMarks.of(0, 1, processId, 2));
    }

    private void tell(SadbEvent event) {
        listener.accept(event);
    }
}

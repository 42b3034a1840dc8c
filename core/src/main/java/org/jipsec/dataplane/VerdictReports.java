package org.jipsec.dataplane;

import org.jipsec.sadb.PolicyRule;
import org.jspecify.annotations.Nullable;

/// Tells the engine what verdicts bring to light. One thread.
final class VerdictReports {
    private final SadbEngine engine;
    private final PacketTally tally;

    VerdictReports(SadbEngine engine, PacketTally tally) {
        this.engine = engine;
        this.tally = tally;
    }

    void report(Verdict verdict) {
        for (int i = 0; i < verdict.stepCount(); i++) {
            ActiveSa sa = verdict.step(i);
            if (sa.takeSoftCrossing()) {
                engine.notice(new Notice.Soft(sa));
            }
            if (verdict.remapped()) {
                remapped(sa);
            }
        }
        ActiveSa failed = verdict.failed();
        boolean isOver =
                verdict.reason() == DropReason.SA_EXPIRED
                        || verdict.reason() == DropReason.SEQUENCE_OVERFLOW;
        if (failed != null && isOver) {
            engine.notice(new Notice.Hard(failed));
        }
        PolicyRule wanted = verdict.wanted();
        if (wanted != null) {
            engine.notice(
                    new Notice.Wanted(
                            policyId(verdict.policy()),
                            wanted,
                            Addresses.source(verdict.wantedFlow()),
                            Addresses.destination(verdict.wantedFlow())));
        }
        if (verdict.lapsed() > 0) {
            tally.count(DropReason.REASSEMBLY_TIMEOUT, verdict.lapsed());
        }
        if (verdict.crowdedOut() > 0) {
            tally.count(DropReason.REASSEMBLY_FULL, verdict.crowdedOut());
        }
    }

    private void remapped(ActiveSa sa) {
        if (sa.mappedAddress() != null) {
            engine.notice(new Notice.Remapped(sa));
        }
    }

    static int policyId(@Nullable PolicyEntry policy) {
        return policy == null ? 0 : policy.policy().id();
    }
}

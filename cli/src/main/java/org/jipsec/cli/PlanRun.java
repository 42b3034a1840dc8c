package org.jipsec.cli;

import org.jipsec.diag.Diagnostics;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.Code;
import org.jipsec.setkey.PlannedOperation;
import org.jipsec.setkey.Refusals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Carries out a plan: as a whole or, with `--keep-going`, each operation for itself. What is
/// refused, and what could not be taken back, becomes a diagnostic at its statement.
final class PlanRun {
    private final List<PlannedOperation> planned;
    private final Diagnostics refusals;
    private final Refusals words;
    private final Consumer<SadbReply> replies;
    private final List<SadbOperation> carried = new ArrayList<>();
    private int answered;
    private int refused;
    private String conclusion = "";

    /// @param refusals is told what is refused
    /// @param words of a refusal
    /// @param replies is told the others
    PlanRun(
            List<PlannedOperation> planned,
            Diagnostics refusals,
            Refusals words,
            Consumer<SadbReply> replies) {
        this.planned = planned;
        this.refusals = refusals;
        this.words = words;
        this.replies = replies;
    }

    /// @return whether everything was done
    /// @throws IOException the message says how far it had come
    boolean carryOut(SadbBackend backend, boolean keepGoing) throws IOException {
        List<SadbOperation> operations = planned.stream().map(PlannedOperation::operation).toList();
        try {
            if (keepGoing) {
                backend.executeAll(operations, this::answered);
                conclusion = counted(refused) + " refused, the others were applied";
            } else if (backend.executeWhole(operations, this::answered)
                    instanceof Outcome.TakenBack takenBack) {
                tell(takenBack);
            }
        } catch (IOException broken) {
            throw new IOException(
                    "the backend broke off; it has answered "
                            + counted(answered)
                            + (keepGoing ? "" : ", and what it did is not taken back")
                            + ": "
                            + Reasons.of(broken),
                    broken);
        }
        return refused == 0;
    }

    /// What was done and not taken back.
    List<SadbOperation> carried() {
        return carried;
    }

    /// What there is to say below the diagnostics of a run that was refused.
    String conclusion() {
        return conclusion;
    }

    private void answered(int index, SadbReply reply) {
        answered = index + 1;
        if (reply instanceof SadbReply.Refused refusal) {
            refused++;
            refusals.report(words.of(planned, index, refusal));
        } else {
            carried.add(planned.get(index).operation());
            replies.accept(reply);
        }
    }

    private void tell(Outcome.TakenBack takenBack) {
        PlannedOperation cause = planned.get(takenBack.index());
        for (Outcome.Remains remains : takenBack.remains()) {
            refusals.report(
                    Code.NOT_TAKEN_BACK
                            .at(
                                    cause.span(),
                                    "this could not be taken back: "
                                            + remains.refusal().errno().text()
                                            + " ("
                                            + remains.refusal().errno().name()
                                            + ")")
                            .label(PlanText.of(remains.wanted())));
        }
        for (SaId id : takenBack.renumbered()) {
            refusals.report(
                    Code.NUMBERS_START_AGAIN.at(
                            cause.span(), id + " is back, but counts its packets from 1 again"));
        }
        carried.clear();
        int left = takenBack.remains().size();
        conclusion =
                left == 0
                        ? "refused; nothing was changed"
                        : "refused; what was done before it was taken back, but for "
                                + left
                                + (left == 1 ? " change" : " changes");
    }

    private String counted(int some) {
        int all = planned.size();
        return some + " of " + all + (all == 1 ? " operation" : " operations");
    }
}

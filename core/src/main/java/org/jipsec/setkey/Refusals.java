package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.RefusedCase.Who;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Explains what a backend has refused: what that was, the probable cause, and what to write or
/// load. The one place for these words; [RefusalTable] holds the knowledge.
public final class Refusals {
    private final String backend;
    private final KernelFacts facts;

    /// @param backend as [org.jipsec.sadb.Capabilities] names it
    /// @param facts asked only when something was refused
    public Refusals(String backend, KernelFacts facts) {
        this.backend = backend;
        this.facts = facts;
    }

    /// Operation `index` of a plan was refused.
    public Diagnostic.Builder of(
            List<PlannedOperation> plan, int index, SadbReply.Refused refused) {
        PlannedOperation planned = plan.get(index);
        RefusedCase whole = refusedCase(planned.operation(), refused);
        RefusalCause cause = RefusalTable.cause(whole);
        String what = planned.automatic() ? "its automatic fwd policy" : what(planned.operation());
        Diagnostic.Builder diagnostic =
                Code.REFUSED
                        .at(planned.span(), message(whole, what, cause))
                        .label(numbered(refused))
                        .hint(
                                planned.automatic() && cause == RefusalCause.POLICY_EXISTS
                                        ? Optional.of(
                                                "-k leaves out the automatic fwd policies; or"
                                                        + " spddelete that one first")
                                        : cause.remedy(whole));
        quoted(whole, cause).ifPresent(diagnostic::note);
        if (cause == RefusalCause.SA_EXISTS || cause == RefusalCause.POLICY_EXISTS) {
            earlier(plan, index)
                    .ifPresent(same -> diagnostic.also(same.span(), "put there by this"));
        }
        return diagnostic;
    }

    /// Something that no text asked for was refused: lines for the user, of which the first says
    /// what and why.
    public List<String> lines(SadbOperation operation, SadbReply.Refused refused) {
        RefusedCase whole = refusedCase(operation, refused);
        RefusalCause cause = RefusalTable.cause(whole);
        List<String> lines = new ArrayList<>();
        lines.add(message(whole, what(operation), cause) + " (" + refused.errno().name() + ")");
        cause.remedy(whole).ifPresent(remedy -> lines.add("hint: " + remedy));
        quoted(whole, cause).ifPresent(lines::add);
        return lines;
    }

    private RefusedCase refusedCase(SadbOperation operation, SadbReply.Refused refused) {
        return new RefusedCase(operation, refused, backend, facts);
    }

    private static String message(RefusedCase whole, String what, RefusalCause cause) {
        String who =
                whole.who() == Who.USERSPACE
                        ? "the userspace stack"
                        : whole.isInOwnWords() ? "the backend" : "the kernel";
        return who + " refused " + what + ": " + cause.why(whole);
    }

    /// `File exists (EEXIST)`
    private static String numbered(SadbReply.Refused refused) {
        return refused.errno().text() + " (" + refused.errno().name() + ")";
    }

    /// The backend's own words, unless they are the message already.
    private static Optional<String> quoted(RefusedCase whole, RefusalCause cause) {
        String said = whole.refused().why();
        if (said.isEmpty() || cause == RefusalCause.AS_TOLD) {
            return Optional.empty();
        }
        return Optional.of(
                (whole.who() == Who.USERSPACE ? "it says: " : "the kernel says: ") + said);
    }

    /// What before it in the same plan made the same SA or policy.
    private static Optional<PlannedOperation> earlier(List<PlannedOperation> plan, int index) {
        SadbOperation refused = plan.get(index).operation();
        return plan.subList(0, index).reversed().stream()
                .filter(before -> isTheSame(before.operation(), refused))
                .findFirst();
    }

    private static boolean isTheSame(SadbOperation one, SadbOperation other) {
        if (one instanceof SadbOperation.AddSa(var made)
                && other instanceof SadbOperation.AddSa(var wanted)) {
            return made.id().equals(wanted.id());
        }
        return switch (one) {
            case SadbOperation.AddPolicy(var made)
                    when other instanceof SadbOperation.AddPolicy(var wanted) ->
                    made.selector().equals(wanted.selector())
                            && made.direction() == wanted.direction();
            case SadbOperation.UpdatePolicy(var made)
                    when other instanceof SadbOperation.AddPolicy(var wanted) ->
                    made.selector().equals(wanted.selector())
                            && made.direction() == wanted.direction();
            default -> false;
        };
    }

    private static String what(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.AddSa _ -> "this SA";
            case SadbOperation.UpdateSa _ -> "this change of an SA";
            case SadbOperation.RestoreSa _ -> "to put an SA back";
            case SadbOperation.DeleteSa _ -> "to delete this SA";
            case SadbOperation.DeleteAllSas _ -> "to delete these SAs";
            case SadbOperation.GetSa _ -> "to show this SA";
            case SadbOperation.ReserveSpi _ -> "to reserve an SPI";
            case SadbOperation.FlushSas _ -> "to flush the SAs";
            case SadbOperation.DumpSas _ -> "to list the SAs";
            case SadbOperation.AddPolicy _ -> "this policy";
            case SadbOperation.UpdatePolicy _ -> "this change of a policy";
            case SadbOperation.RestorePolicy _ -> "to put a policy back";
            case SadbOperation.DeletePolicy _, SadbOperation.DeletePolicyById _ ->
                    "to delete this policy";
            case SadbOperation.GetPolicy _, SadbOperation.GetPolicyById _ -> "to show this policy";
            case SadbOperation.SetPolicyIndex _ -> "to reserve a number for a policy";
            case SadbOperation.FlushPolicies _ -> "to flush the policies";
            case SadbOperation.DumpPolicies _ -> "to list the policies";
            case SadbOperation.Register(var protocol) -> "to register for " + protocol.word();
            case SadbOperation.RefuseAcquire _ -> "to end an acquire";
            case SadbOperation.GetStatistics _ -> "to count";
        };
    }
}

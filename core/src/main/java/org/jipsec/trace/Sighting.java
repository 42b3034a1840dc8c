package org.jipsec.trace;

import org.jipsec.dataplane.ActiveSa;
import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PacketFacts;
import org.jipsec.dataplane.PolicyEntry;
import org.jipsec.dataplane.Verdict;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One packet and what became of it.
///
/// @param way OUT or IN
/// @param before the packet as it came
/// @param after what went on instead, with all its fragments; empty where nothing did, or what came
/// went on unchanged
/// @param reason for [Verdict.Kind#DROP]
/// @param associations that were applied, and last the one at which the packet failed
/// @param lacking whether a rule of level use went without its SA
/// @param facts of `before` and of `after`
record Sighting(
        Instant time,
        Direction way,
        Bytes before,
        List<Bytes> after,
        Verdict.Kind kind,
        Optional<DropReason> reason,
        Optional<Policy> policy,
        List<SecurityAssociation> associations,
        boolean lacking,
        List<PacketFacts> facts) {
    static Sighting of(
            Instant time, Direction way, Bytes before, PacketBuffer after, Verdict verdict) {
        List<Bytes> results = results(after, verdict);
        List<PacketFacts> facts = new ArrayList<>();
        PacketFacts.of(before).ifPresent(facts::add);
        results.forEach(result -> PacketFacts.of(result).ifPresent(facts::add));
        PolicyEntry policy = verdict.policy();
        return new Sighting(
                time,
                way,
                before,
                results,
                verdict.kind(),
                Optional.ofNullable(verdict.reason()),
                policy == null ? Optional.empty() : Optional.of(policy.policy()),
                associations(verdict),
                verdict.kind() == Verdict.Kind.SEND && verdict.wanted() != null,
                List.copyOf(facts));
    }

    private static List<Bytes> results(PacketBuffer after, Verdict verdict) {
        boolean changed =
                switch (verdict.kind()) {
                    case SEND -> verdict.stepCount() > 0 || verdict.extraCount() > 0;
                    case DELIVER -> verdict.stepCount() > 0 || verdict.reassembled();
                    case DROP, ACQUIRE, IKE, ABSORBED -> false;
                };
        if (!changed) {
            return List.of();
        }
        List<Bytes> results = new ArrayList<>();
        results.add(after.toBytes());
        for (int i = 0; i < verdict.extraCount(); i++) {
            results.add(verdict.extra(i).toBytes());
        }
        return List.copyOf(results);
    }

    private static List<SecurityAssociation> associations(Verdict verdict) {
        List<SecurityAssociation> associations = new ArrayList<>();
        for (int i = 0; i < verdict.stepCount(); i++) {
            associations.add(verdict.step(i).association());
        }
        ActiveSa failed = verdict.failed();
        if (failed != null && !associations.contains(failed.association())) {
            associations.add(failed.association());
        }
        return List.copyOf(associations);
    }

    boolean isClear() {
        return associations.isEmpty()
                && (kind == Verdict.Kind.SEND || kind == Verdict.Kind.DELIVER);
    }

    /// How much memory it holds, roughly.
    int octets() {
        int octets = before.length();
        for (Bytes result : after) {
            octets += result.length();
        }
        return octets;
    }

    /// In one line: what was done, by which policy and SAs, or why not.
    String explanation() {
        List<String> parts = new ArrayList<>();
        switch (kind) {
            case DROP -> reason.ifPresent(why -> parts.add("DROP " + why.word()));
            case ACQUIRE -> parts.add("held until its SA is there");
            case IKE -> parts.add("to IKE");
            case ABSORBED -> parts.add("a fragment that waits for the others, or a keepalive");
            case SEND, DELIVER -> {
                if (isClear()) {
                    parts.add("clear");
                }
            }
        }
        for (SecurityAssociation association : associations) {
            parts.add(association.protocol().word() + " " + association.spi());
        }
        if (lacking) {
            parts.add("without an SA that its policy would use");
        }
        if (policy.isPresent()) {
            parts.add(text(policy.get()));
        } else if (kind == Verdict.Kind.SEND || kind == Verdict.Kind.DELIVER) {
            parts.add("no policy");
        }
        return String.join(", ", parts) + reason.map(why -> ": " + why.sentence()).orElse("");
    }

    private static String text(Policy policy) {
        return "policy %d %s/%d > %s/%d %s %s"
                .formatted(
                        policy.id(),
                        IpText.text(policy.selector().source().address()),
                        policy.selector().source().length(),
                        IpText.text(policy.selector().destination().address()),
                        policy.selector().destination().length(),
                        policy.direction().word(),
                        policy.action().word());
    }
}

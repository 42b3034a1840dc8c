package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Span;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the SAD and the SPD would hold if a text were carried out on empty ones. Finds what is
/// added twice, taking in account what is deleted and flushed in between, and what does not fit
/// together.
final class FileLedger {
    record Pair(InetAddress source, InetAddress destination, IpsecProtocol protocol) {}

    private record Sa(Span span, Pair pair, boolean tunnel, boolean integrity, int reqid) {}

    /// What a rule asks of an SA.
    private record Use(Pair pair, boolean tunnel, int reqid) {}

    /// The SAs between two ends: how many there are, and the ids of all that ever were.
    private static final class Between {
        private int live;
        private int tunnels;
        private int withIntegrity;
        private @Nullable Chain ids;
    }

    private record Chain(SaId id, @Nullable Chain rest) {}

    private record PolicyKey(Selector selector, Direction direction) {}

    private record Entry(Policy policy, Span span, boolean automatic) {}

    private final Diagnostics problems;
    private final Map<SaId, Sa> associations = new HashMap<>();
    private final Map<Pair, Between> pairs = new HashMap<>();
    private final Map<PolicyKey, Entry> policies = new LinkedHashMap<>();

    private final UnprotectedSas unprotected = new UnprotectedSas();
    private boolean anySa;

    FileLedger(Diagnostics problems) {
        this.problems = problems;
    }

    /// Takes note of what `command` does.
    ///
    /// @return `planned`, but for policies for `fwd` that are written and automatic both
    List<PlannedOperation> enter(Command command, List<PlannedOperation> planned) {
        if (planned.size() == 1) {
            Optional<PlannedOperation> kept = enter(command, planned.getFirst());
            return kept.isPresent() && kept.get() == planned.getFirst()
                    ? planned
                    : kept.map(List::of).orElse(List.of());
        }
        List<PlannedOperation> kept = new ArrayList<>(planned.size());
        for (PlannedOperation operation : planned) {
            enter(command, operation).ifPresent(kept::add);
        }
        return kept;
    }

    private Optional<PlannedOperation> enter(Command command, PlannedOperation planned) {
        switch (planned.operation()) {
            case SadbOperation.AddSa add -> add(add.association(), spi(command));
            case SadbOperation.DeleteSa delete -> remove(delete.reference().id());
            case SadbOperation.DeleteAllSas all ->
                    removeAll(
                            new Pair(
                                    all.source().address(),
                                    all.destination().address(),
                                    all.protocol()));
            case SadbOperation.FlushSas flush -> flush(flush.protocol());
            case SadbOperation.AddPolicy add -> {
                return add(add.policy(), target(command), planned);
            }
            case SadbOperation.UpdatePolicy update ->
                    policies.put(
                            key(update.policy()),
                            new Entry(update.policy(), target(command), planned.automatic()));
            case SadbOperation.DeletePolicy delete -> policies.remove(key(delete.policy()));
            case SadbOperation.FlushPolicies flush -> policies.clear();
            case SadbOperation.UpdateSa update -> anySa = true;
            case SadbOperation.RestoreSa restore -> anySa = true;
            case SadbOperation.GetSa get -> {}
            case SadbOperation.ReserveSpi reserve -> anySa = true;
            case SadbOperation.DumpSas dump -> {}
            case SadbOperation.DumpPolicies dump -> {}
            case SadbOperation.DeletePolicyById delete -> {}
            case SadbOperation.GetPolicy get -> {}
            case SadbOperation.GetPolicyById get -> {}
            case SadbOperation.SetPolicyIndex set -> {}
            case SadbOperation.RestorePolicy restore -> {}
            case SadbOperation.Register register -> {}
            case SadbOperation.RefuseAcquire refusal -> {}
            case SadbOperation.GetStatistics get -> {}
        }
        return Optional.of(planned);
    }

    private static Span spi(Command command) {
        return command instanceof Command.Add add ? add.association().spi().span() : command.span();
    }

    private static Span target(Command command) {
        return switch (command) {
            case Command.SpdAdd add -> add.target().span();
            case Command.SpdUpdate update -> update.target().span();
            default -> command.span();
        };
    }

    private void add(SecurityAssociation association, Span span) {
        anySa = true;
        Pair pair =
                new Pair(
                        association.source().address(),
                        association.destination().address(),
                        association.protocol());
        boolean tunnel = association.mode() == SaMode.TUNNEL;
        boolean integrity = UnprotectedSas.hasIntegrity(association);
        Sa former =
                associations.putIfAbsent(
                        association.id(),
                        new Sa(span, pair, tunnel, integrity, association.reqid()));
        if (former != null) {
            if (former.span().equals(span)) {
                return; // one command whose names have several addresses
            }
            problems.report(
                    Code.DUPLICATE_SA
                            .at(
                                    span,
                                    "an SA of this protocol, destination and SPI is there already")
                            .also(former.span(), "added here")
                            .hint("choose another SPI, or delete the first one before")
                            .note("the kernel keeps the first and refuses this one (EEXIST)"));
            return;
        }
        Between between = pairs.computeIfAbsent(pair, absent -> new Between());
        between.live++;
        between.tunnels += tunnel ? 1 : 0;
        between.withIntegrity += integrity ? 1 : 0;
        between.ids = new Chain(association.id(), between.ids);
        if (!integrity) {
            unprotected.add(association, pair, span);
        }
    }

    private void remove(SaId id) {
        Sa gone = associations.remove(id);
        if (gone != null) {
            Between left = pairs.get(gone.pair());
            if (left != null) {
                left.tunnels -= gone.tunnel() ? 1 : 0;
                left.withIntegrity -= gone.integrity() ? 1 : 0;
                if (--left.live == 0) {
                    pairs.remove(gone.pair());
                }
            }
        }
    }

    private void removeAll(Pair pair) {
        Between gone = pairs.remove(pair);
        for (Chain chain = gone == null ? null : gone.ids; chain != null; chain = chain.rest()) {
            Sa association = associations.get(chain.id());
            if (association != null && association.pair().equals(pair)) {
                associations.remove(chain.id());
            }
        }
    }

    private void flush(IpsecProtocol protocol) {
        if (protocol == IpsecProtocol.UNSPEC) {
            associations.clear();
            pairs.clear();
        } else {
            associations.keySet().removeIf(id -> id.protocol() == protocol);
            pairs.keySet().removeIf(pair -> pair.protocol() == protocol);
        }
    }

    private static PolicyKey key(Policy policy) {
        return new PolicyKey(policy.selector(), policy.direction());
    }

    private Optional<PlannedOperation> add(Policy policy, Span span, PlannedOperation planned) {
        Entry former =
                policies.putIfAbsent(key(policy), new Entry(policy, span, planned.automatic()));
        if (former == null) {
            return Optional.of(planned);
        }
        if (planned.automatic() && former.automatic()) {
            return Optional.of(planned); // the `in` policy is there twice: that has been reported
        }
        if (planned.automatic()) {
            problems.report(forwardTwice(former.span(), span));
            return Optional.empty();
        }
        if (former.automatic()) {
            problems.report(forwardTwice(span, former.span()));
            policies.put(key(policy), new Entry(policy, span, false));
            return Optional.of(
                    new PlannedOperation(
                            new SadbOperation.UpdatePolicy(policy), planned.span(), false));
        }
        problems.report(again(policy, span, former));
        return Optional.of(planned);
    }

    private static Diagnostic.Builder forwardTwice(Span written, Span in) {
        return Code.FORWARD_TWICE
                .at(written, "this fwd policy is added beside each `in` policy anyway")
                .label("this one is taken")
                .also(in, "would have brought it")
                .hint("leave it out, or run with -k")
                .note("setkey would have complained of it: File exists");
    }

    private static Diagnostic.Builder again(Policy policy, Span span, Entry former) {
        boolean same = former.policy().equals(policy);
        Diagnostic.Builder problem =
                (same ? Code.DUPLICATE_POLICY : Code.CONTRADICTORY_POLICY)
                        .at(
                                span,
                                same
                                        ? "this policy is there already"
                                        : "another policy for the same packets is there already");
        return problem.also(former.span(), "added here")
                .hint(same ? "leave one out" : "keep one, or write spdupdate to replace the first")
                .note("the kernel keeps the first and refuses this one (EEXIST)");
    }

    /// The text is at its end: reports what only the whole of it shows.
    void close() {
        unprotected.report(problems, this::isAuthenticated);
        if (anySa && !problems.hasErrors()) {
            rulesWithoutSa();
        }
    }

    /// Whether AH with an algorithm goes between the ends of `pair`.
    private boolean isAuthenticated(Pair pair) {
        Between header = pairs.get(new Pair(pair.source(), pair.destination(), IpsecProtocol.AH));
        return header != null && header.withIntegrity > 0;
    }

    private void rulesWithoutSa() {
        Set<Use> uses = new HashSet<>();
        for (Sa association : associations.values()) {
            uses.add(new Use(association.pair(), association.tunnel(), association.reqid()));
        }
        for (Entry entry : policies.values()) {
            if (!entry.automatic() && entry.policy().action() == PolicyAction.IPSEC) {
                entry.policy().rules().stream()
                        .flatMap(rule -> withoutSa(entry, rule, uses).stream())
                        .findFirst()
                        .ifPresent(problems::report);
            }
        }
    }

    /// What is to be said of a rule that the SAs of the text do not serve.
    private Optional<Diagnostic.Builder> withoutSa(Entry entry, PolicyRule rule, Set<Use> uses) {
        Optional<Pair> wanted = wanted(entry.policy(), rule);
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        String protocol = rule.protocol().word();
        Between between = pairs.get(wanted.get());
        boolean tunnel = rule.mode() == SaMode.TUNNEL;
        if (between == null) {
            return Optional.of(
                    Code.RULE_WITHOUT_SA
                            .at(
                                    entry.span(),
                                    "no SA of this text is for the %s rule of this policy"
                                            .formatted(protocol))
                            .hint("add one, unless IKE makes it"));
        }
        if (tunnel ? between.tunnels == 0 : between.tunnels == between.live) {
            String written = tunnel ? "tunnel" : "transport";
            String other = tunnel ? "transport" : "tunnel";
            return Optional.of(
                    Code.RULE_WITHOUT_SA
                            .at(
                                    entry.span(),
                                    "the SAs for the %s rule of this policy are in %s mode"
                                            .formatted(protocol, other))
                            .hint(
                                    "write %s in the rule, or -m %s where they are added"
                                            .formatted(other, written)));
        }
        boolean anyReqid =
                rule.level() != PolicyLevel.UNIQUE && entry.policy().direction() != Direction.OUT;
        return anyReqid || uses.contains(new Use(wanted.get(), tunnel, reqid(rule)))
                ? Optional.empty()
                : Optional.of(ofOtherReqids(entry, rule));
    }

    /// What the SAs of a rule have behind `-u`; -1 when that is for the backend to say.
    private static int reqid(PolicyRule rule) {
        if (rule.level() != PolicyLevel.UNIQUE) {
            return 0;
        }
        return rule.reqid() > 0 && rule.reqid() < PolicyRule.FIRST_AUTOMATIC_REQID
                ? rule.reqid()
                : -1;
    }

    private static Diagnostic.Builder ofOtherReqids(Entry entry, PolicyRule rule) {
        String protocol = rule.protocol().word();
        int reqid = reqid(rule);
        return switch (reqid) {
            case -1 ->
                    Code.RULE_WITHOUT_SA
                            .at(
                                    entry.span(),
                                    "the %s rule of this policy is for SAs that IKE makes: its"
                                                    .formatted(protocol)
                                            + " `unique` has no number")
                            .hint("write unique:1, and -u 1 where they are added");
            case 0 ->
                    Code.RULE_WITHOUT_SA
                            .at(
                                    entry.span(),
                                    "the SAs for the %s rule of this policy have a -u, and the rule no number"
                                            .formatted(protocol))
                            .hint("write unique: and that number in the rule, or leave out -u")
                            .note("Linux sends by no other SA than one without -u here");
            default ->
                    Code.RULE_WITHOUT_SA
                            .at(
                                    entry.span(),
                                    "no SA for the %s rule of this policy has -u %d"
                                            .formatted(protocol, reqid))
                            .hint(
                                    "write -u %d where they are added, or their number in the rule"
                                            .formatted(reqid));
        };
    }

    /// Between which ends a rule needs an SA; empty when the packets decide.
    private static Optional<Pair> wanted(Policy policy, PolicyRule rule) {
        if (rule.endpoints().isPresent()) {
            return Optional.of(
                    new Pair(
                            rule.endpoints().get().source().address(),
                            rule.endpoints().get().destination().address(),
                            rule.protocol()));
        }
        Selector selector = policy.selector();
        boolean tunnelBefore =
                policy.rules().stream().anyMatch(other -> other.mode() == SaMode.TUNNEL);
        return !tunnelBefore && selector.source().isHost() && selector.destination().isHost()
                ? Optional.of(
                        new Pair(
                                selector.source().address(),
                                selector.destination().address(),
                                rule.protocol()))
                : Optional.empty();
    }
}

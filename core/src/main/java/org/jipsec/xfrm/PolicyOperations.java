package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// What can be asked of the kernel's SPD that takes more than one request and an acknowledgement.
final class PolicyOperations {
    private static final int DUMPS = 20;
    private static final int MAXIMUM_MANUAL_REQID = PolicyRule.FIRST_AUTOMATIC_REQID - 1;
    private static final Refused NO_DIRECTION =
            new Refused(Errno.EINVAL, "a policy has a direction");

    private final XfrmExchange exchange;
    private final InstantSource clock;
    private final int processId;

    /// Those that a lookup must name more of; null when not looked for yet.
    private @Nullable List<KernelPolicy> hidden;

    /// Request ids that policies had when we first wanted one.
    private @Nullable Set<Integer> usedReqids;

    private int lastReqid = MAXIMUM_MANUAL_REQID;

    /// @param clock tells whether a policy is new
    PolicyOperations(XfrmExchange exchange, InstantSource clock, int processId) {
        this.exchange = exchange;
        this.clock = clock;
        this.processId = processId;
    }

    /// What was found out of others' policies may have changed since.
    void forget() {
        hidden = null;
    }

    /// A request id that no policy has, as af_key counts: from 16384 on, none twice.
    int newReqid() throws IOException {
        Set<Integer> used = usedReqids;
        if (used == null) {
            Set<Integer> found = new HashSet<>();
            dump(policy -> policy.policy().rules().forEach(rule -> found.add(rule.reqid())));
            used = found;
            usedReqids = used;
        }
        do {
            lastReqid = lastReqid == -1 ? PolicyRule.FIRST_AUTOMATIC_REQID : lastReqid + 1;
        } while (used.contains(lastReqid));
        return lastReqid;
    }

    /// A policy with a mark or of an interface is not found without them.
    ///
    /// @param notFound what the kernel said to the request without
    SadbReply deleteHidden(Predicate<Policy> which, Refused notFound) throws IOException {
        KernelPolicy policy = hidden(which);
        return policy == null
                ? notFound
                : SaOperations.done(exchange.ask(PolicyCodec.hidden(Xfrm.MSG_DELPOLICY, policy)));
    }

    SadbReply get(Policy wanted) throws IOException {
        return wanted.direction() == Direction.ANY
                ? NO_DIRECTION
                : get(
                        PolicyCodec.bySelector(Xfrm.MSG_GETPOLICY, wanted),
                        policy -> isOfSelector(policy, wanted));
    }

    SadbReply get(int id, Direction direction) throws IOException {
        return direction == Direction.ANY
                ? NO_DIRECTION
                : get(
                        PolicyCodec.byId(Xfrm.MSG_GETPOLICY, id, direction),
                        policy -> policy.id() == id && policy.direction() == direction);
    }

    private SadbReply get(NetlinkRequest request, Predicate<Policy> which) throws IOException {
        XfrmExchange.Answer answer = exchange.ask(request);
        if (answer.refusal().isEmpty()) {
            return new SadbReply.FoundPolicy(
                    read(answer.only(Xfrm.MSG_NEWPOLICY)).snapshot(0, processId, clock.instant()));
        }
        Refused refusal = answer.refusal().get();
        KernelPolicy policy = refusal.errno() == Errno.ENOENT ? hidden(which) : null;
        return policy == null
                ? refusal
                : new SadbReply.FoundPolicy(policy.snapshot(0, processId, clock.instant()));
    }

    /// Gives the policy of that name new contents, or adds it. What the language cannot say of it
    /// stays.
    ///
    /// @param wanted as [PolicyForm] makes it
    SadbReply update(Policy wanted) throws IOException {
        KernelPolicy old = find(wanted);
        return SaOperations.done(
                exchange.ask(
                        old == null
                                ? PolicyCodec.request(Xfrm.MSG_UPDPOLICY, wanted)
                                : PolicyCodec.renewal(old.original(), wanted)));
    }

    private @Nullable KernelPolicy find(Policy wanted) throws IOException {
        XfrmExchange.Answer answer =
                exchange.ask(PolicyCodec.bySelector(Xfrm.MSG_GETPOLICY, wanted));
        if (answer.refusal().isPresent() && answer.refusal().get().errno() == Errno.ENOENT) {
            KernelPolicy hidden = hidden(policy -> isOfSelector(policy, wanted));
            if (hidden == null) {
                return null;
            }
            // it may have gone since the dump
            answer = exchange.ask(PolicyCodec.hidden(Xfrm.MSG_GETPOLICY, hidden));
        }
        return answer.refusal().isPresent() ? null : read(answer.only(Xfrm.MSG_NEWPOLICY));
    }

    static boolean isOfSelector(Policy policy, Policy wanted) {
        return policy.direction() == wanted.direction()
                && policy.selector().equals(wanted.selector());
    }

    /// Hands over each main policy once; of a database that others change meanwhile every one that
    /// was there all the time.
    ///
    /// @return what the kernel said, if it did not dump
    Optional<Refused> dump(Consumer<KernelPolicy> entries) throws IOException {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < DUMPS; i++) {
            XfrmExchange.DumpEnd end =
                    exchange.dump(
                            PolicyCodec.dump(),
                            answer -> {
                                if (answer.type() != Xfrm.MSG_NEWPOLICY) {
                                    return;
                                }
                                KernelPolicy found = PolicyCodec.read(answer);
                                if (found.isMain() && seen.add(found.policy().id())) {
                                    entries.accept(found);
                                }
                            });
            if (end.refusal().isPresent() || end.isComplete()) {
                return end.refusal();
            }
        }
        return Optional.of(new Refused(Errno.EAGAIN, "changed each time while it was read"));
    }

    /// Hands over a dump, numbered as af_key does: 1, 2, … and 0 for the last.
    ///
    /// @return what the kernel said, if it did not dump
    Optional<Refused> stream(Consumer<SadbReply> entries) throws IOException {
        LastHeld<KernelPolicy> held =
                new LastHeld<>(
                        (policy, sequence) ->
                                entries.accept(
                                        new SadbReply.Policies(
                                                List.of(
                                                        policy.snapshot(
                                                                sequence,
                                                                processId,
                                                                clock.instant())))));
        Optional<Refused> refusal = dump(held::next);
        held.end();
        return refusal;
    }

    private @Nullable KernelPolicy hidden(Predicate<Policy> which) throws IOException {
        List<KernelPolicy> known = hidden;
        if (known == null) {
            List<KernelPolicy> found = new ArrayList<>();
            Optional<Refused> refusal =
                    dump(
                            policy -> {
                                if (policy.isHidden()) {
                                    found.add(policy);
                                }
                            });
            known = refusal.isPresent() ? List.of() : found;
            hidden = known;
        }
        for (KernelPolicy policy : known) {
            if (which.test(policy.policy())) {
                return policy;
            }
        }
        return null;
    }

    private static KernelPolicy read(NetlinkAnswer answer) throws IOException {
        try {
            return PolicyCodec.read(answer);
        } catch (WireException wrong) {
            throw XfrmExchange.unintelligible(wrong);
        }
    }
}

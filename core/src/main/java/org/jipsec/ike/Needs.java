package org.jipsec.ike;

import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// What policies want and is not negotiated yet: requests that wait for a phase 1, or for the SPD
/// to be known.
final class Needs {
    /// What wants a phase 1, and what takes the needs when there is one.
    interface Server {
        /// Whether a phase 2 for this policy is under way.
        boolean isServed(Need need);

        void serve(Need need, Phase1 phase1);

        void begin(InetAddress local, InetAddress remote, RemoteSettings section);
    }

    private record Pair(InetAddress local, InetAddress remote) {}

    /// One policy, and two ends: a policy in transport mode may be for many peers.
    private record Key(int policyId, InetAddress local, InetAddress remote) {}

    private static final int MOST_EARLY = 1024;

    private final Context context;
    private final Sessions sessions;
    private final Server server;
    private final Map<Pair, LinkedHashMap<Key, Need>> waiting = new LinkedHashMap<>();
    private final List<SadbEvent.Acquire> early = new ArrayList<>();
    private boolean knowsPolicies;

    Needs(Context context, Sessions sessions, Server server) {
        this.context = context;
        this.sessions = sessions;
        this.server = server;
    }

    /// The SPD is known: what came before it is looked at now.
    void knowPolicies() {
        knowsPolicies = true;
        List<SadbEvent.Acquire> held = List.copyOf(early);
        early.clear();
        held.forEach(this::acquire);
    }

    /// A packet wants SAs.
    void acquire(SadbEvent.Acquire acquire) {
        if (!knowsPolicies) {
            if (early.size() < MOST_EARLY) {
                early.add(acquire);
            }
            return;
        }
        Optional<Policy> found = context.spd().byId(acquire.policyId());
        if (found.isEmpty()) {
            context.error("no policy found: id:%d.".formatted(acquire.policyId()));
            return;
        }
        Policy policy = found.get();
        if (policy.action() != PolicyAction.IPSEC
                || policy.direction() != Direction.OUT
                || acquire.destination().isMulticastAddress()) {
            context.debug("ignore the acquire, no SA can be had for it");
            return;
        }
        Optional<PolicyRule.Endpoints> tunnel =
                policy.rules().stream()
                        .filter(rule -> rule.mode() == SaMode.TUNNEL)
                        .flatMap(rule -> rule.endpoints().stream())
                        .findFirst();
        // a database may tell the packet's addresses, which are none of ours
        want(
                new Need(
                        policy,
                        tunnel.map(ends -> ends.source().address()).orElse(acquire.source()),
                        tunnel.map(ends -> ends.destination().address())
                                .orElse(acquire.destination()),
                        acquire.sequence(),
                        false));
    }

    /// SAs are wanted, for whatever reason.
    void want(Need need) {
        Key key = new Key(need.policy().id(), need.local(), need.remote());
        Pair pair = new Pair(need.local(), need.remote());
        if (server.isServed(need)
                || waiting.getOrDefault(pair, new LinkedHashMap<>()).containsKey(key)) {
            context.debug("ignore the acquire, a negotiation for it is under way");
            return;
        }
        if (context.places().ordinary(need.local()).isEmpty()) {
            context.debug("ignore the acquire, we do not listen at " + IpText.text(need.local()));
            return;
        }
        Optional<RemoteSettings> section = initiating(need.remote());
        if (section.isEmpty()) {
            context.error(
                    need.remote(),
                    "no configuration found for %s.".formatted(IpText.text(need.remote())));
            refuse(need);
            return;
        }
        if (section.get().passive()) {
            context.debug("ignore the acquire, the remote is passive");
            return;
        }
        if (context.spd().exactly(need.policy().selector().reversed(), Direction.IN).isEmpty()) {
            context.notice(
                    "no in-bound policy found: "
                            + SpdView.text(need.policy().selector().reversed(), Direction.IN));
        }
        Optional<Phase1> usable = sessions.usable(need.local(), need.remote());
        if (usable.isPresent()) {
            server.serve(need, usable.get());
            return;
        }
        waiting.computeIfAbsent(pair, _ -> new LinkedHashMap<>(2)).put(key, need);
        context.agenda()
                .arm(
                        key,
                        Agenda.Kind.GIVE_UP,
                        context.now().plus(context.settings().timers().phase1()),
                        () -> giveUp(pair, key));
        if (sessions.isNegotiating(need.local(), need.remote())) {
            context.debug("request for IPsec-SA was queued: phase 1 is being negotiated");
            return;
        }
        context.info(
                "IPsec-SA request for %s queued due to no phase1 found."
                        .formatted(IpText.text(need.remote())));
        server.begin(need.local(), need.remote(), section.get());
    }

    /// How to begin with a peer: the first section of its address, else one for anybody.
    Optional<RemoteSettings> initiating(InetAddress remote) {
        List<RemoteSettings> all = context.settings().remotes();
        return first(all, each -> each.address().equals(Optional.of(remote)))
                .or(() -> first(all, RemoteSettings::isAnonymous));
    }

    private static Optional<RemoteSettings> first(
            List<RemoteSettings> all, Predicate<RemoteSettings> test) {
        return all.stream().filter(test).findFirst();
    }

    private void giveUp(Pair pair, Key key) {
        LinkedHashMap<Key, Need> ofPair = waiting.get(pair);
        if (ofPair == null || !ofPair.containsKey(key)) {
            return;
        }
        Need need = ofPair.remove(key);
        if (ofPair.isEmpty()) {
            waiting.remove(pair);
        }
        context.error(
                "phase2 negotiation failed due to time up waiting for phase1. %s"
                        .formatted(SpdView.text(need.policy().selector(), Direction.OUT)));
        context.info("delete phase 2 handler.");
        refuse(need);
    }

    /// A phase 1 is there: all that waited for it goes on.
    void established(Phase1 phase1) {
        LinkedHashMap<Key, Need> ofPair =
                waiting.remove(new Pair(phase1.local().getAddress(), phase1.peer()));
        if (ofPair == null) {
            return;
        }
        ofPair.forEach(
                (key, need) -> {
                    context.agenda().disarm(key, Agenda.Kind.GIVE_UP);
                    server.serve(need, phase1);
                });
    }

    /// No phase 1 will be there.
    void failed(Phase1 phase1) {
        Pair pair = new Pair(phase1.local().getAddress(), phase1.peer());
        if (sessions.isNegotiating(pair.local(), pair.remote())) {
            return;
        }
        LinkedHashMap<Key, Need> ofPair = waiting.remove(pair);
        if (ofPair != null) {
            ofPair.forEach(
                    (key, need) -> {
                        context.agenda().disarm(key, Agenda.Kind.GIVE_UP);
                        refuse(need);
                    });
        }
    }

    /// Whoever asked need not wait.
    void refuse(Need need) {
        if (need.acquire() != 0) {
            context.order(
                    new SadbOperation.RefuseAcquire(need.acquire(), Errno.ETIMEDOUT.number()));
        }
    }

    void clear() {
        waiting.values()
                .forEach(
                        ofPair ->
                                ofPair.keySet()
                                        .forEach(
                                                key ->
                                                        context.agenda()
                                                                .disarm(key, Agenda.Kind.GIVE_UP)));
        waiting.clear();
        early.clear();
    }

    int size() {
        return waiting.values().stream().mapToInt(Map::size).sum();
    }
}

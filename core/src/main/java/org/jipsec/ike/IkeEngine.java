package org.jipsec.ike;

import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.SadbEvent;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/// IKEv1 without clock, socket or thread: inputs in, effects out. Not thread-safe: one thread has
/// it.
public final class IkeEngine {
    /// How long the end may take when the backend does not answer.
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Context context;
    private final Peers peers;
    private final Reception reception;
    private boolean stopping;
    private boolean finished;

    /// @param random of cryptographic quality
    public IkeEngine(Settings settings, RandomGenerator random, PresharedKeySource keys) {
        RecentDatagrams recent = new RecentDatagrams();
        this.context = new Context(settings, random, keys);
        this.peers = new Peers(context, recent);
        this.reception = new Reception(context, recent, peers);
    }

    /// @param now a time before that of an earlier call counts as that one
    /// @return what is to be done, in this order
    public List<IkeEffect> on(IkeInput input, Instant now) {
        context.begin(now);
        if (!finished) {
            context.agenda().runDue(context.now());
            take(input);
            finishIfDone();
        }
        return context.end();
    }

    /// When [IkeInput.Tick] is due; empty: not before another input.
    public Optional<Instant> next() {
        return finished ? Optional.empty() : context.agenda().next();
    }

    /// What is remembered of negotiations that failed, by peer, the last ones of each.
    public List<Failure> failures() {
        return context.failures().all();
    }

    /// Timers, exchanges, SAs and questions that there still are; 0 when all is at rest.
    int leftovers() {
        return context.agenda().size()
                + context.asked()
                + peers.sessions().phase1s().size()
                + peers.sessions().phase2s().size()
                + peers.needs().size();
    }

    /// What is under way, and what has come of it.
    Sessions sessions() {
        return peers.sessions();
    }

    /// Of messages that are not whole yet.
    long fragmentOctets() {
        return reception.fragmentOctets();
    }

    private void take(IkeInput input) {
        switch (input) {
            case IkeInput.Answered(long number, var reply) -> context.answered(number, reply);
            case IkeInput.Computed(long number, var result) -> context.computed(number, result);
            case IkeInput.Tick() -> {}
            case IkeInput.Stop() -> stop();
            case IkeInput.Received(UdpDatagram datagram) -> {
                if (!stopping) {
                    reception.take(datagram);
                }
            }
            case IkeInput.Told(SadbEvent event) -> {
                if (!stopping) {
                    told(event);
                }
            }
            case IkeInput.Policies(var policies) -> {
                context.spd().replace(policies);
                peers.needs().knowPolicies();
            }
            case IkeInput.Listening(var places) -> context.places().replace(places);
            case IkeInput.Reload(Settings settings) -> reload(settings);
            case IkeInput.Wanted(IkeWish wish) -> {
                if (!stopping) {
                    wanted(wish);
                }
            }
        }
    }

    private void told(SadbEvent event) {
        switch (event) {
            case SadbEvent.Acquire acquire -> peers.needs().acquire(acquire);
            case SadbEvent.Expire expire -> peers.expired(expire);
            case SadbEvent.Mapping mapping -> peers.mapped(mapping);
            case SadbEvent.SaChanged changed -> {
                if (changed.change() == SadbEvent.Change.DELETED) {
                    peers.removed(changed.snapshot());
                }
            }
            case SadbEvent.PolicyChanged changed -> context.spd().tell(changed);
            case SadbEvent.SasFlushed flushed -> peers.flushed(flushed.protocol());
            case SadbEvent.PoliciesFlushed() -> context.spd().clear();
        }
    }

    private void wanted(IkeWish wish) {
        switch (wish) {
            case IkeWish.Establish(InetAddress local, InetAddress remote) -> {
                Optional<RemoteSettings> section = peers.needs().initiating(remote);
                if (section.isPresent() && context.places().ordinary(local).isPresent()) {
                    peers.begin(local, remote, section.get());
                } else {
                    context.error(remote, "no configuration found, or no address to begin from.");
                }
            }
            case IkeWish.Delete(InetAddress local, InetAddress remote) ->
                    peers.deleteAll(local, remote);
        }
    }

    /// What the new configuration has not, ends; the peer is told.
    private void reload(Settings settings) {
        context.settings(settings);
        Set<RemoteSettings> sections = new HashSet<>(settings.remotes());
        for (Phase1 each : peers.sessions().phase1s()) {
            boolean kept = each.candidates().stream().anyMatch(sections::contains);
            if (!kept) {
                peers.deleteAll(each.local().getAddress(), each.peer());
            }
        }
        for (Phase2 each : peers.sessions().phase2s()) {
            if (each.isDone() && !each.isConfigured(settings)) {
                peers.farewell().delete(each);
            }
        }
    }

    private void stop() {
        if (stopping) {
            return;
        }
        stopping = true;
        peers.stop();
        context.agenda()
                .arm(this, Agenda.Kind.GIVE_UP, context.now().plus(PATIENCE), () -> finishNow());
    }

    private void finishIfDone() {
        if (stopping && !finished && context.asked() == 0) {
            finishNow();
        }
    }

    private void finishNow() {
        if (!finished) {
            finished = true;
            context.agenda().disarmAll(this);
            context.finished();
        }
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.PacketGrowth;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.NetworkEvent;
import org.jipsec.os.NetworkLink;
import org.jipsec.os.NetworkMonitor;
import org.jipsec.os.Poller;
import org.jipsec.os.RouteChange;
import org.jipsec.os.Rtnetlink;
import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Makes a host hand over the packets that the SPD is for, and keep out clear text that it forbids,
/// as long as it is open: routes by rtnetlink, a filter by nftables. It follows each change of the
/// SPD, and of the host's devices, addresses and routes; what somebody else takes away, it puts
/// back.
///
/// Changes are carried out by a thread of its own, those that came meanwhile together; who must
/// know that they hold waits in [#awaitApplied]. What cannot be carried out is told, and tried
/// again; the rest goes on.
public final class Diversion implements HostSide {
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(5);

    /// How long news of SAs and of the network are collected.
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /// @param device of TUN, which is there and up
    /// @param deviceMtu octets of the longest packet it takes
    /// @param clampMss whether TCP connections that pass through this host into the device are kept
    /// to segments that fit
    public record Settings(String device, int deviceMtu, boolean clampMss) {}

    private final SadbEngine engine;
    private final Settings settings;
    private final LearntMtu learnt;
    private final Consumer<String> messages;
    private final Consumer<String> failed;
    private final PolicyFollower follower = new PolicyFollower();
    private final PacketGrowth growth;
    private final Rtnetlink rtnetlink;
    private final NetworkMonitor monitor;
    private final Poller poller;
    private final DivertedRoutes routes;
    private final ReversePaths reversePaths;
    private final @Nullable ClearTextFilter filter;
    private final Consumer<SadbEvent> listener = this::on;
    private final WayMtus wayMtus;
    private final Thread thread;

    // Of the thread, and of start and close before and after it.
    private HostView host;
    private boolean routesFailed;

    /// Whether the routes are those that were planned last.
    private boolean areRoutesKnown;

    private volatile boolean filterFailed;

    // What waits for the thread, under the lock.
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private List<SadbEvent> changes = new ArrayList<>();
    private @Nullable Set<Integer> newPorts;
    private boolean countWanted;
    private boolean growthChanged;
    private boolean networkChanged;

    /// When these two are heeded, if set; of [System#nanoTime].
    private long slowAt;

    private long asked;
    private boolean closed;

    /// Up to which change everything holds.
    private volatile long applied;

    /// Packets that the filter has dropped, at last sight.
    private volatile long forbidden;

    private volatile LocalAddresses local = new LocalAddresses(List.of());

    /// What came of one round of waiting.
    private record Work(
            List<SadbEvent> changes,
            @Nullable Set<Integer> ports,
            boolean count,
            boolean growth,
            boolean network,
            long upTo) {}

    private Diversion(
            SadbEngine engine,
            Settings settings,
            LearntMtu learnt,
            Consumer<String> messages,
            Consumer<String> failed,
            Optional<Nft> nft)
            throws IOException {
        this.engine = engine;
        this.settings = settings;
        this.learnt = learnt;
        this.messages = messages;
        this.failed = failed;
        growth = new PacketGrowth(engine.associations());
        rtnetlink = Rtnetlink.open();
        monitor = NetworkMonitor.open(EnumSet.allOf(NetworkMonitor.Topic.class));
        poller = Poller.create(1);
        poller.add(monitor.descriptor(), true, false);
        routes = new DivertedRoutes(rtnetlink);
        filter =
                nft.map(
                                program ->
                                        new ClearTextFilter(
                                                program,
                                                follower.filter(),
                                                settings.device(),
                                                settings.clampMss()))
                        .orElse(null);
        reversePaths =
                new ReversePaths(
                        settings.device(), notes -> onFilter(each -> each.note(notes)), messages);
        host = HostView.of(rtnetlink, learnt, settings.device());
        wayMtus = new WayMtus(Rtnetlink.open(), learnt);
        wayMtus.networkChanged(host.links());
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("diversion")
                        .uncaughtExceptionHandler((_, bug) -> broke(bug.toString()))
                        .unstarted(this::run);
    }

    /// Removes what a predecessor has left, sets everything up for the policies that are there, and
    /// goes on from there. In the network namespace of the calling thread.
    ///
    /// @param learnt asked for each peer
    /// @param messages takes lines for the log, from any thread
    /// @param failed is told, at most once, why packets are diverted no more: everything is undone
    ///     then, and traffic goes in clear until the host's owner ends it
    /// @throws IOException nothing was set up
    public static Diversion start(
            SadbEngine engine,
            Settings settings,
            LearntMtu learnt,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        return start(engine, settings, learnt, messages, failed, Nft.find());
    }

    /// @param nft empty when it is not installed
    static Diversion start(
            SadbEngine engine,
            Settings settings,
            LearntMtu learnt,
            Consumer<String> messages,
            Consumer<String> failed,
            Optional<Nft> nft)
            throws IOException {
        Diversion diversion = new Diversion(engine, settings, learnt, messages, failed, nft);
        try {
            diversion.begin();
        } catch (IOException | RuntimeException e) {
            diversion.engine.unlisten(diversion.listener);
            diversion.cleanUp();
            throw e;
        }
        diversion.thread.start();
        return diversion;
    }

    private void begin() throws IOException {
        routes.remove();
        follower.begin(engine.follow(listener));
        local = new LocalAddresses(host.addresses());
        if (filter == null) {
            messages.accept(
                    "WARNING: nft(8) is not installed: clear text is let in even where a policy"
                            + " wants it protected; install nftables and start anew");
        } else {
            onFilter(each -> reversePaths.restore(each.notes()));
            engine.countAlso(DropReason.CLEAR_TEXT_FORBIDDEN, this::forbidden);
            onFilter(ClearTextFilter::establish);
        }
        reversePaths.loosen(host.links());
        routes.establishRules();
        onRoutes(this::plan);
    }

    // ---- what others ask ----

    /// Waits until routes and filter hold every change that the SPD has seen before this call.
    @Override
    public void awaitApplied() {
        lock.lock(); // held only for moments
        try {
            awaitApplied(asked);
        } finally {
            lock.unlock();
        }
    }

    private void awaitApplied(long version) {
        while (applied < version && !closed) {
            progress.awaitUninterruptibly();
        }
    }

    /// Which packets are for this host: those to one of its addresses, as they are now.
    @Override
    public Locality locality() {
        return this::isLocal;
    }

    private boolean isLocal(FlowKey flow) {
        return local.isLocal(flow);
    }

    /// How large packets may be on the host's own ways; for the one thread that sends.
    @Override
    public PathMtu pathMtu() {
        return wayMtus;
    }

    /// Lets in datagrams to these ports of UDP, for ESP in UDP; those of IKE are let in always.
    /// Returns when that holds.
    ///
    /// @param ports all of them: others are shut
    @Override
    public void encapsulationPorts(Set<Integer> ports) {
        lock.lock();
        try {
            newPorts = new HashSet<>(ports);
            asked++;
            poller.wake();
            awaitApplied(asked);
        } finally {
            lock.unlock();
        }
    }

    /// What was learnt is other than before: routes will tell soon. From any thread.
    @Override
    public void pathMtuChanged() {
        wayMtus.forget();
        noteSlowly(false);
    }

    /// The TUN device is another one of the same name: its routes went with the old one.
    @Override
    public void deviceReopened() {
        noteSlowly(true);
    }

    /// Whether clear text is filtered: whether there is nft(8) and it works.
    @Override
    public boolean isFiltering() {
        return filter != null && !filterFailed;
    }

    private long forbidden() {
        lock.lock();
        try {
            countWanted = true;
            asked++;
            poller.wake();
            awaitApplied(asked);
            return forbidden;
        } finally {
            lock.unlock();
        }
    }

    /// Undoes everything. The thread does it: it is in the right namespace.
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            progress.signalAll();
            poller.wake();
        } finally {
            lock.unlock();
        }
        engine.unlisten(listener);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void cleanUp() {
        try {
            routes.remove();
        } catch (IOException failed) {
            messages.accept("cannot remove jipsec's routes: " + failed.getMessage());
        }
        if (filter != null) {
            try {
                filter.remove();
            } catch (IOException failed) {
                if (filter.wasEstablished()) {
                    messages.accept("cannot remove jipsec's filter: " + failed.getMessage());
                }
            }
        }
        reversePaths.restore();
        monitor.close();
        rtnetlink.close();
        wayMtus.close();
        poller.close();
    }

    // ---- by the engine's threads ----

    private void on(SadbEvent event) {
        switch (event) {
            case SadbEvent.PolicyChanged _, SadbEvent.PoliciesFlushed _ -> {
                lock.lock();
                try {
                    changes.add(event);
                    asked++;
                    poller.wake();
                } finally {
                    lock.unlock();
                }
            }
            case SadbEvent.SaChanged _, SadbEvent.SasFlushed _ -> noteSlowly(false);
            case SadbEvent.Acquire _, SadbEvent.Expire _, SadbEvent.Mapping _ -> {}
        }
    }

    private void noteSlowly(boolean network) {
        lock.lock();
        try {
            if (!growthChanged && !networkChanged) {
                slowAt = System.nanoTime() + PATIENCE_NANOS;
            }
            growthChanged |= !network;
            networkChanged |= network;
            poller.wake();
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread ----

    private void run() {
        try {
            long checkAt = System.nanoTime() + CHECK_NANOS;
            while (true) {
                long until = untilSlow().orElse(Long.MAX_VALUE);
                until = Math.clamp(checkAt - System.nanoTime(), 0, until);
                poller.await((int) TimeUnit.NANOSECONDS.toMillis(until) + 1);
                for (NetworkEvent event : monitor.read()) {
                    if (routes.isConcernedBy(event)) {
                        noteSlowly(true);
                    }
                }
                Work work = take();
                if (work == null) {
                    return;
                }
                carryOut(work);
                finish(work.upTo());
                if (System.nanoTime() - checkAt >= 0) {
                    check();
                    checkAt = System.nanoTime() + CHECK_NANOS;
                }
            }
        } catch (IOException broken) {
            broke(String.valueOf(broken.getMessage()));
        } finally {
            cleanUp();
            finish(Long.MAX_VALUE);
        }
    }

    private void broke(String why) {
        failed.accept("the diversion of packets has stopped: " + why);
    }

    private OptionalLong untilSlow() {
        lock.lock();
        try {
            return growthChanged || networkChanged
                    ? OptionalLong.of(Math.max(0, slowAt - System.nanoTime()))
                    : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Work take() {
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            boolean isDue = slowAt - System.nanoTime() <= 0;
            Work work =
                    new Work(
                            changes,
                            newPorts,
                            countWanted,
                            growthChanged && isDue,
                            networkChanged && isDue,
                            asked);
            changes = new ArrayList<>();
            newPorts = null;
            countWanted = false;
            growthChanged &= !isDue;
            networkChanged &= !isDue;
            return work;
        } finally {
            lock.unlock();
        }
    }

    private void finish(long upTo) {
        lock.lock();
        try {
            applied = upTo;
            progress.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void carryOut(Work work) {
        work.changes().forEach(follower::heed);
        Set<Integer> ports = work.ports();
        if (ports != null) {
            onFilter(each -> each.ports(ports));
        }
        if (!work.changes().isEmpty()) {
            onFilter(ClearTextFilter::apply);
        }
        if (work.count()) {
            onFilter(each -> forbidden = each.forbidden());
        }
        if (work.network()) {
            lookAround();
        } else {
            if (work.growth()) {
                follower.routes().forget();
            }
            if (follower.routes().isStale()) {
                onRoutes(this::plan);
            }
        }
    }

    /// Whether somebody else has changed what is ours.
    private void check() {
        boolean failed = filterFailed;
        onFilter(
                each -> {
                    if (each.mend() && !failed) {
                        messages.accept(
                                "somebody else has changed jipsec's filter (nft table inet "
                                        + WireNames.FILTER_TABLE
                                        + "); it is set up anew");
                    }
                });
        if (routesFailed) {
            lookAround();
        } else {
            onRoutes(this::mendRoutes);
        }
    }

    /// The host's own network has changed.
    private void lookAround() {
        onRoutes(
                () -> {
                    host = HostView.of(rtnetlink, learnt, settings.device());
                    local = new LocalAddresses(host.addresses());
                    wayMtus.networkChanged(host.links());
                    reversePaths.loosen(host.links());
                    follower.routes().forget();
                    mendRules();
                    look();
                    plan();
                });
    }

    private void mendRoutes() throws IOException {
        mendRules();
        if (look()) {
            plan();
        }
    }

    private void mendRules() throws IOException {
        if (routes.establishRules()) {
            messages.accept("jipsec's rule of policy routing was gone; it is set up anew");
        }
    }

    /// Whether somebody has changed the table; the next plan mends it.
    private boolean look() throws IOException {
        if (!routes.look()) {
            return false;
        }
        areRoutesKnown = false;
        if (!routesFailed) {
            messages.accept("routes of jipsec's table were changed or gone; mended");
        }
        return true;
    }

    private void plan() throws IOException {
        Optional<NetworkLink> device = host.link(settings.device());
        if (device.isEmpty()) {
            throw new IOException("there is no device " + settings.device());
        }
        DiversionPlanner planner = follower.routes();
        DiversionPlanner.Changes changes =
                planner.takeChanges(new DivertedRegion.Facts(host, growth, settings.deviceMtu()));
        boolean isSure = areRoutesKnown;
        areRoutesKnown = false;
        List<RouteChange.Refusal> refusals =
                isSure
                        ? routes.apply(changes, device.get().index())
                        : routes.apply(planner.routes(), device.get().index());
        if (!refusals.isEmpty()) {
            throw new IOException(
                    "%d of %d routes were refused, the first: %s"
                            .formatted(
                                    refusals.size(),
                                    planner.routes().size(),
                                    refusals.getFirst().reason().getMessage()));
        }
        areRoutesKnown = true;
    }

    // ---- what fails is told once, and tried again ----

    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    @FunctionalInterface
    private interface FilterStep {
        void run(ClearTextFilter filter) throws IOException;
    }

    private void onRoutes(Step step) {
        try {
            step.run();
            if (routesFailed) {
                routesFailed = false;
                messages.accept("packets are diverted into " + settings.device() + " again");
            }
        } catch (IOException failed) {
            routesFailed(failed);
        } catch (UncheckedIOException failed) {
            routesFailed(failed.getCause());
        }
    }

    private void routesFailed(@Nullable IOException failed) {
        if (!routesFailed) {
            routesFailed = true;
            messages.accept(
                    "WARNING: not all packets of policies can be diverted: "
                            + (failed == null ? "" : failed.getMessage()));
        }
    }

    private void onFilter(FilterStep step) {
        if (filter == null) {
            return;
        }
        try {
            step.run(filter);
            if (filterFailed && filter.isEstablished()) {
                filterFailed = false;
                messages.accept("clear text that policies forbid is kept out again");
            }
        } catch (IOException failed) {
            if (!filterFailed) {
                filterFailed = true;
                messages.accept(
                        "WARNING: clear text is let in even where a policy wants it protected: "
                                + failed.getMessage());
            }
        }
    }
}

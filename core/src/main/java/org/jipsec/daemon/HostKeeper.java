package org.jipsec.daemon;

import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.PacketGrowth;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.NetworkEvent;
import org.jipsec.os.NetworkLink;
import org.jipsec.os.RouteChange;
import org.jipsec.os.Rtnetlink;
import org.jipsec.sadb.Policy;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Keeps a host's routes and filter as the policies want them: carries out what the [Diversion]'s
/// errands ask for. What cannot be done is told, once, and tried again; the rest goes on. For one
/// thread, in whose network namespace it works, but where it says otherwise.
final class HostKeeper implements AutoCloseable {
    private final Diversion.Settings settings;
    private final LearntMtu learnt;
    private final Consumer<String> messages;
    private final PolicyFollower follower = new PolicyFollower();
    private final PacketGrowth growth;
    private final Rtnetlink rtnetlink;
    private final DivertedRoutes routes;
    private final ReversePaths reversePaths;
    private final @Nullable ClearTextFilter filter;
    private final WayMtus wayMtus;
    private HostView host;
    private boolean routesFailed;

    /// Whether the routes are those that were planned last.
    private boolean areRoutesKnown;

    private volatile boolean filterFailed;

    /// Packets that the filter has dropped, at last sight.
    private volatile long forbidden;

    private volatile LocalAddresses local = new LocalAddresses(List.of());

    HostKeeper(
            SadbEngine engine,
            Diversion.Settings settings,
            LearntMtu learnt,
            Consumer<String> messages)
            throws IOException {
        this.settings = settings;
        this.learnt = learnt;
        this.messages = messages;
        growth = new PacketGrowth(engine.associations());
        rtnetlink = Rtnetlink.open();
        routes = new DivertedRoutes(rtnetlink);
        filter =
                settings.nft()
                        .map(
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
    }

    /// Removes what a predecessor has left.
    void clear() throws IOException {
        routes.remove();
    }

    /// Sets everything up for these policies.
    ///
    /// @param policies in turn
    void begin(Collection<Policy> policies) throws IOException {
        follower.begin(policies);
        local = new LocalAddresses(host.addresses());
        if (filter == null) {
            messages.accept(
                    "WARNING: nft(8) is not installed: clear text is let in even where a policy"
                            + " wants it protected; install nftables and start anew");
        } else {
            onFilter(each -> reversePaths.restore(each.notes()));
            onFilter(ClearTextFilter::establish);
        }
        reversePaths.loosen(host.links());
        routes.establishRules();
        onRoutes(this::plan);
    }

    /// Any thread.
    Locality locality() {
        return flow -> local.isLocal(flow);
    }

    /// For the thread that sends.
    PathMtu pathMtu() {
        return wayMtus;
    }

    /// What was learnt of ways is other than before. Any thread.
    void forgetWays() {
        wayMtus.forget();
    }

    boolean hasFilter() {
        return filter != null;
    }

    /// Whether clear text is filtered. Any thread.
    boolean isFiltering() {
        return filter != null && !filterFailed;
    }

    /// How many packets were dropped when it was counted last. Any thread.
    long forbidden() {
        return forbidden;
    }

    /// Whether nothing is left to be tried again.
    boolean isWhole() {
        return !routesFailed && !filterFailed;
    }

    /// Whether news of the network bear on what is planned or there.
    boolean isConcernedBy(NetworkEvent event) {
        return routes.isConcernedBy(event);
    }

    /// Whether a process has changed nftables for us.
    boolean isOurs(long process) {
        return filter != null && filter.isOurs(process);
    }

    void carryOut(DiversionErrands.Work work) {
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
        if (work.growth()) {
            follower.routes().forget();
        }
        if (work.network() || (work.check() && routesFailed)) {
            lookAround();
        } else if (follower.routes().isStale()) {
            onRoutes(this::plan);
        }
        if (work.filter() || work.check()) {
            mendFilter();
        }
        if (work.check() && !routesFailed) {
            onRoutes(this::mendRoutes);
        }
    }

    /// Takes away everything.
    void undo() {
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
    }

    /// What is in the host stays as it is.
    @Override
    public void close() {
        rtnetlink.close();
        wayMtus.close();
    }

    private void mendFilter() {
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

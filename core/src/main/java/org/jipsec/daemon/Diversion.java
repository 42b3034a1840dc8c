package org.jipsec.daemon;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.NetworkEvent;
import org.jipsec.os.NetworkMonitor;
import org.jipsec.os.NftablesMonitor;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.sadb.SadbEvent;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Makes a host hand over the packets that the SPD is for, and keep out clear text that it forbids,
/// as long as it is open: routes by rtnetlink, a filter by nftables. It follows each change of the
/// SPD, and of the host's devices, addresses and routes; what somebody else takes away, it puts
/// back.
///
/// Changes are carried out by a thread of its own, those that came meanwhile together; who must
/// know that they hold waits in [#awaitApplied]. What cannot be carried out is told, and tried
/// again; the rest goes on.
final class Diversion implements HostSide {
    /// @param device of TUN, which is there and up
    /// @param deviceMtu octets of the longest packet it takes
    /// @param clampMss whether TCP connections that pass through this host into the device are kept
    /// to segments that fit
    /// @param nft empty when it is not installed
    record Settings(String device, int deviceMtu, boolean clampMss, Optional<Nft> nft) {}

    private final SadbEngine engine;
    private final Consumer<String> failed;
    private final HostKeeper keeper;
    private final NetworkMonitor monitor;
    private final @Nullable NftablesMonitor filterMonitor;
    private final Poller poller;
    private final DiversionErrands errands;
    private final Consumer<List<SadbEvent>> follower = this::on;
    private final Thread thread;
    private volatile boolean isLeft;

    private Diversion(
            SadbEngine engine,
            HostKeeper keeper,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        this.engine = engine;
        this.keeper = keeper;
        this.failed = failed;
        monitor = NetworkMonitor.open(EnumSet.allOf(NetworkMonitor.Topic.class));
        filterMonitor = keeper.hasFilter() ? filterMonitor(messages) : null;
        poller = Poller.create(2);
        poller.add(monitor.descriptor(), true, false);
        if (filterMonitor != null) {
            poller.add(filterMonitor.descriptor(), true, false);
        }
        errands = new DiversionErrands(System::nanoTime, poller::wake);
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("diversion")
                        .uncaughtExceptionHandler((_, bug) -> broke(bug.toString()))
                        .unstarted(this::run);
    }

    private static @Nullable NftablesMonitor filterMonitor(Consumer<String> messages) {
        try {
            return NftablesMonitor.open();
        } catch (OsException unknown) {
            messages.accept(
                    "whether somebody else changes the filter is only looked at now and then: "
                            + unknown.getMessage());
            return null;
        }
    }

    /// Removes what a predecessor has left, sets everything up for the policies that are there, and
    /// goes on from there. In the network namespace of the calling thread.
    ///
    /// @param learnt asked for each peer
    /// @param messages takes lines for the log, from any thread
    /// @param failed is told, at most once, why packets are diverted no more: what keeps clear text
    ///     of policies from leaving and from coming in stays in the host then, for a successor
    /// @throws IOException nothing was set up
    static Diversion start(
            SadbEngine engine,
            Settings settings,
            LearntMtu learnt,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        HostKeeper keeper = new HostKeeper(engine, settings, learnt, messages);
        Diversion diversion = new Diversion(engine, keeper, messages, failed);
        try {
            diversion.begin();
        } catch (IOException | RuntimeException e) {
            engine.unfollow(diversion.follower);
            keeper.undo();
            diversion.release();
            throw e;
        }
        diversion.thread.start();
        return diversion;
    }

    private void begin() throws IOException {
        keeper.clear();
        keeper.begin(engine.follow(follower));
        if (keeper.hasFilter()) {
            engine.countAlso(DropReason.CLEAR_TEXT_FORBIDDEN, this::forbidden);
        }
    }

    // ---- what others ask ----

    /// Waits until routes and filter hold every change that the SPD has seen before this call.
    @Override
    public void awaitApplied() {
        errands.awaitAll();
    }

    /// Which packets are for this host: those to one of its addresses, as they are now.
    @Override
    public Locality locality() {
        return keeper.locality();
    }

    /// How large packets may be on the host's own ways; for the one thread that sends.
    @Override
    public PathMtu pathMtu() {
        return keeper.pathMtu();
    }

    /// Lets in datagrams to these ports of UDP, for ESP in UDP; those of IKE are let in always.
    /// Returns when that holds.
    ///
    /// @param ports all of them: others are shut
    @Override
    public void encapsulationPorts(Set<Integer> ports) {
        errands.awaitPorts(ports);
    }

    /// What was learnt is other than before: routes will tell soon. From any thread.
    @Override
    public void pathMtuChanged() {
        keeper.forgetWays();
        errands.growthChanged();
    }

    /// The TUN device is another one of the same name: its routes went with the old one.
    @Override
    public void deviceReopened() {
        errands.networkChanged();
    }

    /// Whether clear text is filtered: whether there is nft(8) and it works.
    @Override
    public boolean isFiltering() {
        return keeper.isFiltering();
    }

    private long forbidden() {
        errands.awaitCount();
        return keeper.forbidden();
    }

    /// Undoes everything. The thread does it: it is in the right namespace.
    @Override
    public void close() {
        if (errands.close()) {
            end();
        }
    }

    /// Ends without undoing anything: packets of policies are refused, as when the process is
    /// killed, until a successor comes.
    @Override
    public void abandon() {
        isLeft = true;
        close();
    }

    private void end() {
        engine.unfollow(follower);
        poller.wake();
        ThreadEnd.await(thread);
    }

    private void release() {
        monitor.close();
        if (filterMonitor != null) {
            filterMonitor.close();
        }
        keeper.close();
        poller.close();
    }

    // ---- by the engine's threads ----

    /// What changed at once is carried out at once: routes and filter never are as nobody wanted.
    private void on(List<SadbEvent> events) {
        List<SadbEvent> ofPolicies = new ArrayList<>();
        boolean isGrowthOther = false;
        for (SadbEvent event : events) {
            switch (event) {
                case SadbEvent.PolicyChanged _, SadbEvent.PoliciesFlushed _ ->
                        ofPolicies.add(event);
                case SadbEvent.SaChanged _, SadbEvent.SasFlushed _ -> isGrowthOther = true;
                case SadbEvent.Acquire _, SadbEvent.Expire _, SadbEvent.Mapping _ -> {}
            }
        }
        if (!ofPolicies.isEmpty()) {
            errands.policiesChanged(ofPolicies);
        }
        if (isGrowthOther) {
            errands.growthChanged();
        }
    }

    // ---- the thread ----

    private void run() {
        try {
            follow();
            if (!isLeft) {
                keeper.undo();
            }
        } catch (IOException broken) {
            broke(String.valueOf(broken.getMessage()));
        } finally {
            errands.close(); // else others would wait for ever
            release();
        }
    }

    private void follow() throws IOException {
        while (true) {
            poller.await((int) TimeUnit.NANOSECONDS.toMillis(errands.untilDue()) + 1);
            for (NetworkEvent event : monitor.read()) {
                if (keeper.isConcernedBy(event)) {
                    errands.networkChanged();
                }
            }
            if (filterMonitor != null) {
                for (long process : filterMonitor.read()) {
                    if (!keeper.isOurs(process)) {
                        errands.filterChanged();
                    }
                }
            }
            DiversionErrands.Work work = errands.take();
            if (work == null) {
                return;
            }
            keeper.carryOut(work);
            errands.finish(work, keeper.isWhole());
        }
    }

    private void broke(String why) {
        failed.accept("the diversion of packets has stopped: " + why);
    }
}

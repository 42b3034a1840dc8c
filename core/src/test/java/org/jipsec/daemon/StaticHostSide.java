package org.jipsec.daemon;

import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.PathMtu;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// A host whose addresses and routes do not change; a test has said them.
final class StaticHostSide implements HostSide {
    private final LocalAddresses addresses;
    private final Runnable divert;
    final LearntPathMtus learnt;
    final AtomicInteger pathMtuChanges = new AtomicInteger();
    final AtomicInteger reopenings = new AtomicInteger();
    final AtomicInteger closings = new AtomicInteger();
    final AtomicInteger abandonings = new AtomicInteger();
    volatile int mtu = 1500;

    /// Thrown where the wire asks for path MTUs.
    volatile @Nullable RuntimeException broken;

    /// @param divert makes the routes into the device
    StaticHostSide(List<InetAddress> addresses, LearntPathMtus learnt, Runnable divert) {
        this.learnt = learnt;
        this.addresses = new LocalAddresses(addresses);
        this.divert = divert;
        divert.run();
    }

    @Override
    public Locality locality() {
        return addresses;
    }

    @Override
    public PathMtu pathMtu() {
        RuntimeException bug = broken;
        if (bug != null) {
            throw bug;
        }
        return flow -> mtu;
    }

    @Override
    public void awaitApplied() {}

    @Override
    public void encapsulationPorts(Set<Integer> ports) {}

    @Override
    public boolean isFiltering() {
        return false;
    }

    @Override
    public void pathMtuChanged() {
        pathMtuChanges.incrementAndGet();
    }

    @Override
    public void deviceReopened() {
        reopenings.incrementAndGet();
        divert.run();
    }

    @Override
    public void close() {
        closings.incrementAndGet();
    }

    @Override
    public void abandon() {
        abandonings.incrementAndGet();
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.PacketGrowth;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.wire.Prefix;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// A destination as a whole, and what its policies say of the route there. What was reckoned for a
/// policy is kept until the policy goes. For one thread.
final class DivertedRegion {
    /// What regions are reckoned with.
    ///
    /// @param deviceMtu of TUN: no route promises more
    record Facts(HostRoutes host, PacketGrowth growth, int deviceMtu) {}

    private final boolean isWay;

    /// An address in it that is in no other region.
    private final InetAddress example;

    /// Of each policy, by its id.
    private final Map<Integer, Fit> fits = new LinkedHashMap<>(2);

    private Optional<InetAddress> source = Optional.empty();
    private int smallest;
    private boolean isSmallestKnown;
    private @Nullable DivertedRoute route;

    /// @param length of the longest packet that fits; 0 where the policy protects nothing
    private record Fit(Policy policy, int length) {}

    /// @param isWay whether it is a part of what policies want to which the host has a way of its
    /// own
    DivertedRegion(boolean isWay, InetAddress example, Collection<Policy> policies, Facts facts) {
        this.isWay = isWay;
        this.example = example;
        policies.forEach(policy -> fits.put(policy.id(), new Fit(policy, 0)));
        source = findSource(facts.host());
        reckonAll(facts);
    }

    boolean isWay() {
        return isWay;
    }

    void add(Policy policy, Facts facts) {
        int length = fitting(policy, facts);
        fits.put(policy.id(), new Fit(policy, length));
        smallest = smaller(smallest, length);
        locate(facts);
    }

    void remove(Policy policy, Facts facts) {
        Fit fit = fits.remove(policy.id());
        if (fit != null && fit.length() == smallest) {
            isSmallestKnown = false;
        }
        locate(facts);
    }

    /// Plans the route.
    ///
    /// @param prefix of this region
    /// @param outer of the region around this one
    DivertedRoute plan(Prefix prefix, @Nullable DivertedRoute outer) {
        int around = isWay || outer == null ? 0 : outer.mtu();
        DivertedRoute planned =
                new DivertedRoute(prefix, true, source, smaller(smallest(), around));
        route = planned;
        return planned;
    }

    /// As it was planned last.
    @Nullable DivertedRoute route() {
        return route;
    }

    /// What fits for all policies; 0 when none protects.
    private int smallest() {
        if (!isSmallestKnown) {
            smallest = 0;
            for (Fit fit : fits.values()) {
                smallest = smaller(smallest, fit.length());
            }
            isSmallestKnown = true;
        }
        return smallest;
    }

    /// Without a way of its own, where it is sent from depends on the policies.
    private void locate(Facts facts) {
        Optional<InetAddress> now = findSource(facts.host());
        if (!now.equals(source)) {
            source = now;
            reckonAll(facts);
        }
    }

    private void reckonAll(Facts facts) {
        fits.replaceAll((_, fit) -> new Fit(fit.policy(), fitting(fit.policy(), facts)));
        isSmallestKnown = false;
    }

    private Optional<InetAddress> findSource(HostRoutes host) {
        Optional<InetAddress> usual = host.sourceTo(example);
        if (usual.isPresent()) {
            return usual;
        }
        // no way but the tunnel: an address that the policy is for, else the tunnel's own
        return first(policy -> ownSource(policy, host))
                .or(() -> first(policy -> outerSource(policy, host)));
    }

    /// Of the first policy, by priority, that has one.
    private Optional<InetAddress> first(Function<Policy, Optional<InetAddress>> source) {
        return fits.values().stream()
                .map(Fit::policy)
                .filter(policy -> source.apply(policy).isPresent())
                .min((left, right) -> Integer.compareUnsigned(left.priority(), right.priority()))
                .flatMap(source);
    }

    private static Optional<InetAddress> ownSource(Policy policy, HostRoutes host) {
        return host.addresses().stream()
                .filter(
                        own ->
                                policy.selector().source().contains(own)
                                        && !own.isLinkLocalAddress())
                .findFirst();
    }

    private Optional<InetAddress> outerSource(Policy policy, HostRoutes host) {
        return host.sourceTo(PacketGrowth.outermost(policy.rules(), example))
                .filter(address -> address.getClass() == example.getClass());
    }

    private int fitting(Policy policy, Facts facts) {
        if (policy.action() != PolicyAction.IPSEC) {
            return 0;
        }
        Prefix sources = policy.selector().source();
        InetAddress from = sources.isHost() ? sources.address() : source.orElse(sources.address());
        int path = facts.host().mtuTo(PacketGrowth.outermost(policy.rules(), example));
        int least = policy.selector().isIpv4() ? PathMtu.IPV4_MINIMUM : PathMtu.IPV6_MINIMUM;
        int length = facts.growth().fitting(policy.rules(), from, example, path);
        return Math.clamp(length, least, facts.deviceMtu());
    }

    private static int smaller(int left, int right) {
        return left == 0 ? right : right == 0 ? left : Math.min(left, right);
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.PacketGrowth;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Which routes bring a host's packets into the TUN device: one for each destination of a policy
/// `out` that is not `none`. Whether a packet there really is a policy's, the SPD decides.
///
/// A route says from where the host sends, so that it is the address that would be taken without
/// IPsec; where that differs within a policy's destination, because the host has several ways
/// there, these have routes of their own. And it says how long packets may be. Pure.
final class DiversionPlanner {
    /// What is not for one host elsewhere, and stays what it is when it was not named by a policy
    /// but is only within what one named; discovery of neighbours and of addresses lives there.
    private static final List<Prefix> LEFT_ALONE =
            List.of(
                    prefix("224.0.0.0", 4),
                    prefix("255.255.255.255", 32),
                    prefix("fe80::", 10),
                    prefix("ff00::", 8));

    /// Outer before inner, then by address.
    private static final Comparator<Prefix> ORDER =
            Comparator.comparing(Prefix::isIpv4)
                    .thenComparing(prefix -> prefix.address().getAddress(), Arrays::compareUnsigned)
                    .thenComparingInt(Prefix::length);

    private final HostRoutes host;
    private final PacketGrowth growth;
    private final int deviceMtu;

    /// @param deviceMtu of TUN: no route promises more
    DiversionPlanner(HostRoutes host, PacketGrowth growth, int deviceMtu) {
        this.host = host;
        this.growth = growth;
        this.deviceMtu = deviceMtu;
    }

    /// A destination, the policies for it as a whole, and how it stands within others.
    private record Region(Prefix prefix, List<Policy> policies, @Nullable DivertedRoute route) {}

    /// @param outbound the policies `out`
    /// @return by destination
    Map<Prefix, DivertedRoute> plan(Collection<Policy> outbound) {
        Map<Prefix, List<Policy>> wanted = new TreeMap<>(ORDER);
        for (Policy policy : outbound) {
            if (policy.action() != PolicyAction.NONE) {
                wanted.computeIfAbsent(
                                policy.selector().destination().network(), _ -> new ArrayList<>(1))
                        .add(policy);
            }
        }
        Map<Prefix, List<Prefix>> ways = waysWithin(wanted.keySet());
        Map<Prefix, List<Policy>> regions = new TreeMap<>(ORDER);
        regions.putAll(wanted);
        ways.values().forEach(all -> all.forEach(way -> regions.putIfAbsent(way, List.of())));
        Map<Prefix, DivertedRoute> routes = new LinkedHashMap<>();
        Deque<Region> around = new ArrayDeque<>();
        regions.forEach(
                (prefix, policies) -> {
                    while (!around.isEmpty() && !around.peek().prefix().contains(prefix)) {
                        around.pop();
                    }
                    Region outer = around.peek();
                    DivertedRoute route =
                            policies.isEmpty()
                                    ? ofWay(prefix, around, ways)
                                    : ofPolicies(prefix, policies, outer, ways);
                    boolean isNews =
                            !policies.isEmpty()
                                    || outer == null
                                    || outer.route() == null
                                    || !outer.route().source().equals(route.source())
                                    || outer.route().mtu() != route.mtu();
                    if (isNews) {
                        routes.put(prefix, route);
                    }
                    around.push(new Region(prefix, policies, route));
                });
        leaveAlone(wanted, routes);
        return routes;
    }

    /// The main table's destinations that are parts of policies' destinations.
    private Map<Prefix, List<Prefix>> waysWithin(Collection<Prefix> wanted) {
        Collection<Prefix> destinations = host.destinations();
        Map<Prefix, List<Prefix>> ways = new HashMap<>();
        for (Prefix prefix : wanted) {
            if (prefix.isHost()) {
                continue;
            }
            List<Prefix> within =
                    destinations.stream()
                            .filter(way -> way.length() > prefix.length() && prefix.contains(way))
                            .sorted(ORDER)
                            .toList();
            if (!within.isEmpty()) {
                ways.put(prefix, within);
            }
        }
        return ways;
    }

    private DivertedRoute ofPolicies(
            Prefix prefix,
            List<Policy> policies,
            @Nullable Region outer,
            Map<Prefix, List<Prefix>> ways) {
        InetAddress example = example(prefix, ways.getOrDefault(prefix, List.of()));
        Optional<InetAddress> source = source(policies, example);
        int mtu = mtu(policies, example, source);
        int around = outer == null || outer.route() == null ? 0 : outer.route().mtu();
        return new DivertedRoute(prefix, true, source, smaller(mtu, around));
    }

    /// A part of what policies want to which the host has a way of its own.
    private DivertedRoute ofWay(
            Prefix prefix, Deque<Region> around, Map<Prefix, List<Prefix>> ways) {
        List<Policy> policies = new ArrayList<>();
        List<Prefix> within = List.of();
        for (Region region : around) {
            if (within.isEmpty()) {
                within =
                        ways.getOrDefault(region.prefix(), List.of()).stream()
                                .filter(
                                        way ->
                                                way.length() > prefix.length()
                                                        && prefix.contains(way))
                                .toList();
            }
            policies.addAll(region.policies());
        }
        InetAddress example = example(prefix, within);
        Optional<InetAddress> source = source(policies, example);
        return new DivertedRoute(prefix, true, source, mtu(policies, example, source));
    }

    private Optional<InetAddress> source(List<Policy> policies, InetAddress example) {
        Optional<InetAddress> usual = host.sourceTo(example);
        if (usual.isPresent()) {
            return usual;
        }
        // no way but the tunnel: an address that the policy is for, else the tunnel's own
        for (Policy policy : policies) {
            for (InetAddress own : host.addresses()) {
                if (policy.selector().source().contains(own) && !own.isLinkLocalAddress()) {
                    return Optional.of(own);
                }
            }
        }
        for (Policy policy : policies) {
            InetAddress outermost = PacketGrowth.outermost(policy.rules(), example);
            Optional<InetAddress> source = host.sourceTo(outermost);
            if (source.isPresent() && source.get().getClass() == example.getClass()) {
                return source;
            }
        }
        return Optional.empty();
    }

    /// What fits for all policies; 0 when none protects.
    private int mtu(List<Policy> policies, InetAddress example, Optional<InetAddress> source) {
        int smallest = 0;
        for (Policy policy : policies) {
            if (policy.action() == PolicyAction.IPSEC) {
                smallest = smaller(smallest, mtu(policy, example, source));
            }
        }
        return smallest;
    }

    private int mtu(Policy policy, InetAddress example, Optional<InetAddress> source) {
        List<PolicyRule> rules = policy.rules();
        Prefix sources = policy.selector().source();
        InetAddress from = sources.isHost() ? sources.address() : source.orElse(sources.address());
        int path = host.mtuTo(PacketGrowth.outermost(rules, example));
        int least = policy.selector().isIpv4() ? PathMtu.IPV4_MINIMUM : PathMtu.IPV6_MINIMUM;
        return Math.clamp(growth.fitting(rules, from, example, path), least, deviceMtu);
    }

    private static int smaller(int left, int right) {
        return left == 0 ? right : right == 0 ? left : Math.min(left, right);
    }

    /// Discarding what nobody named is what a wide policy of discard is for; to protect it, there
    /// is nobody to do it with.
    private static void leaveAlone(
            Map<Prefix, List<Policy>> wanted, Map<Prefix, DivertedRoute> routes) {
        for (Prefix special : LEFT_ALONE) {
            boolean isCovered = false;
            boolean isDiscarded = false;
            for (Map.Entry<Prefix, List<Policy>> each : wanted.entrySet()) {
                if (each.getKey().length() < special.length() && each.getKey().contains(special)) {
                    isCovered = true;
                    isDiscarded |=
                            each.getValue().stream()
                                    .anyMatch(policy -> policy.action() == PolicyAction.DISCARD);
                }
            }
            if (isCovered && !isDiscarded) {
                routes.computeIfAbsent(special, DivertedRoute::back);
            }
        }
    }

    /// An address of the prefix that is not in one of its parts; when there is none, any.
    static InetAddress example(Prefix prefix, List<Prefix> parts) {
        BigInteger first = new BigInteger(1, prefix.address().getAddress());
        BigInteger last = first.add(size(prefix)).subtract(BigInteger.ONE);
        int bits = Prefix.bits(prefix.address());
        BigInteger candidate = prefix.length() >= bits - 1 ? first : first.add(BigInteger.ONE);
        for (Prefix part : parts) { // in order: what is skipped is not met again
            if (part.contains(address(candidate, bits))) {
                candidate = new BigInteger(1, part.address().getAddress()).add(size(part));
            }
            if (candidate.compareTo(last) > 0) {
                return address(first, bits);
            }
        }
        return address(candidate, bits);
    }

    private static BigInteger size(Prefix prefix) {
        return BigInteger.ONE.shiftLeft(Prefix.bits(prefix.address()) - prefix.length());
    }

    private static InetAddress address(BigInteger value, int bits) {
        byte[] octets = new byte[bits / 8];
        byte[] digits = value.toByteArray();
        int length = Math.min(digits.length, octets.length);
        System.arraycopy(digits, digits.length - length, octets, octets.length - length, length);
        try {
            return bits == 32
                    ? InetAddress.getByAddress(octets)
                    : Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    private static Prefix prefix(String address, int length) {
        return new Prefix(IpText.parse(address).orElseThrow(), length);
    }
}

package org.jipsec.os;

import org.jipsec.wire.Prefix;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// [NetworkRoute] as struct rtmsg with attributes, in the order in which ip-route(8) writes them.
final class RouteCodec {
    private static final int IPV6_DEFAULT_METRIC = 1024;

    private RouteCodec() {}

    static NetlinkRequest add(NetworkRoute route) {
        return change(
                Netlink.RTM_NEWROUTE,
                Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL,
                route,
                scope(route));
    }

    static NetlinkRequest replace(NetworkRoute route) {
        return change(
                Netlink.RTM_NEWROUTE,
                Netlink.NLM_F_CREATE | Netlink.NLM_F_REPLACE,
                route,
                scope(route));
    }

    static NetlinkRequest delete(NetworkRoute route) {
        int anyScope =
                route.family() == IpFamily.IPV4 ? Netlink.SCOPE_NOWHERE : Netlink.SCOPE_UNIVERSE;
        return change(Netlink.RTM_DELROUTE, 0, route, anyScope);
    }

    /// @param table 0 for all
    static NetlinkRequest dump(IpFamily family, int table) {
        NetlinkRequest request = new NetlinkRequest(Netlink.RTM_GETROUTE, Netlink.NLM_F_DUMP);
        header(request, family, 0, 0, 0, 0, 0);
        return table == 0 ? request : request.attributeU32(Netlink.RTA_TABLE, table);
    }

    /// @param mark as if the packet had it, 0 for none
    static NetlinkRequest lookUp(InetAddress destination, int mark) {
        IpFamily family = IpFamily.of(destination);
        NetlinkRequest request = new NetlinkRequest(Netlink.RTM_GETROUTE, 0);
        header(
                request,
                family,
                Prefix.bits(destination),
                0,
                0,
                0,
                // IPv6 always tells the table, and refuses the flag
                family == IpFamily.IPV4 ? Netlink.RTM_F_LOOKUP_TABLE : 0);
        request.attribute(Netlink.RTA_DST, destination.getAddress());
        return mark == 0 ? request : request.attributeU32(Netlink.RTA_MARK, mark);
    }

    /// @return empty for a type of route that we do not know
    static Optional<NetworkRoute> decode(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Optional<IpFamily> family = IpFamily.numbered(Wire.u8(in));
        int length = Wire.u8(in);
        Wire.skip(in, 2); // source length, TOS
        int table = Wire.u8(in);
        int protocol = Wire.u8(in);
        Wire.skip(in, 1); // scope
        Optional<NetworkRoute.Type> type = NetworkRoute.Type.numbered(Wire.u8(in));
        long flags = Wire.u32(in);
        if (family.isEmpty() || type.isEmpty() || length > family.get().addressOctets() * 8) {
            return Optional.empty();
        }
        Map<Integer, ByteBuffer> attributes = withFirstHop(NetlinkAnswer.attributes(in));
        InetAddress destination =
                NetlinkAddresses.read(family.get(), attributes.get(Netlink.RTA_DST))
                        .orElse(NetlinkAddresses.any(family.get()));
        long metric = u32(attributes, Netlink.RTA_PRIORITY, 0);
        boolean isDefault = family.get() == IpFamily.IPV6 && metric == IPV6_DEFAULT_METRIC;
        return Optional.of(
                new NetworkRoute(
                        new Prefix(destination, length),
                        type.get(),
                        (int) u32(attributes, Netlink.RTA_TABLE, table),
                        protocol,
                        type.get().leadsSomewhere() ? (int) u32(attributes, Netlink.RTA_OIF, 0) : 0,
                        NetlinkAddresses.read(family.get(), attributes.get(Netlink.RTA_GATEWAY)),
                        NetlinkAddresses.read(family.get(), attributes.get(Netlink.RTA_PREFSRC)),
                        isLearnt(flags, attributes) ? 0 : mtu(attributes),
                        isDefault ? 0 : metric));
    }

    /// Whether it stands for one destination of another route, with what was learnt about it.
    static boolean isCached(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, 8);
        return (Wire.u32(in) & Netlink.RTM_F_CLONED) != 0;
    }

    /// Whether the MTU is what ICMP has told, of late: whoever sent it.
    private static boolean isLearnt(long flags, Map<Integer, ByteBuffer> attributes)
            throws WireException {
        ByteBuffer cache = attributes.get(Netlink.RTA_CACHEINFO);
        if ((flags & Netlink.RTM_F_CLONED) == 0 || cache == null) {
            return false;
        }
        ByteBuffer in = cache.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Wire.skip(in, 8); // references, last use
        return Wire.u32(in) != 0; // it expires
    }

    private static NetlinkRequest change(int type, int flags, NetworkRoute route, int scope) {
        boolean deletes = type == Netlink.RTM_DELROUTE;
        NetlinkRequest request = new NetlinkRequest(type, flags | Netlink.NLM_F_ACK);
        header(
                request,
                route.family(),
                route.destination().length(),
                route.protocol(),
                scope,
                route.type().number(),
                0);
        if (route.destination().length() > 0) {
            request.attribute(Netlink.RTA_DST, route.destination().address().getAddress());
        }
        route.gateway()
                .ifPresent(each -> request.attribute(Netlink.RTA_GATEWAY, each.getAddress()));
        route.source().ifPresent(each -> request.attribute(Netlink.RTA_PREFSRC, each.getAddress()));
        request.attributeU32(Netlink.RTA_TABLE, route.table());
        if (route.interfaceIndex() != 0) {
            request.attributeU32(Netlink.RTA_OIF, route.interfaceIndex());
        }
        if (route.metric() != 0) {
            request.attributeU32(Netlink.RTA_PRIORITY, (int) route.metric());
        }
        if (route.mtu() != 0 && !deletes) {
            // to delete: whatever its metrics are
            request.nestedU32(Netlink.RTA_METRICS, Netlink.RTAX_MTU, route.mtu());
        }
        return request;
    }

    private static void header(
            NetlinkRequest request,
            IpFamily family,
            int length,
            int protocol,
            int scope,
            int type,
            int flags) {
        request.u8(family.number()).u8(length).u8(0).u8(0);
        request.u8(0).u8(protocol).u8(scope).u8(type); // the table stands in an attribute
        request.u32(flags);
    }

    private static int scope(NetworkRoute route) {
        if (route.family() == IpFamily.IPV6) {
            return Netlink.SCOPE_UNIVERSE;
        }
        return switch (route.type()) {
            case UNICAST, MULTICAST ->
                    route.gateway().isPresent() ? Netlink.SCOPE_UNIVERSE : Netlink.SCOPE_LINK;
            case LOCAL -> Netlink.SCOPE_HOST;
            case BROADCAST, ANYCAST -> Netlink.SCOPE_LINK;
            case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> Netlink.SCOPE_UNIVERSE;
        };
    }

    /// Of several next hops, struct rtnexthop each, the first one's device and gateway.
    private static Map<Integer, ByteBuffer> withFirstHop(Map<Integer, ByteBuffer> attributes)
            throws WireException {
        ByteBuffer hops = attributes.get(Netlink.RTA_MULTIPATH);
        if (hops == null) {
            return attributes;
        }
        int length = Wire.u16(hops);
        Wire.skip(hops, 2); // flags, weight
        Map<Integer, ByteBuffer> all = new HashMap<>(attributes);
        all.put(Netlink.RTA_OIF, Wire.take(hops, 4));
        all.putAll(NetlinkAnswer.attributes(Wire.take(hops, Math.max(0, length - 8))));
        return all;
    }

    private static int mtu(Map<Integer, ByteBuffer> attributes) throws WireException {
        ByteBuffer metrics = attributes.get(Netlink.RTA_METRICS);
        return metrics == null
                ? 0
                : (int) u32(NetlinkAnswer.attributes(metrics), Netlink.RTAX_MTU, 0);
    }

    private static long u32(Map<Integer, ByteBuffer> attributes, int type, long otherwise)
            throws WireException {
        ByteBuffer value = attributes.get(type);
        return value == null ? otherwise : Wire.u32(value);
    }
}

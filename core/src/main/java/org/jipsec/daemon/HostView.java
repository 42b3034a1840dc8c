package org.jipsec.daemon;

import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkAddress;
import org.jipsec.os.NetworkLink;
import org.jipsec.os.NetworkRoute;
import org.jipsec.os.OsException;
import org.jipsec.os.Rtnetlink;
import org.jipsec.wire.Prefix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A host's devices, addresses and ways as they were at one moment. What the kernel is asked, it is
/// asked once for each destination. For one thread.
final class HostView implements HostRoutes {
    private static final int USUAL_MTU = 1500;

    private final Rtnetlink rtnetlink;
    private final LearntMtu learnt;
    private final Map<Integer, NetworkLink> links = new HashMap<>();
    private final List<InetAddress> addresses = new ArrayList<>();
    private final Set<Prefix> destinations = new HashSet<>();
    private final Map<InetAddress, Optional<NetworkRoute>> ways = new HashMap<>();

    private HostView(Rtnetlink rtnetlink, LearntMtu learnt) {
        this.rtnetlink = rtnetlink;
        this.learnt = learnt;
    }

    /// @param device of TUN, whose routes are ours
    static HostView of(Rtnetlink rtnetlink, LearntMtu learnt, String device) throws OsException {
        HostView view = new HostView(rtnetlink, learnt);
        for (NetworkLink link : rtnetlink.links()) {
            view.links.put(link.index(), link);
        }
        for (IpFamily family : IpFamily.values()) {
            for (NetworkAddress address : rtnetlink.addresses(family)) {
                view.addresses.add(address.address());
            }
            for (NetworkRoute route : rtnetlink.routes(family, Rtnetlink.MAIN_TABLE)) {
                NetworkLink link = view.links.get(route.interfaceIndex());
                boolean isWay =
                        route.type() == NetworkRoute.Type.UNICAST
                                && (link == null || !link.name().equals(device));
                if (isWay) {
                    view.destinations.add(route.destination().network());
                }
            }
        }
        return view;
    }

    Collection<NetworkLink> links() {
        return links.values();
    }

    Optional<NetworkLink> link(String name) {
        return links.values().stream().filter(link -> link.name().equals(name)).findFirst();
    }

    @Override
    public Collection<Prefix> destinations() {
        return destinations;
    }

    @Override
    public Optional<InetAddress> sourceTo(InetAddress destination) {
        return way(destination).flatMap(NetworkRoute::source);
    }

    @Override
    public int mtuTo(InetAddress destination) {
        int mtu = way(destination).map(this::mtu).orElse(USUAL_MTU);
        return Math.min(mtu, learnt.to(destination));
    }

    @Override
    public Collection<InetAddress> addresses() {
        return addresses;
    }

    private int mtu(NetworkRoute route) {
        NetworkLink link = links.get(route.interfaceIndex());
        return route.mtu() != 0 ? route.mtu() : link == null ? USUAL_MTU : link.mtu();
    }

    /// As our own packets would go: past our rule.
    private Optional<NetworkRoute> way(InetAddress destination) {
        return ways.computeIfAbsent(destination, this::ask);
    }

    private Optional<NetworkRoute> ask(InetAddress destination) {
        try {
            return rtnetlink.routeTo(destination, WireNames.MARK);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}

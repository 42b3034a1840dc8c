package org.jipsec.os;

import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Devices, addresses, routes and rules of the network namespace of the thread that opened it. For
/// one thread at a time. Reading needs no rights, changing CAP_NET_ADMIN.
public final class Rtnetlink implements AutoCloseable {
    /// The table that `ip route` shows.
    public static final int MAIN_TABLE = 254;

    private static final int DUMPS = 20;
    private static final int AT_A_TIME = 64; // so that the acknowledgements fit any receive buffer

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static Rtnetlink open() throws OsException {
        return new Rtnetlink(NetlinkSocket.open(Netlink.NETLINK_ROUTE, 0, 1 << 20));
    }

    public List<NetworkLink> links() throws OsException {
        return dump(NetworkLink.dump(), "RTM_GETLINK", "", NetworkLink::decode);
    }

    /// Lets TCP and UDP give a device no larger packets to cut than this.
    ///
    /// @param index of the device
    /// @throws OsException ENODEV where there is none
    public void limitSuperPackets(int index, int octets) throws OsException {
        socket.request(
                NetworkLink.limitSuperPackets(index, octets),
                "RTM_SETLINK",
                "device " + index + ", gso_max_size " + octets);
    }

    public List<NetworkAddress> addresses(IpFamily family) throws OsException {
        return dump(
                NetworkAddress.dump(family), "RTM_GETADDR", family.name(), NetworkAddress::decode);
    }

    /// @param table as [#MAIN_TABLE]; one that is not there has no routes
    public List<NetworkRoute> routes(IpFamily family, int table) throws OsException {
        try {
            return dump(
                            RouteCodec.dump(family, table),
                            "RTM_GETROUTE",
                            family + ", table " + table,
                            answer ->
                                    RouteCodec.isCached(answer)
                                            ? Optional.empty()
                                            : RouteCodec.decode(answer))
                    .stream()
                    .filter(each -> each.table() == table) // older kernels tell all
                    .toList();
        } catch (OsException e) {
            if (e.is(ErrorNumber.ENOENT)) {
                return List.of();
            }
            throw e;
        }
    }

    public List<NetworkRule> rules(IpFamily family) throws OsException {
        return dump(NetworkRule.dump(family), "RTM_GETRULE", family.name(), NetworkRule::decode);
    }

    /// How a packet to `destination` would go.
    ///
    /// @param mark as if the packet had it, 0 for none
    /// @return the route with the source address that the kernel would choose; its destination is
    ///     `destination`, and its MTU not one that the kernel has learnt from ICMP. Empty when
    ///     there is none, or it leads nowhere
    public Optional<NetworkRoute> routeTo(InetAddress destination, int mark) throws OsException {
        try {
            List<NetlinkAnswer> answers =
                    socket.request(
                            RouteCodec.lookUp(destination, mark),
                            "RTM_GETROUTE",
                            destination.getHostAddress() + " mark " + mark);
            return answers.isEmpty() ? Optional.empty() : RouteCodec.decode(answers.getFirst());
        } catch (WireException e) {
            throw NetlinkSocket.broken(e);
        } catch (OsException e) {
            if (e.is(ErrorNumber.ENETUNREACH)
                    || e.is(ErrorNumber.EHOSTUNREACH)
                    || e.is(ErrorNumber.EACCES) // prohibit
                    || (e.is(ErrorNumber.EINVAL) && e.detail().isEmpty())) { // blackhole
                return Optional.empty();
            }
            throw e;
        }
    }

    /// @throws OsException EEXIST where there is one to the same destination with the same metric
    public void addRoute(NetworkRoute route) throws OsException {
        socket.request(RouteCodec.add(route), "RTM_NEWROUTE", route.toString());
    }

    public void replaceRoute(NetworkRoute route) throws OsException {
        socket.request(RouteCodec.replace(route), "RTM_NEWROUTE", route.toString());
    }

    /// @throws OsException ESRCH where there is none
    public void deleteRoute(NetworkRoute route) throws OsException {
        socket.request(RouteCodec.delete(route), "RTM_DELROUTE", route.toString());
    }

    /// Takes many steps, in order, with few system calls. A refused one does not stop the others.
    public List<RouteChange.Refusal> apply(List<RouteChange> changes) throws OsException {
        List<RouteChange.Refusal> refusals = new ArrayList<>();
        for (int start = 0; start < changes.size(); start += AT_A_TIME) {
            List<RouteChange> some =
                    changes.subList(start, Math.min(changes.size(), start + AT_A_TIME));
            Map<Integer, OsException> refused =
                    socket.requestAll(
                            some.stream().map(RouteChange::request).toList(),
                            "route",
                            some.stream().map(RouteChange::toString).toList());
            for (int i = 0; i < some.size(); i++) {
                OsException reason = refused.get(i);
                if (reason != null) {
                    refusals.add(new RouteChange.Refusal(some.get(i), reason));
                }
            }
        }
        return refusals;
    }

    /// @throws OsException EEXIST where the same rule is there already
    public void addRule(NetworkRule rule) throws OsException {
        socket.request(rule.add(), "RTM_NEWRULE", rule.toString());
    }

    /// @throws OsException ENOENT where there is none
    public void deleteRule(NetworkRule rule) throws OsException {
        socket.request(rule.delete(), "RTM_DELRULE", rule.toString());
    }

    @Override
    public void close() {
        socket.close();
    }

    @FunctionalInterface
    private interface Decoder<T> {
        Optional<T> decode(NetlinkAnswer answer) throws WireException;
    }

    private <T> List<T> dump(
            NetlinkRequest request, String call, String arguments, Decoder<T> decoder)
            throws OsException {
        for (int i = 0; i < DUMPS; i++) {
            Optional<List<NetlinkAnswer>> answers = socket.dump(request, call, arguments);
            if (answers.isPresent()) {
                return decode(answers.get(), decoder);
            }
        }
        throw new OsException(
                call, arguments, ErrorNumber.EAGAIN, "changed each time while it was read");
    }

    private static <T> List<T> decode(List<NetlinkAnswer> answers, Decoder<T> decoder)
            throws OsException {
        List<T> found = new ArrayList<>();
        try {
            for (NetlinkAnswer answer : answers) {
                decoder.decode(answer).ifPresent(found::add);
            }
        } catch (WireException e) {
            throw NetlinkSocket.broken(e);
        }
        return found;
    }
}

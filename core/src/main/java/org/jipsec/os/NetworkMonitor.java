package org.jipsec.os;

import org.jipsec.wire.WireException;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Tells what happens to devices, addresses, routes and rules of the network namespace of the
/// thread that opened it, whoever does it. Wait for it with a [Poller] ([#descriptor]).
public final class NetworkMonitor implements AutoCloseable {
    /// What one can be told of.
    public enum Topic {
        LINKS(Netlink.RTMGRP_LINK),
        ADDRESSES(Netlink.RTMGRP_IPV4_IFADDR | Netlink.RTMGRP_IPV6_IFADDR),
        ROUTES(Netlink.RTMGRP_IPV4_ROUTE | Netlink.RTMGRP_IPV6_ROUTE),
        RULES(Netlink.RTMGRP_IPV4_RULE | Netlink.RTMGRP_IPV6_RULE);

        private final int groups;

        Topic(int groups) {
            this.groups = groups;
        }
    }

    private static final int DATAGRAMS = 256;

    private final NetlinkSocket socket;

    private NetworkMonitor(NetlinkSocket socket) {
        this.socket = socket;
    }

    public static NetworkMonitor open(Set<Topic> topics) throws OsException {
        return open(topics, 1 << 21);
    }

    /// @param buffer in octets: what is waiting to be read beyond it is lost
    static NetworkMonitor open(Set<Topic> topics, int buffer) throws OsException {
        int groups = 0;
        for (Topic topic : topics) {
            groups |= topic.groups;
        }
        return new NetworkMonitor(NetlinkSocket.open(Netlink.NETLINK_ROUTE, groups, buffer));
    }

    /// Readable when there are events.
    public Descriptor descriptor() {
        return socket;
    }

    /// Takes what is there, in order, and does not wait; when much is there, a part of it. An
    /// overrun is a [NetworkEvent.Resync] at its place.
    public List<NetworkEvent> read() throws OsException {
        List<NetworkEvent> events = new ArrayList<>();
        for (int i = 0; i < DATAGRAMS; i++) {
            List<NetlinkAnswer> answers = new ArrayList<>();
            int count = socket.receive(answers);
            if (count == NetlinkSocket.NOTHING) {
                break;
            }
            if (count == NetlinkSocket.OVERRUN) {
                events.add(new NetworkEvent.Resync());
            }
            for (NetlinkAnswer answer : answers) {
                event(answer).ifPresent(events::add);
            }
        }
        return events;
    }

    @Override
    public void close() {
        socket.close();
    }

    private static Optional<NetworkEvent> event(NetlinkAnswer answer) throws OsException {
        try {
            return switch (answer.type()) {
                case Netlink.RTM_NEWLINK ->
                        NetworkLink.decode(answer).map(NetworkEvent.LinkChanged::new);
                case Netlink.RTM_DELLINK ->
                        NetworkLink.decode(answer).map(NetworkEvent.LinkGone::new);
                case Netlink.RTM_NEWADDR ->
                        NetworkAddress.decode(answer).map(NetworkEvent.AddressChanged::new);
                case Netlink.RTM_DELADDR ->
                        NetworkAddress.decode(answer).map(NetworkEvent.AddressGone::new);
                case Netlink.RTM_NEWROUTE -> route(answer).map(NetworkEvent.RouteChanged::new);
                case Netlink.RTM_DELROUTE -> route(answer).map(NetworkEvent.RouteGone::new);
                case Netlink.RTM_NEWRULE ->
                        NetworkRule.decode(answer).map(NetworkEvent.RuleAdded::new);
                case Netlink.RTM_DELRULE ->
                        NetworkRule.decode(answer).map(NetworkEvent.RuleGone::new);
                default -> Optional.empty(); // of no group that we asked for
            };
        } catch (WireException e) {
            throw NetlinkSocket.broken(e);
        }
    }

    private static Optional<NetworkRoute> route(NetlinkAnswer answer) throws WireException {
        return RouteCodec.isCached(answer) ? Optional.empty() : RouteCodec.decode(answer);
    }
}

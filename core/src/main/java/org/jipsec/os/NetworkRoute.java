package org.jipsec.os;

import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;

/// A route. What [Rtnetlink#routes] tells of one that [Rtnetlink] has made is equal to it.
///
/// @param table 254 is the main table
/// @param protocol who made it: RTPROT_ of linux/rtnetlink.h or /etc/iproute2/rt_protos
/// @param interfaceIndex of the device it leads to, 0 for none; of several next hops the first
/// @param gateway of several next hops the first; empty also for one of the other family
/// @param source which address of this host to prefer
/// @param mtu in octets, 0 for the device's
/// @param metric the smaller wins; 0 is the family's default (IPv6: 1024)
public record NetworkRoute(
        Prefix destination,
        Type type,
        int table,
        int protocol,
        int interfaceIndex,
        Optional<InetAddress> gateway,
        Optional<InetAddress> source,
        int mtu,
        long metric) {
    /// What happens to a packet that the route is for; in the order of RTN_.
    public enum Type {
        UNICAST,
        LOCAL,
        BROADCAST,
        ANYCAST,
        MULTICAST,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,
        /// As if the table had no route: the next rule decides.
        THROW;

        int number() {
            return ordinal() + 1;
        }

        static Optional<Type> numbered(int number) {
            return number >= 1 && number <= values().length
                    ? Optional.of(values()[number - 1])
                    : Optional.empty();
        }

        /// Whether it has a device.
        boolean leadsSomewhere() {
            return compareTo(BLACKHOLE) < 0;
        }
    }

    /// A route to a device.
    public static NetworkRoute device(
            Prefix destination, int table, int protocol, int interfaceIndex) {
        return plain(destination, Type.UNICAST, table, protocol, interfaceIndex);
    }

    /// A route to nowhere: BLACKHOLE, UNREACHABLE, PROHIBIT, THROW.
    public static NetworkRoute nowhere(Prefix destination, Type type, int table, int protocol) {
        return plain(destination, type, table, protocol, 0);
    }

    private static NetworkRoute plain(
            Prefix destination, Type type, int table, int protocol, int interfaceIndex) {
        return new NetworkRoute(
                destination,
                type,
                table,
                protocol,
                interfaceIndex,
                Optional.empty(),
                Optional.empty(),
                0,
                0);
    }

    public IpFamily family() {
        return IpFamily.of(destination.address());
    }

    public NetworkRoute withSource(Optional<InetAddress> newSource) {
        return with(gateway, newSource, mtu);
    }

    public NetworkRoute withMtu(int newMtu) {
        return with(gateway, source, newMtu);
    }

    public NetworkRoute withGateway(InetAddress newGateway) {
        return with(Optional.of(newGateway), source, mtu);
    }

    private NetworkRoute with(
            Optional<InetAddress> newGateway, Optional<InetAddress> newSource, int newMtu) {
        return new NetworkRoute(
                destination,
                type,
                table,
                protocol,
                interfaceIndex,
                newGateway,
                newSource,
                newMtu,
                metric);
    }

    /// About as ip-route(8) writes it.
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (type != Type.UNICAST) {
            text.append(type.name().toLowerCase(Locale.ROOT)).append(' ');
        }
        text.append(IpText.text(destination.address())).append('/').append(destination.length());
        gateway.ifPresent(each -> text.append(" via ").append(IpText.text(each)));
        if (interfaceIndex != 0) {
            text.append(" dev ").append(interfaceIndex);
        }
        source.ifPresent(each -> text.append(" src ").append(IpText.text(each)));
        if (mtu != 0) {
            text.append(" mtu ").append(mtu);
        }
        if (metric != 0) {
            text.append(" metric ").append(metric);
        }
        return text.append(" table ").append(table).append(" proto ").append(protocol).toString();
    }
}

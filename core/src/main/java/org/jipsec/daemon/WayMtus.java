package org.jipsec.daemon;

import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.os.NetworkLink;
import org.jipsec.os.NetworkRoute;
import org.jipsec.os.OsException;
import org.jipsec.os.Rtnetlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How large a packet may be on its way to a peer: what was learnt, what its route says, what the
/// device takes. Each peer is looked up once until something changes, so that asking costs the
/// sending thread nothing. [#to] is of one thread, the others of any.
final class WayMtus implements PathMtu, AutoCloseable {
    private static final int PLACES = 1024;
    private static final int USUAL = 1500;

    private final Rtnetlink rtnetlink;
    private final LearntMtu learnt;
    private volatile Map<Integer, Integer> devices = Map.of();

    /// What was looked up in an earlier one does not hold any more.
    private volatile int epoch = 1;

    // By place, which a hash of the address tells.
    private final long[] high = new long[PLACES];
    private final long[] low = new long[PLACES];
    private final int[] mtus = new int[PLACES];
    private final int[] epochs = new int[PLACES];

    /// @param rtnetlink of its own; closed with this
    WayMtus(Rtnetlink rtnetlink, LearntMtu learnt) {
        this.rtnetlink = rtnetlink;
        this.learnt = learnt;
    }

    /// The devices are these now, and routes may be others.
    void networkChanged(Collection<NetworkLink> links) {
        Map<Integer, Integer> now = new HashMap<>();
        links.forEach(link -> now.put(link.index(), link.mtu()));
        devices = Map.copyOf(now);
        forget();
    }

    void forget() {
        synchronized (this) {
            epoch = epoch + 1;
        }
    }

    @Override
    public int to(FlowKey outer) {
        long key = outer.destinationHigh ^ outer.destinationLow * 0x9e37_79b9_7f4a_7c15L;
        int place = (int) (key >>> 32 ^ key) & PLACES - 1;
        int now = epoch;
        if (epochs[place] != now
                || high[place] != outer.destinationHigh
                || low[place] != outer.destinationLow) {
            mtus[place] = lookUp(outer);
            high[place] = outer.destinationHigh;
            low[place] = outer.destinationLow;
            epochs[place] = now;
        }
        return mtus[place];
    }

    private int lookUp(FlowKey outer) {
        InetAddress destination = destination(outer);
        int least = outer.ipv4 ? IPV4_MINIMUM : IPV6_MINIMUM;
        return Math.max(least, Math.min(wayMtu(destination), learnt.to(destination)));
    }

    private int wayMtu(InetAddress destination) {
        try {
            Optional<NetworkRoute> route = rtnetlink.routeTo(destination, WireNames.MARK);
            return route.map(
                            way ->
                                    way.mtu() != 0
                                            ? way.mtu()
                                            : devices.getOrDefault(way.interfaceIndex(), USUAL))
                    .orElse(USUAL);
        } catch (OsException unknown) {
            return USUAL;
        }
    }

    private static InetAddress destination(FlowKey outer) {
        ByteBuffer octets = ByteBuffer.allocate(outer.ipv4 ? 4 : 16);
        if (outer.ipv4) {
            octets.putInt((int) outer.destinationLow);
        } else {
            octets.putLong(outer.destinationHigh).putLong(outer.destinationLow);
        }
        try {
            return outer.ipv4
                    ? InetAddress.getByAddress(octets.array())
                    : Inet6Address.getByAddress(null, octets.array(), -1);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    @Override
    public void close() {
        rtnetlink.close();
    }
}

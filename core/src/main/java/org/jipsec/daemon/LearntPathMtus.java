package org.jipsec.daemon;

import org.jipsec.os.SocketError;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/// What ICMP messages, and this host's own devices, have told of the ways to peers. It is forgotten
/// after ten minutes (RFC 1191 6.3), for ways get better, too; and there is room for so many peers
/// only. Whether ICMP messages may be believed, [QuotedPackets] says. Any thread may ask and tell.
final class LearntPathMtus {
    static final int LIMIT = 1024;
    static final long LIFETIME_MILLIS = 10 * 60 * 1000L;

    /// Below what Linux believes, too (`net.ipv4.route.min_pmtu`): who says so lies.
    static final int IPV4_LEAST = 552;

    static final int IPV6_LEAST = 1280;

    private record Learnt(int mtu, long expires) {}

    private final LongSupplier clock;
    private final ConcurrentMap<InetAddress, Learnt> byDestination = new ConcurrentHashMap<>();

    /// @param clock in milliseconds
    LearntPathMtus(LongSupplier clock) {
        this.clock = clock;
    }

    int to(InetAddress destination) {
        if (byDestination.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        Learnt learnt = byDestination.get(destination);
        if (learnt == null || learnt.expires <= clock.getAsLong()) {
            return Integer.MAX_VALUE;
        }
        return learnt.mtu;
    }

    /// @return whether this is news
    boolean learn(SocketError error) {
        return error.mtu() > 0 && learn(error.destination(), error.mtu());
    }

    synchronized boolean learn(InetAddress destination, int mtu) {
        int believed = Math.max(mtu, destination instanceof Inet4Address ? IPV4_LEAST : IPV6_LEAST);
        int before = to(destination);
        long now = clock.getAsLong();
        if (believed > before || (byDestination.size() >= LIMIT && !makeRoom(now))) {
            return false;
        }
        byDestination.put(destination, new Learnt(believed, now + LIFETIME_MILLIS));
        return believed < before;
    }

    /// Of how many peers something is known.
    int size() {
        return byDestination.size();
    }

    /// @return whether something was forgotten
    boolean makeRoom(long now) {
        return byDestination.values().removeIf(learnt -> learnt.expires <= now);
    }
}

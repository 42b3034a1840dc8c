package org.jipsec.daemon.ike;

import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkAddress;
import org.jipsec.os.NetworkMonitor;
import org.jipsec.os.OsException;
import org.jipsec.os.Poller;
import org.jipsec.os.Rtnetlink;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The addresses of this host, followed by rtnetlink. A thread of its own waits for news.
public final class LocalAddresses implements AddressFollower {
    /// So that a host that gets thousands of addresses is not read thousands of times.
    private static final int REST_MILLISECONDS = 100;

    private final NetworkMonitor monitor;
    private final Rtnetlink netlink;
    private final Poller poller;
    private volatile boolean closed;
    private volatile boolean started;

    private LocalAddresses(NetworkMonitor monitor, Rtnetlink netlink, Poller poller) {
        this.monitor = monitor;
        this.netlink = netlink;
        this.poller = poller;
    }

    /// In the network namespace of the calling thread.
    public static LocalAddresses open() throws OsException {
        NetworkMonitor monitor = NetworkMonitor.open(EnumSet.of(NetworkMonitor.Topic.ADDRESSES));
        try {
            Rtnetlink netlink = Rtnetlink.open();
            try {
                return new LocalAddresses(monitor, netlink, Poller.create(1));
            } catch (OsException refused) {
                netlink.close();
                throw refused;
            }
        } catch (OsException refused) {
            monitor.close();
            throw refused;
        }
    }

    @Override
    public List<InetAddress> follow(Consumer<List<InetAddress>> changed, Consumer<String> failed)
            throws IOException {
        List<InetAddress> first = read();
        started = true;
        Thread.ofPlatform()
                .daemon()
                .name("ike-addresses")
                .start(() -> watch(first, changed, failed));
        return first;
    }

    private void watch(
            List<InetAddress> first, Consumer<List<InetAddress>> changed, Consumer<String> failed) {
        List<InetAddress> known = first;
        try {
            poller.add(monitor.descriptor(), true, false);
            while (!closed) {
                poller.await(Poller.FOREVER);
                if (!closed && !monitor.read().isEmpty()) {
                    TimeUnit.MILLISECONDS.sleep(REST_MILLISECONDS);
                    while (!monitor.read().isEmpty()) {} // all the same news
                    List<InetAddress> now = read();
                    if (!keys(now).equals(keys(known))) {
                        known = now;
                        changed.accept(now);
                    }
                }
            }
        } catch (OsException broken) {
            failed.accept(broken.getMessage());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            monitor.close();
            netlink.close();
            poller.close();
        }
    }

    /// In the kernel's order, those of IPv4 first; none that cannot be used yet.
    private List<InetAddress> read() throws OsException {
        List<InetAddress> all = new ArrayList<>();
        Set<PlaceKey> seen = new HashSet<>();
        for (IpFamily family : IpFamily.values()) {
            for (NetworkAddress each : netlink.addresses(family)) {
                if (!each.isTentative()) {
                    InetAddress address = scoped(each);
                    if (seen.add(key(address))) {
                        all.add(address);
                    }
                }
            }
        }
        return List.copyOf(all);
    }

    private static List<PlaceKey> keys(List<InetAddress> addresses) {
        return addresses.stream().map(LocalAddresses::key).toList();
    }

    private static PlaceKey key(InetAddress address) {
        return PlaceKey.of(new InetSocketAddress(address, 0));
    }

    private static InetAddress scoped(NetworkAddress each) {
        if (!each.address().isLinkLocalAddress() || !(each.address() instanceof Inet6Address)) {
            return each.address();
        }
        try {
            return Inet6Address.getByAddress(
                    null, each.address().getAddress(), each.interfaceIndex());
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(each.toString(), impossible);
        }
    }

    /// The thread ends soon afterwards.
    @Override
    public void close() {
        closed = true;
        if (started) {
            poller.wake();
        } else {
            monitor.close();
            netlink.close();
            poller.close();
        }
    }
}

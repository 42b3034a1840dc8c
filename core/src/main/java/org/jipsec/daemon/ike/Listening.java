package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.wire.IpText;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Where we listen, kept as a [ListenRule] wants it while addresses come and go. What cannot be
/// opened is tried again, when the addresses change and every few seconds.
///
/// A thread of its own opens and closes; any thread may [#port] and [#follow].
final class Listening implements AutoCloseable {
    static final int RETRY_SECONDS = 10;
    private static final int CLOSING_SECONDS = 5;

    private final IkePorts ports;
    private final AddressFollower addresses;
    private final Consumer<IkeInput> inputs;
    private final Consumer<IkeReport> log;
    private final ScheduledThreadPoolExecutor thread;
    private volatile Map<PlaceKey, IkePort> byPlace = Map.of();

    // of the thread
    private final Map<PlaceKey, Opened> opened = new LinkedHashMap<>();
    private final Set<PlaceKey> refused = new HashSet<>();
    private @Nullable ListenRule rule;
    private List<InetAddress> known = List.of();
    private boolean toldOfTooMany;

    private record Opened(ListeningPlace place, IkePort port) {}

    Listening(
            IkePorts ports,
            AddressFollower addresses,
            Consumer<IkeInput> inputs,
            Consumer<IkeReport> log) {
        this.ports = ports;
        this.addresses = addresses;
        this.inputs = inputs;
        this.log = log;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("ike-listening").factory());
    }

    /// Opens what can be opened, and from then on follows the addresses.
    ///
    /// @throws IOException the addresses cannot be read; or one of those that have to be listened
    ///     to cannot be
    void start(ListenRule first) throws IOException {
        List<InetAddress> now =
                addresses.follow(
                        changed -> submit(() -> addressesAre(changed)),
                        why ->
                                log.accept(
                                        Reports.error(
                                                "addresses that come and go are no longer"
                                                        + " followed: "
                                                        + why)));
        try {
            thread.submit(
                            () -> {
                                now.forEach(each -> tellAddress(each, "added"));
                                known = now;
                                keep(first, true);
                            })
                    .get();
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        if (first.listen().strict() && !refused.isEmpty()) {
            throw new IOException("failed to listen to configured addresses");
        }
        thread.scheduleWithFixedDelay(
                () -> retry(false), RETRY_SECONDS, RETRY_SECONDS, TimeUnit.SECONDS);
    }

    /// A new rule.
    void follow(ListenRule next) {
        submit(() -> keep(next, true));
    }

    /// Null where we do not listen.
    @Nullable IkePort port(InetSocketAddress local) {
        return byPlace.get(PlaceKey.of(local));
    }

    @Override
    public void close() {
        addresses.close();
        submit(
                () -> {
                    byPlace = Map.of();
                    opened.values().forEach(each -> each.port().close());
                    opened.clear();
                });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                log.accept(Reports.warning("the sockets take long to close"));
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
        ports.close();
    }

    private void submit(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException closed) {
            return; // there is nowhere to listen any more
        }
    }

    // ---- the thread ----

    private void addressesAre(List<InetAddress> now) {
        known.stream()
                .filter(each -> !now.contains(each))
                .forEach(each -> tellAddress(each, "deleted"));
        now.stream()
                .filter(each -> !known.contains(each))
                .forEach(each -> tellAddress(each, "added"));
        known = now;
        retry(true);
    }

    private void tellAddress(InetAddress address, String what) {
        log.accept(Reports.debug("Netlink: address " + IpText.text(address) + " " + what));
    }

    private void retry(boolean always) {
        ListenRule current = rule;
        if (current != null && (always || !refused.isEmpty())) {
            keep(current, false);
        }
    }

    private void keep(ListenRule next, boolean anew) {
        if (anew && next.namesWildcard()) {
            log.accept(
                    Reports.warning(
                            "listening to wildcard address,broadcast IKE packet may kill you"));
        }
        rule = next;
        List<ListeningPlace> wanted = bounded(next.places(known));
        boolean changed = closeAllBut(wanted);
        for (ListeningPlace place : wanted) {
            if (!opened.containsKey(PlaceKey.of(place.place()))) {
                changed |= open(place);
            }
        }
        if (changed || anew) {
            publish();
        }
    }

    private List<ListeningPlace> bounded(List<ListeningPlace> wanted) {
        if (wanted.size() <= ListenRule.MAXIMUM) {
            return wanted;
        }
        if (!toldOfTooMany) {
            toldOfTooMany = true;
            log.accept(
                    Reports.warning(
                            "listening at the first %d of %d places: name those that matter by"
                                            .formatted(ListenRule.MAXIMUM, wanted.size())
                                    + " `listen` in racoon.conf"));
        }
        return wanted.subList(0, ListenRule.MAXIMUM);
    }

    private boolean closeAllBut(List<ListeningPlace> wanted) {
        Map<PlaceKey, ListeningPlace> keep = new HashMap<>();
        wanted.forEach(each -> keep.put(PlaceKey.of(each.place()), each));
        List<Opened> gone = new ArrayList<>();
        opened.entrySet()
                .removeIf(
                        each -> {
                            Opened one = each.getValue();
                            boolean unwanted = !one.place().equals(keep.get(each.getKey()));
                            if (unwanted) {
                                gone.add(one);
                            }
                            return unwanted;
                        });
        publishPorts(); // first: nobody is to send by them any more
        for (Opened closing : gone) {
            closing.port().close();
            log.accept(
                    Reports.info(
                            PlaceKey.text(closing.place().place())
                                    + " no longer used as isakmp port"));
        }
        refused.retainAll(keep.keySet());
        return !gone.isEmpty();
    }

    private boolean open(ListeningPlace place) {
        PlaceKey key = PlaceKey.of(place.place());
        String where = PlaceKey.text(place.place());
        try {
            IkePort port = ports.open(place, this::received);
            opened.put(key, new Opened(place, port));
            refused.remove(key);
            if (port.takesEsp()) {
                log.accept(Reports.info(where + " used for NAT-T"));
            }
            log.accept(Reports.info("%s used as isakmp port (%s)".formatted(where, port.name())));
            return true;
        } catch (IOException failed) {
            if (refused.add(key)) {
                log.accept(
                        Reports.error(
                                "failed to bind to address %s (%s)."
                                        .formatted(where, reason(failed))));
                log.accept(
                        Reports.notice(
                                "%s is tried again every %d s%s"
                                        .formatted(where, RETRY_SECONDS, advice(failed, place))));
            }
            return false;
        }
    }

    /// As strerror(3) has it.
    private static String reason(IOException failed) {
        if (failed instanceof OsException refused) {
            String text = KernelIkePort.text(refused.errno());
            return Character.toUpperCase(text.charAt(0)) + text.substring(1);
        }
        return String.valueOf(failed.getMessage());
    }

    private static String advice(IOException failed, ListeningPlace place) {
        if (failed instanceof OsException refused) {
            return switch (ErrorNumber.numbered(refused.errno()).orElse(null)) {
                case EADDRINUSE ->
                        "; another program has it, see: ss -lunp sport = "
                                + place.place().getPort();
                case EADDRNOTAVAIL -> ", and when this host gets that address";
                case EACCES, EPERM ->
                        "; it needs CAP_NET_BIND_SERVICE, and CAP_NET_ADMIN beside IPsec";
                case null, default -> "";
            };
        }
        return "";
    }

    private void received(UdpDatagram datagram) {
        inputs.accept(new IkeInput.Received(datagram));
    }

    private void publish() {
        publishPorts();
        inputs.accept(new IkeInput.Listening(opened.values().stream().map(Opened::place).toList()));
    }

    private void publishPorts() {
        Map<PlaceKey, IkePort> now = new HashMap<>();
        opened.forEach((key, each) -> now.put(key, each.port()));
        byPlace = Map.copyOf(now);
    }
}

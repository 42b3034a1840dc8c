package org.jipsec.ike;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;

/// Hosts with engines, and a net between them, in virtual time: nothing in it is by chance but what
/// the seed says.
final class IkeWorld {
    private record Event(Instant at, long order, Runnable action) {}

    /// What the net does to a datagram: it hands on none, one, or several, when it likes.
    interface Net {
        void carry(UdpDatagram datagram, Random random, Deliver deliver);
    }

    interface Deliver {
        void after(Duration delay, UdpDatagram datagram);
    }

    static final Net PERFECT =
            (datagram, random, deliver) -> deliver.after(Duration.ofMillis(10), datagram);

    private final Random random;
    private final long seed;
    private final Map<InetAddress, IkeHost> hosts = new LinkedHashMap<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparing(Event::at).thenComparing(Event::order));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long count;
    private Net net = PERFECT;
    final List<UdpDatagram> wire = new ArrayList<>();
    private Consumer<String> transcript = _ -> {};

    IkeWorld(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    void net(Net other) {
        net = other;
    }

    void transcript(Consumer<String> to) {
        transcript = to;
    }

    Random random() {
        return random;
    }

    Instant now() {
        return now;
    }

    IkeHost host(String name, String address) {
        IkeHost host = new IkeHost(this, name, address(address), seed * 1000 + hosts.size());
        hosts.put(host.address, host);
        return host;
    }

    void log(IkeHost host, IkeReport report) {
        transcript.accept("%s %s %s: %s".formatted(now, host.name, report.level(), report.text()));
    }

    void send(IkeHost from, UdpDatagram datagram) {
        wire.add(datagram);
        net.carry(datagram, random, (delay, carried) -> at(now.plus(delay), () -> arrive(carried)));
    }

    private void arrive(UdpDatagram carried) {
        IkeHost to = hosts.get(carried.remote().getAddress());
        if (to != null) {
            to.give(
                    new IkeInput.Received(
                            new UdpDatagram(carried.remote(), carried.local(), carried.octets())));
        }
    }

    void soon(IkeHost host, int generation, IkeInput input) {
        later(host, generation, Duration.ofNanos(1000), input);
    }

    void later(IkeHost host, int generation, Duration delay, IkeInput input) {
        at(
                now.plus(delay),
                () -> {
                    if (host.generation() == generation) {
                        host.give(input);
                    }
                });
    }

    void at(Instant time, Runnable action) {
        events.add(new Event(time, count++, action));
    }

    /// Lets time go by.
    void run(Duration duration) {
        Instant end = now.plus(duration);
        while (true) {
            Optional<Instant> timer =
                    hosts.values().stream()
                            .flatMap(host -> host.next().stream())
                            .min(Comparator.naturalOrder());
            Event event = events.peek();
            boolean eventFirst =
                    event != null && (timer.isEmpty() || !timer.get().isBefore(event.at()));
            Instant next = eventFirst ? event.at() : timer.orElse(Instant.MAX);
            if (next.isAfter(end)) {
                now = end;
                return;
            }
            now = next.isAfter(now) ? next : now;
            if (eventFirst) {
                events.poll();
                event.action().run();
            } else {
                hosts.values().forEach(IkeHost::tick);
            }
        }
    }

    static InetSocketAddress place(String address, int port) {
        return new InetSocketAddress(address(address), port);
    }
}

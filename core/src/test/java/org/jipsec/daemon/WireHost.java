package org.jipsec.daemon;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;
import org.jipsec.testing.Namespaces;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/// A host with a wire, in a network namespace.
final class WireHost implements AutoCloseable {
    final SadbEngine engine = new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
    final Queue<String> messages = new ConcurrentLinkedQueue<>();
    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Namespaces namespaces;
    private final String name;
    private final List<String> diverted;
    final Wire wire;
    StaticHostSide side;

    /// @param diverted prefixes that lead into the device
    WireHost(Namespaces namespaces, String name, String ownAddresses, String... diverted)
            throws Exception {
        this(namespaces, name, 1, ownAddresses, diverted);
    }

    /// @param queues of the wire
    /// @param diverted prefixes that lead into the device
    WireHost(
            Namespaces namespaces, String name, int queues, String ownAddresses, String... diverted)
            throws Exception {
        this.namespaces = namespaces;
        this.name = name;
        this.diverted = List.of(diverted);
        List<InetAddress> own = new ArrayList<>();
        for (String address : ownAddresses.split(" ")) {
            own.add(InetAddress.getByName(address));
        }
        wire =
                namespaces.in(
                        name,
                        () ->
                                Wire.open(
                                        engine,
                                        (deviceMtu, learnt, _) -> {
                                            side = new StaticHostSide(own, learnt, this::divert);
                                            return side;
                                        },
                                        queues,
                                        messages::add,
                                        failures::add));
        for (String family : List.of("-4", "-6")) {
            ip(family, "rule", "add", "not", "fwmark", "27248", "lookup", "27248");
        }
    }

    private void divert() {
        for (String prefix : diverted) {
            ip("route", "replace", prefix, "dev", "jipsec0", "table", "27248", "mtu", "1340");
        }
    }

    String ip(String... arguments) {
        return namespaces.ip(name, arguments);
    }

    String run(String... command) {
        return namespaces.run(name, command);
    }

    /// What `jsetkey -f` would do.
    void setkey(String text) {
        SetkeyText.load(engine, text);
        wire.awaitApplied();
    }

    private Statistics statistics() {
        return ((SadbReply.Counted) engine.execute(new SadbOperation.GetStatistics())).statistics();
    }

    long counter(String name) {
        return statistics().counters().stream()
                .filter(each -> each.name().equals(name))
                .mapToLong(Statistics.Counter::value)
                .sum();
    }

    /// In both directions.
    long protectedPackets() {
        return counter("packets-sent-protected") + counter("packets-received-protected");
    }

    Map<String, Long> drops() {
        return statistics().drops().stream()
                .filter(drop -> drop.packets() > 0)
                .collect(Collectors.toMap(Statistics.Drop::name, Statistics.Drop::packets));
    }

    @Override
    public void close() {
        wire.close();
    }
}

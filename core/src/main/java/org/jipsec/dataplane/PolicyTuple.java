package org.jipsec.dataplane;

import org.jipsec.sadb.Selector;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The policies whose selectors look at the same bits of a packet: one hash table finds the one
/// that is for it.
///
/// Protocol and ports share a long: `protocol << 32 | source port << 16 | destination port`.
final class PolicyTuple {
    private static final long PROTOCOL = 0xffL << 32;
    private static final long SOURCE_PORT = 0xffffL << 16;
    private static final long DESTINATION_PORT = 0xffffL;

    private final Shape shape;
    private final int number;
    private final long sourceHigh;
    private final long sourceLow;
    private final long destinationHigh;
    private final long destinationLow;
    private final long service;
    private final boolean needsPorts;

    private final ChainTable<PolicyEntry> table = new ChainTable<>();

    /// No policy of the table precedes this one, which itself may be gone.
    private volatile PolicyEntry first;

    /// The bits that selectors like this one look at.
    record Shape(boolean ipv4, int sourceLength, int destinationLength, long service) {
        static Shape of(Selector selector) {
            long service =
                    (selector.protocol() == Selector.ANY_PROTOCOL ? 0 : PROTOCOL)
                            | (selector.sourcePort() == 0 ? 0 : SOURCE_PORT)
                            | (selector.destinationPort() == 0 ? 0 : DESTINATION_PORT);
            return new Shape(
                    selector.isIpv4(),
                    selector.source().length(),
                    selector.destination().length(),
                    service);
        }
    }

    PolicyTuple(Shape shape, int number, PolicyEntry first) {
        this.shape = shape;
        this.number = number;
        this.first = first;
        sourceHigh = AddressBits.maskHigh(shape.ipv4, shape.sourceLength);
        sourceLow = AddressBits.maskLow(shape.ipv4, shape.sourceLength);
        destinationHigh = AddressBits.maskHigh(shape.ipv4, shape.destinationLength);
        destinationLow = AddressBits.maskLow(shape.ipv4, shape.destinationLength);
        service = shape.service;
        needsPorts = (service & (SOURCE_PORT | DESTINATION_PORT)) != 0;
    }

    Shape shape() {
        return shape;
    }

    /// In the [PrefixFilter]s.
    int number() {
        return number;
    }

    int size() {
        return table.size();
    }

    static long service(int protocol, int sourcePort, int destinationPort) {
        return (long) protocol << 32 | (long) sourcePort << 16 | destinationPort;
    }

    /// The better of `best` and what is here for the packet.
    ///
    /// @param packetService of the packet, as [#service] makes it
    @Nullable PolicyEntry better(FlowKey flow, long packetService, @Nullable PolicyEntry best) {
        if ((needsPorts && !flow.portsKnown) || (best != null && !first.precedes(best))) {
            return best;
        }
        PolicyEntry better = best;
        for (ChainTable.Node<PolicyEntry> node =
                        table.first(
                                flow.sourceHigh & sourceHigh,
                                flow.sourceLow & sourceLow,
                                flow.destinationHigh & destinationHigh,
                                flow.destinationLow & destinationLow,
                                packetService & service);
                node != null;
                node = node.sibling()) {
            PolicyEntry found = node.value;
            if (better == null || found.precedes(better)) {
                better = found;
            }
        }
        return better;
    }

    void add(PolicyEntry entry) {
        if (entry.precedes(first)) {
            first = entry;
        }
        Selector selector = entry.policy().selector();
        table.add(
                AddressBits.high(selector.source().address()) & sourceHigh,
                AddressBits.low(selector.source().address()) & sourceLow,
                AddressBits.high(selector.destination().address()) & destinationHigh,
                AddressBits.low(selector.destination().address()) & destinationLow,
                serviceOf(selector),
                entry);
    }

    /// @param now of the same selector
    void replace(PolicyEntry old, PolicyEntry now) {
        if (now.precedes(first)) {
            first = now;
        }
        Selector selector = now.policy().selector();
        table.replace(
                AddressBits.high(selector.source().address()) & sourceHigh,
                AddressBits.low(selector.source().address()) & sourceLow,
                AddressBits.high(selector.destination().address()) & destinationHigh,
                AddressBits.low(selector.destination().address()) & destinationLow,
                serviceOf(selector),
                old,
                now);
    }

    void remove(PolicyEntry entry) {
        Selector selector = entry.policy().selector();
        table.remove(
                AddressBits.high(selector.source().address()) & sourceHigh,
                AddressBits.low(selector.source().address()) & sourceLow,
                AddressBits.high(selector.destination().address()) & destinationHigh,
                AddressBits.low(selector.destination().address()) & destinationLow,
                serviceOf(selector),
                entry);
    }

    void forEach(Consumer<PolicyEntry> action) {
        table.forEach(action);
    }

    private long serviceOf(Selector selector) {
        return service(selector.protocol(), selector.sourcePort(), selector.destinationPort())
                & service;
    }
}

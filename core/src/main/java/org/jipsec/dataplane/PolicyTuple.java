package org.jipsec.dataplane;

import org.jipsec.sadb.Selector;
import org.jspecify.annotations.Nullable;

/// The policies whose selectors look at the same bits of a packet: one hash table finds the one
/// that is for it.
///
/// Protocol and ports share a long: `protocol << 32 | source port << 16 | destination port`.
final class PolicyTuple {
    private static final long PROTOCOL = 0xffL << 32;
    private static final long SOURCE_PORT = 0xffffL << 16;
    private static final long DESTINATION_PORT = 0xffffL;

    private final long sourceHigh;
    private final long sourceLow;
    private final long destinationHigh;
    private final long destinationLow;
    private final long service;

    private final ChainTable<PolicyRecord> table = new ChainTable<>();

    /// No policy in the table precedes this rank. The first one itself may be gone.
    int priority;

    long ordinal;

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

    PolicyTuple(Shape shape) {
        sourceHigh = AddressBits.maskHigh(shape.ipv4, shape.sourceLength);
        sourceLow = AddressBits.maskLow(shape.ipv4, shape.sourceLength);
        destinationHigh = AddressBits.maskHigh(shape.ipv4, shape.destinationLength);
        destinationLow = AddressBits.maskLow(shape.ipv4, shape.destinationLength);
        service = shape.service;
    }

    boolean needsPorts() {
        return (service & (SOURCE_PORT | DESTINATION_PORT)) != 0;
    }

    boolean isEmpty() {
        return table.size() == 0;
    }

    static long service(int protocol, int sourcePort, int destinationPort) {
        return (long) protocol << 32 | (long) sourcePort << 16 | destinationPort;
    }

    /// @param packetService of the packet, as [#service] makes it
    @Nullable PolicyRecord find(FlowKey flow, long packetService) {
        ChainTable.Node<PolicyRecord> node =
                table.first(
                        flow.sourceHigh & sourceHigh,
                        flow.sourceLow & sourceLow,
                        flow.destinationHigh & destinationHigh,
                        flow.destinationLow & destinationLow,
                        packetService & service);
        if (node == null) {
            return null;
        }
        PolicyRecord best = node.value;
        for (node = node.sibling(); node != null; node = node.sibling()) {
            if (node.value.precedes(best)) {
                best = node.value;
            }
        }
        return best;
    }

    void add(PolicyRecord record) {
        Selector selector = record.policy().selector();
        table.add(
                AddressBits.high(selector.source().address()) & sourceHigh,
                AddressBits.low(selector.source().address()) & sourceLow,
                AddressBits.high(selector.destination().address()) & destinationHigh,
                AddressBits.low(selector.destination().address()) & destinationLow,
                serviceOf(selector),
                record);
    }

    void remove(PolicyRecord record) {
        Selector selector = record.policy().selector();
        table.remove(
                AddressBits.high(selector.source().address()) & sourceHigh,
                AddressBits.low(selector.source().address()) & sourceLow,
                AddressBits.high(selector.destination().address()) & destinationHigh,
                AddressBits.low(selector.destination().address()) & destinationLow,
                serviceOf(selector),
                record);
    }

    private long serviceOf(Selector selector) {
        return service(selector.protocol(), selector.sourcePort(), selector.destinationPort())
                & service;
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.AddressBits;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.sadb.Selector;

/// What a selector wants the bits of its [SelectorShape] to be, or what they are in a packet; all
/// other bits are 0. An IPv4 address stands in the low 32 bits of its `Low` half.
record SelectorKey(
        long sourceHigh,
        long sourceLow,
        long destinationHigh,
        long destinationLow,
        int protocol,
        int sourcePort,
        int destinationPort) {
    static SelectorKey of(Selector selector, SelectorShape shape) {
        return of(
                AddressBits.high(selector.source().address()),
                AddressBits.low(selector.source().address()),
                AddressBits.high(selector.destination().address()),
                AddressBits.low(selector.destination().address()),
                selector.protocol(),
                selector.sourcePort(),
                selector.destinationPort(),
                shape);
    }

    static SelectorKey of(FlowKey flow, SelectorShape shape) {
        return of(
                flow.sourceHigh,
                flow.sourceLow,
                flow.destinationHigh,
                flow.destinationLow,
                flow.protocol,
                flow.sourcePort,
                flow.destinationPort,
                shape);
    }

    private static SelectorKey of(
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            int protocol,
            int sourcePort,
            int destinationPort,
            SelectorShape shape) {
        return new SelectorKey(
                sourceHigh & AddressBits.maskHigh(shape.ipv4(), shape.sourceLength()),
                sourceLow & AddressBits.maskLow(shape.ipv4(), shape.sourceLength()),
                destinationHigh & AddressBits.maskHigh(shape.ipv4(), shape.destinationLength()),
                destinationLow & AddressBits.maskLow(shape.ipv4(), shape.destinationLength()),
                shape.protocol() ? protocol : 0,
                shape.sourcePort() ? sourcePort : 0,
                shape.destinationPort() ? destinationPort : 0);
    }
}

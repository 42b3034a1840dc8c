package org.jipsec.daemon;

import org.jipsec.dataplane.FlowKey;
import org.jipsec.sadb.Selector;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

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
                high(selector.source().address()),
                low(selector.source().address()),
                high(selector.destination().address()),
                low(selector.destination().address()),
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
                sourceHigh & maskHigh(shape.ipv4(), shape.sourceLength()),
                sourceLow & maskLow(shape.ipv4(), shape.sourceLength()),
                destinationHigh & maskHigh(shape.ipv4(), shape.destinationLength()),
                destinationLow & maskLow(shape.ipv4(), shape.destinationLength()),
                shape.protocol() ? protocol : 0,
                shape.sourcePort() ? sourcePort : 0,
                shape.destinationPort() ? destinationPort : 0);
    }

    private static long high(InetAddress address) {
        return address instanceof Inet4Address
                ? 0
                : ByteBuffer.wrap(address.getAddress()).getLong();
    }

    private static long low(InetAddress address) {
        ByteBuffer octets = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address ? octets.getInt() & 0xffff_ffffL : octets.getLong(8);
    }

    /// The bits of the high half that a prefix of `length` looks at.
    static long maskHigh(boolean ipv4, int length) {
        return ipv4 ? 0 : leading(Math.min(length, 64));
    }

    /// The bits of the low half that a prefix of `length` looks at.
    static long maskLow(boolean ipv4, int length) {
        return ipv4 ? leading(length) >>> 32 : leading(Math.max(length - 64, 0));
    }

    private static long leading(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}

package org.jipsec.dataplane;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// Between addresses as objects and as the two numbers of a [FlowKey].
final class Addresses {
    private Addresses() {}

    /// @throws IllegalArgumentException when the two are of different families
    static void put(InetAddress source, InetAddress destination, FlowKey flow) {
        boolean ipv4 = destination instanceof Inet4Address;
        if (ipv4 != source instanceof Inet4Address) {
            throw new IllegalArgumentException("families of source and destination differ");
        }
        byte[] from = source.getAddress();
        byte[] to = destination.getAddress();
        flow.ipv4 = ipv4;
        flow.sourceHigh = ipv4 ? 0 : Octets.s64(from, 0);
        flow.sourceLow = ipv4 ? Octets.u32(from, 0) : Octets.s64(from, 8);
        flow.destinationHigh = ipv4 ? 0 : Octets.s64(to, 0);
        flow.destinationLow = ipv4 ? Octets.u32(to, 0) : Octets.s64(to, 8);
    }

    static InetAddress source(FlowKey flow) {
        return of(flow.ipv4, flow.sourceHigh, flow.sourceLow);
    }

    static InetAddress destination(FlowKey flow) {
        return of(flow.ipv4, flow.destinationHigh, flow.destinationLow);
    }

    private static InetAddress of(boolean ipv4, long high, long low) {
        byte[] octets = new byte[ipv4 ? 4 : 16];
        if (ipv4) {
            Octets.put32(octets, 0, (int) low);
        } else {
            Octets.put64(octets, 0, high);
            Octets.put64(octets, 8, low);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("4 or 16 octets are an address", impossible);
        }
    }

    static boolean isSource(InetAddress address, FlowKey flow) {
        byte[] octets = address.getAddress();
        return octets.length == 4
                ? flow.ipv4 && Octets.u32(octets, 0) == flow.sourceLow
                : !flow.ipv4
                        && Octets.s64(octets, 0) == flow.sourceHigh
                        && Octets.s64(octets, 8) == flow.sourceLow;
    }
}

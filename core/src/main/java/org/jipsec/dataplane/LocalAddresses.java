package org.jipsec.dataplane;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;

/// The few addresses a host has. Immutable.
public final class LocalAddresses implements Locality {
    private final boolean[] ipv4;
    private final long[] high;
    private final long[] low;

    public LocalAddresses(Collection<? extends InetAddress> addresses) {
        ipv4 = new boolean[addresses.size()];
        high = new long[addresses.size()];
        low = new long[addresses.size()];
        int at = 0;
        for (InetAddress address : addresses) {
            ipv4[at] = address instanceof Inet4Address;
            high[at] = AddressBits.high(address);
            low[at] = AddressBits.low(address);
            at++;
        }
    }

    @Override
    public boolean isLocal(FlowKey flow) {
        for (int i = 0; i < low.length; i++) {
            if (low[i] == flow.destinationLow
                    && high[i] == flow.destinationHigh
                    && ipv4[i] == flow.ipv4) {
                return true;
            }
        }
        return false;
    }
}

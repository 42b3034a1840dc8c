package org.jipsec.daemon;

import org.jipsec.dataplane.AddressBits;
import org.jipsec.dataplane.FlowKey;
import org.jipsec.dataplane.Locality;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;

/// Finds out at which UDP ports of this host ESP is to be received: those that SAs with ESP in UDP
/// name beside an address of this host. An address may become one later, so what was none is looked
/// at again. One thread at a time.
final class WirePorts {
    private static final int MAXIMUM_FOREIGN = 1024;

    private final Set<Endpoint> foreign = new HashSet<>();
    private final FlowKey flow = new FlowKey();

    /// The ports that this SA says are ours.
    Set<Integer> of(SecurityAssociation sa, Locality locality) {
        Set<Integer> ports = new TreeSet<>();
        if (sa.encapsulation().isPresent()) {
            UdpEncapsulation udp = sa.encapsulation().get();
            look(new Endpoint(sa.source().address(), udp.sourcePort()), locality, ports);
            look(new Endpoint(sa.destination().address(), udp.destinationPort()), locality, ports);
        }
        return ports;
    }

    /// The ports of addresses that have become ours meanwhile.
    Set<Integer> again(Locality locality) {
        Set<Integer> ports = new TreeSet<>();
        for (Iterator<Endpoint> each = foreign.iterator(); each.hasNext(); ) {
            Endpoint endpoint = each.next();
            if (isLocal(endpoint.address(), locality)) {
                ports.add(endpoint.port());
                each.remove();
            }
        }
        return ports;
    }

    private void look(Endpoint endpoint, Locality locality, Set<Integer> ports) {
        if (isLocal(endpoint.address(), locality)) {
            ports.add(endpoint.port());
        } else if (foreign.size() < MAXIMUM_FOREIGN) {
            foreign.add(endpoint);
        }
    }

    private boolean isLocal(InetAddress address, Locality locality) {
        flow.ipv4 = address instanceof Inet4Address;
        flow.destinationHigh = AddressBits.high(address);
        flow.destinationLow = AddressBits.low(address);
        return locality.isLocal(flow);
    }
}

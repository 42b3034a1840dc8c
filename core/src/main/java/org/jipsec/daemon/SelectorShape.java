package org.jipsec.daemon;

import org.jipsec.sadb.Selector;

/// Which bits of a packet a selector looks at.
///
/// @param sourceLength leading bits of the address
/// @param destinationLength leading bits of the address
/// @param protocol whether it looks at the upper layer's protocol
/// @param sourcePort whether it looks at the source port, or what stands in its place
/// @param destinationPort likewise
record SelectorShape(
        boolean ipv4,
        int sourceLength,
        int destinationLength,
        boolean protocol,
        boolean sourcePort,
        boolean destinationPort) {
    static SelectorShape of(Selector selector) {
        return new SelectorShape(
                selector.isIpv4(),
                selector.source().length(),
                selector.destination().length(),
                selector.protocol() != Selector.ANY_PROTOCOL,
                selector.sourcePort() != 0,
                selector.destinationPort() != 0);
    }

    /// The bits that both look at. Two selectors overlap when they agree in these.
    SelectorShape common(SelectorShape other) {
        return new SelectorShape(
                ipv4,
                Math.min(sourceLength, other.sourceLength),
                Math.min(destinationLength, other.destinationLength),
                protocol && other.protocol,
                sourcePort && other.sourcePort,
                destinationPort && other.destinationPort);
    }

    boolean looksAtPorts() {
        return sourcePort || destinationPort;
    }

    SelectorShape withoutPorts() {
        return new SelectorShape(ipv4, sourceLength, destinationLength, protocol, false, false);
    }

    SelectorShape withoutProtocol() {
        return new SelectorShape(
                ipv4, sourceLength, destinationLength, false, sourcePort, destinationPort);
    }

    /// How many things it looks at.
    int parts() {
        return (sourceLength > 0 ? 1 : 0)
                + (destinationLength > 0 ? 1 : 0)
                + (protocol ? 1 : 0)
                + (sourcePort ? 1 : 0)
                + (destinationPort ? 1 : 0);
    }
}

package org.jipsec.dataplane;

/// The selectors of one packet, extracted once; mutable and reused, so that asking the SPD
/// allocates nothing.
///
/// An IPv4 address stands in the low 32 bits of its `Low` half, the `High` half 0; an IPv6 address
/// fills both, big-endian.
public final class FlowKey {
    public boolean ipv4;
    public long sourceHigh;
    public long sourceLow;
    public long destinationHigh;
    public long destinationLow;

    /// Of the upper layer, after all extension headers.
    public int protocol;

    /// False for a fragment that is not the first, for a truncated header, for a protocol without
    /// ports: such a packet matches only policies of any port (RFC 4301 4.4.1.1, OPAQUE).
    public boolean portsKnown;

    /// Or ICMP type, or mobility header type, or the high half of a GRE key.
    public int sourcePort;

    /// Or ICMP code, or the low half of a GRE key.
    public int destinationPort;

    /// Becomes equal to `other`.
    public void set(FlowKey other) {
        ipv4 = other.ipv4;
        sourceHigh = other.sourceHigh;
        sourceLow = other.sourceLow;
        destinationHigh = other.destinationHigh;
        destinationLow = other.destinationLow;
        protocol = other.protocol;
        portsKnown = other.portsKnown;
        sourcePort = other.sourcePort;
        destinationPort = other.destinationPort;
    }
}

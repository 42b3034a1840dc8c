package org.jipsec.isakmp;

/// The three sets of numbers that NAT traversal has had. Which one a peer uses follows from the
/// vendor id both sides sent: see [NattDraft].
public enum NattVersion {
    /// RFC 3947.
    RFC(20, 21, 3, 4),
    /// draft-ietf-ipsec-nat-t-ike 00 to 03; the first two have hashes and no port 4500.
    EARLY_DRAFT(130, 131, 61443, 61444),
    /// Drafts 04 to 08: payload numbers that IANA had given to others, modes as in the RFC.
    LATE_DRAFT(15, 16, 3, 4);

    private final int detection;
    private final int originalAddress;
    private final int udpTunnel;
    private final int udpTransport;

    NattVersion(int detection, int originalAddress, int udpTunnel, int udpTransport) {
        this.detection = detection;
        this.originalAddress = originalAddress;
        this.udpTunnel = udpTunnel;
        this.udpTransport = udpTransport;
    }

    /// The payload type of NAT-D.
    public int detection() {
        return detection;
    }

    /// The payload type of NAT-OA.
    public int originalAddress() {
        return originalAddress;
    }

    /// The value of [Phase2Attribute#ENCAPSULATION_MODE] for a tunnel in UDP.
    public int udpTunnel() {
        return udpTunnel;
    }

    /// The value of [Phase2Attribute#ENCAPSULATION_MODE] for transport mode in UDP.
    public int udpTransport() {
        return udpTransport;
    }
}

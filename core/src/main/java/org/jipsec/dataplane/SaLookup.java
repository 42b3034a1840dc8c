package org.jipsec.dataplane;

import org.jipsec.sadb.PolicyRule;
import org.jspecify.annotations.Nullable;

/// What the packet path asks of the SAD: an immutable view, replaced as a whole when the SAD
/// changes.
public interface SaLookup {
    /// The SA a received packet names.
    ///
    /// @param ipProtocol 50, 51 or 108
    /// @param spi as it is on the wire; for IPComp the CPI
    /// @param outer of which addresses count. A well-known CPI (1..255) is found by both addresses
    @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer);

    /// The SA that a rule wants for a packet: mature or dying, of the rule's protocol, mode and,
    /// where it has one, reqid, and between the rule's endpoints or, in transport mode without
    /// endpoints, the packet's own addresses. Of several the newest.
    @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet);
}

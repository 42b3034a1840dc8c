package org.jipsec.dataplane;

import org.jipsec.sadb.PolicyRule;
import org.jspecify.annotations.Nullable;

/// What the packet path asks of the SAD, without a lock: each answer is as it was at one moment.
public interface SaLookup {
    /// The SA a received packet names.
    ///
    /// @param ipProtocol 50, 51 or 108
    /// @param spi as it is on the wire; for IPComp the CPI
    /// @param outer of which addresses count. A well-known CPI (1..255) is found by both addresses
    @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer);

    /// The SA that a rule wants for a packet: mature or dying, of the rule's protocol, mode and
    /// reqid (as in Linux, a rule without one does not take the SAs of others), and between the
    /// rule's endpoints or, in transport mode, the packet's own addresses. Where there is none, one
    /// from the unspecified address, which as in Linux stands for any; an unspecified destination
    /// does not. Of several the newest that is not dying.
    @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet);
}

package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jspecify.annotations.Nullable;

/// What the packet path asks of the SPD, without a lock: each answer is as it was at one moment.
public interface PolicyLookup {
    /// The policy of the smallest priority number that is for this packet, of equal ones the
    /// oldest; null for none.
    @Nullable PolicyEntry find(Direction direction, FlowKey flow);

    /// Whether a policy of this direction looks at ports. Fragments after the first have none that
    /// are known, so they must then be put together before any policy is asked (RFC 4301 7.4).
    default boolean selectsByPort(Direction direction) {
        return true;
    }

    /// Whether a policy of this direction looks at the protocol. A fragment of IPv6 after the first
    /// names one too, but whoever puts it together goes by the first (RFC 8200 4.5): it must not be
    /// let through for what it says itself.
    default boolean selectsByProtocol(Direction direction) {
        return true;
    }
}

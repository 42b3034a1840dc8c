package org.jipsec.sadb;

import java.util.Optional;

/// One `esp/tunnel/A-B/require` of a policy: a transformation that its packets must have.
///
/// @param reqid unsigned 32 bits; 0 for none. With [PolicyLevel#UNIQUE] and 0 the backend picks one
/// @param endpoints outer source and destination; empty in transport mode without addresses
public record PolicyRule(
        IpsecProtocol protocol,
        SaMode mode,
        PolicyLevel level,
        int reqid,
        Optional<Endpoints> endpoints) {
    /// The ids from here on are the backend's to give (`IPSEC_MANUAL_REQID_MAX` is the last that is
    /// not).
    public static final int FIRST_AUTOMATIC_REQID = 0x4000;

    public record Endpoints(Endpoint source, Endpoint destination) {}
}

package org.jipsec.sadb;

import java.net.InetAddress;

/// What happens in the databases without the listener having asked for it.
public sealed interface SadbEvent {
    /// A policy wants an SA and there is none (`SADB_ACQUIRE`).
    ///
    /// @param sequence of the message: goes back in the ADD or in a refusal
    /// @param policyId of the policy that wants it
    record Acquire(
            int sequence,
            IpsecProtocol protocol,
            InetAddress source,
            InetAddress destination,
            SaMode mode,
            int reqid,
            int policyId)
            implements SadbEvent {}

    /// A lifetime is over (`SADB_EXPIRE`).
    record Expire(SaSnapshot snapshot, boolean hard) implements SadbEvent {}

    /// The peer's NAT has changed its address or port (`SADB_X_NAT_T_NEW_MAPPING`).
    record Mapping(SaId id, Endpoint old, Endpoint now) implements SadbEvent {}

    /// An SA came, changed or went.
    record SaChanged(Change change, SaSnapshot snapshot) implements SadbEvent {}

    record PolicyChanged(Change change, PolicySnapshot snapshot) implements SadbEvent {}

    record SasFlushed(IpsecProtocol protocol) implements SadbEvent {}

    record PoliciesFlushed() implements SadbEvent {}

    enum Change {
        ADDED,
        UPDATED,
        DELETED
    }
}

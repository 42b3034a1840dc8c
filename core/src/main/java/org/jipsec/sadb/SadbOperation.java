package org.jipsec.sadb;

/// Everything that can be asked of the databases: a plan is a list of these, and any [SadbBackend]
/// runs them.
///
/// In flushes and dumps [IpsecProtocol#UNSPEC] means all.
public sealed interface SadbOperation {
    record AddSa(SecurityAssociation association) implements SadbOperation {}

    /// Replaces a larval or mature SA of the same [SaId].
    record UpdateSa(SecurityAssociation association) implements SadbOperation {}

    record DeleteSa(SaReference reference) implements SadbOperation {}

    /// Puts an SA back as `snapshot` has it: state, lifetime used, and the numbers of its packets,
    /// so that taking back a deletion repeats none ([SaSnapshot#sequence]; PF_KEY to a kernel has
    /// no field for them, there it is an [AddSa]). Refused with EEXIST when there is one.
    record RestoreSa(SaSnapshot snapshot) implements SadbOperation {}

    /// Every SA between two ends. Where the backend has no such message (Linux), the client dumps
    /// and deletes one by one.
    record DeleteAllSas(Endpoint source, Endpoint destination, IpsecProtocol protocol)
            implements SadbOperation {}

    record GetSa(SaReference reference) implements SadbOperation {}

    /// Reserves an SPI: makes a larval SA. Answered by [SadbReply.SpiReserved].
    ///
    /// @param minimum unsigned, not below 256
    /// @param maximum unsigned, inclusive
    record ReserveSpi(
            Endpoint source,
            Endpoint destination,
            IpsecProtocol protocol,
            SaMode mode,
            int reqid,
            Spi minimum,
            Spi maximum)
            implements SadbOperation {}

    record FlushSas(IpsecProtocol protocol) implements SadbOperation {}

    record DumpSas(IpsecProtocol protocol) implements SadbOperation {}

    record AddPolicy(Policy policy) implements SadbOperation {}

    /// Replaces the policy of the same selector and direction, or adds it.
    record UpdatePolicy(Policy policy) implements SadbOperation {}

    /// Puts a policy back as `snapshot` has it, or makes what is there of its name as it was. What
    /// the snapshot has from another backend is not looked at: then it is an [UpdatePolicy].
    record RestorePolicy(PolicySnapshot snapshot) implements SadbOperation {}

    /// Found by selector and direction; the rest of `policy` goes along unread.
    record DeletePolicy(Policy policy) implements SadbOperation {}

    record DeletePolicyById(int id, Direction direction) implements SadbOperation {}

    /// Found by selector and direction.
    record GetPolicy(Policy policy) implements SadbOperation {}

    record GetPolicyById(int id, Direction direction) implements SadbOperation {}

    /// `SADB_X_SPDSETIDX`: reserves an index for a policy whose rules come later by [UpdatePolicy].
    record SetPolicyIndex(Policy policy) implements SadbOperation {}

    record FlushPolicies() implements SadbOperation {}

    record DumpPolicies() implements SadbOperation {}

    /// Asks for the algorithms and to be sent the [SadbEvent.Acquire]s of a protocol.
    record Register(IpsecProtocol protocol) implements SadbOperation {}

    /// Says that nobody will bring the SA of a [SadbEvent.Acquire] (RFC 2367 3.1.6): what waits for
    /// it is dropped, and as in Linux it is not asked for again before the acquire's time is over.
    /// Always done, and over PF_KEY not answered; of an acquire that is not pending, or with a 0,
    /// it does nothing. Nor does it over XFRM, which has no message for it.
    ///
    /// @param sequence of the acquire
    /// @param errno why, 1..255
    record RefuseAcquire(int sequence, int errno) implements SadbOperation {}

    /// Packet and drop counters; jipsec's own.
    record GetStatistics() implements SadbOperation {}
}

package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.SpiRange;
import org.jipsec.pfkey.PfkeyExtension.Unknown;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;

import java.util.EnumSet;
import java.util.List;

/// Which message asks for which [SadbOperation], both ways. What is sent is what setkey sent, its
/// extensions in setkey's order; what is understood is what Linux's `af_key` understood.
public final class PfkeyRequests {
    /// `SADB_X_POLICY` needs a type even where only its id counts.
    private static final int NO_TYPE = 0;

    private static final Spi LOWEST_SPI = new Spi(0x100);
    private static final Spi HIGHEST_SPI = new Spi(0x0fff_ffff);

    private PfkeyRequests() {}

    /// @param sequence comes back in the answer
    /// @param processId comes back in the answer
    public static PfkeyMessage message(SadbOperation operation, int sequence, int processId) {
        return switch (operation) {
            case SadbOperation.AddSa(var sa) -> of(MessageType.ADD, sa, sequence, processId);
            case SadbOperation.UpdateSa(var sa) -> of(MessageType.UPDATE, sa, sequence, processId);
            case SadbOperation.RestoreSa(var snapshot) ->
                    PfkeyMessage.of(
                            MessageType.JIPSEC_RESTORE,
                            snapshot.association().protocol().saType(),
                            sequence,
                            processId,
                            SaMapping.restoration(snapshot));
            case SadbOperation.DeleteSa(var reference) ->
                    PfkeyMessage.of(
                            MessageType.DELETE,
                            reference.protocol().saType(),
                            sequence,
                            processId,
                            SaMapping.request(reference));
            case SadbOperation.DeleteAllSas(var source, var destination, var protocol) ->
                    PfkeyMessage.of(
                            MessageType.DELETE,
                            protocol.saType(),
                            sequence,
                            processId,
                            List.of(
                                    Numbers.address(
                                            ExtensionType.ADDRESS_SOURCE,
                                            SaMapping.ANY_PROTOCOL,
                                            source),
                                    Numbers.address(
                                            ExtensionType.ADDRESS_DESTINATION,
                                            SaMapping.ANY_PROTOCOL,
                                            destination)));
            case SadbOperation.GetSa(var reference) ->
                    PfkeyMessage.of(
                            MessageType.GET,
                            reference.protocol().saType(),
                            sequence,
                            processId,
                            SaMapping.request(reference));
            case SadbOperation.ReserveSpi wish ->
                    PfkeyMessage.of(
                            MessageType.GETSPI,
                            wish.protocol().saType(),
                            sequence,
                            processId,
                            List.of(
                                    new Sa2(wish.mode().number(), 0, wish.reqid()),
                                    Numbers.address(
                                            ExtensionType.ADDRESS_SOURCE,
                                            SaMapping.ANY_PROTOCOL,
                                            wish.source()),
                                    Numbers.address(
                                            ExtensionType.ADDRESS_DESTINATION,
                                            SaMapping.ANY_PROTOCOL,
                                            wish.destination()),
                                    new SpiRange(wish.minimum(), wish.maximum())));
            case SadbOperation.FlushSas(var protocol) ->
                    of(MessageType.FLUSH, protocol, sequence, processId);
            case SadbOperation.DumpSas(var protocol) ->
                    of(MessageType.DUMP, protocol, sequence, processId);
            case SadbOperation.AddPolicy(var policy) ->
                    of(MessageType.X_SPDADD, policy, sequence, processId);
            case SadbOperation.UpdatePolicy(var policy) ->
                    of(MessageType.X_SPDUPDATE, policy, sequence, processId);
            case SadbOperation.RestorePolicy(var snapshot) ->
                    of(MessageType.X_SPDUPDATE, snapshot.policy(), sequence, processId);
            case SadbOperation.DeletePolicy(var policy) ->
                    of(MessageType.X_SPDDELETE, policy, sequence, processId);
            case SadbOperation.DeletePolicyById(var id, var direction) ->
                    of(MessageType.X_SPDDELETE2, id, direction, sequence, processId);
            case SadbOperation.GetPolicy(var policy) ->
                    of(MessageType.X_SPDGET, policy, sequence, processId);
            case SadbOperation.GetPolicyById(var id, var direction) ->
                    of(MessageType.X_SPDGET, id, direction, sequence, processId);
            case SadbOperation.SetPolicyIndex(var policy) ->
                    of(MessageType.X_SPDSETIDX, policy, sequence, processId);
            case SadbOperation.FlushPolicies() ->
                    of(MessageType.X_SPDFLUSH, IpsecProtocol.UNSPEC, sequence, processId);
            case SadbOperation.DumpPolicies() ->
                    of(MessageType.X_SPDDUMP, IpsecProtocol.UNSPEC, sequence, processId);
            case SadbOperation.Register(var protocol) ->
                    of(MessageType.REGISTER, protocol, sequence, processId);
            case SadbOperation.RefuseAcquire(int acquire, int errno) ->
                    PfkeyMessage.of(MessageType.ACQUIRE, 0, acquire, processId).withErrno(errno);
            case SadbOperation.GetStatistics() ->
                    of(MessageType.JIPSEC_STATISTICS, IpsecProtocol.UNSPEC, sequence, processId);
        };
    }

    /// What a message asks for. Of its header only the types are looked at.
    ///
    /// @throws RefusalException it asks for nothing that can be done, and with which errno to say
    /// so
    public static SadbOperation operation(PfkeyMessage message) throws RefusalException {
        MessageType type =
                message.knownType()
                        .orElseThrow(
                                () -> RefusalException.invalid("message type " + message.type()));
        refuseDoubles(message);
        return switch (type) {
            case ADD -> new SadbOperation.AddSa(SaMapping.association(message));
            case UPDATE -> new SadbOperation.UpdateSa(SaMapping.association(message));
            case DELETE ->
                    message.first(Association.class).isPresent()
                            ? new SadbOperation.DeleteSa(SaMapping.reference(message))
                            : deleteAll(message);
            case GET -> new SadbOperation.GetSa(SaMapping.reference(message));
            case GETSPI -> reservation(message);
            case FLUSH -> new SadbOperation.FlushSas(protocol(message));
            case DUMP -> new SadbOperation.DumpSas(protocol(message));
            case REGISTER -> new SadbOperation.Register(protocol(message));
            case X_SPDADD -> new SadbOperation.AddPolicy(PolicyMapping.policy(message));
            case X_SPDUPDATE -> new SadbOperation.UpdatePolicy(PolicyMapping.policy(message));
            case X_SPDDELETE -> new SadbOperation.DeletePolicy(PolicyMapping.policy(message));
            case X_SPDSETIDX -> new SadbOperation.SetPolicyIndex(PolicyMapping.policy(message));
            case X_SPDDELETE2 -> {
                PolicyData data = PolicyMapping.data(message);
                yield new SadbOperation.DeletePolicyById(
                        data.id(), Numbers.direction(data.direction()));
            }
            case X_SPDGET -> {
                if (message.first(Address.class).isPresent()) {
                    yield new SadbOperation.GetPolicy(PolicyMapping.policy(message));
                }
                PolicyData data = PolicyMapping.data(message);
                yield new SadbOperation.GetPolicyById(
                        data.id(), Numbers.direction(data.direction()));
            }
            case X_SPDFLUSH -> new SadbOperation.FlushPolicies();
            case X_SPDDUMP -> new SadbOperation.DumpPolicies();
            case JIPSEC_CAPABILITIES -> new SadbOperation.Register(IpsecProtocol.UNSPEC);
            case JIPSEC_RESTORE -> new SadbOperation.RestoreSa(SaMapping.restored(message));
            case JIPSEC_STATISTICS -> new SadbOperation.GetStatistics();
            case ACQUIRE -> {
                if (!message.extensions().isEmpty()) {
                    throw new RefusalException(Errno.EOPNOTSUPP, type + " cannot be asked");
                }
                yield new SadbOperation.RefuseAcquire(message.sequence(), message.errno());
            }
            case EXPIRE,
                    X_PROMISC,
                    X_PCHANGE,
                    X_SPDACQUIRE,
                    X_SPDEXPIRE,
                    X_NAT_T_NEW_MAPPING,
                    X_MIGRATE,
                    JIPSEC_WHOLE ->
                    throw new RefusalException(Errno.EOPNOTSUPP, type + " cannot be asked");
        };
    }

    private static SadbOperation deleteAll(PfkeyMessage message) throws RefusalException {
        Address[] ends = Numbers.addresses(message);
        return new SadbOperation.DeleteAllSas(
                ends[0].endpoint(), ends[1].endpoint(), protocol(message));
    }

    private static SadbOperation reservation(PfkeyMessage message) throws RefusalException {
        Address[] ends = Numbers.addresses(message);
        Sa2 sa2 = message.first(Sa2.class).orElse(null);
        SpiRange range =
                message.first(SpiRange.class).orElse(new SpiRange(LOWEST_SPI, HIGHEST_SPI));
        return new SadbOperation.ReserveSpi(
                ends[0].endpoint(),
                ends[1].endpoint(),
                protocol(message),
                sa2 == null ? SaMode.ANY : Numbers.mode(sa2.mode()),
                sa2 == null ? 0 : sa2.reqid(),
                range.minimum(),
                range.maximum());
    }

    private static IpsecProtocol protocol(PfkeyMessage message) throws RefusalException {
        return Numbers.protocolOfSaType(message.saType());
    }

    /// As Linux does; of what it does not know it takes any number.
    private static void refuseDoubles(PfkeyMessage message) throws RefusalException {
        EnumSet<ExtensionType> seen = EnumSet.noneOf(ExtensionType.class);
        for (PfkeyExtension extension : message.extensions()) {
            ExtensionType type = ExtensionType.numbered(extension.number());
            if (type != null && !(extension instanceof Unknown) && !seen.add(type)) {
                throw RefusalException.invalid("extension " + extension.number() + " twice");
            }
        }
    }

    private static PfkeyMessage of(
            MessageType type, SecurityAssociation sa, int sequence, int processId) {
        return PfkeyMessage.of(
                type, sa.protocol().saType(), sequence, processId, SaMapping.request(sa));
    }

    private static PfkeyMessage of(MessageType type, Policy policy, int sequence, int processId) {
        return PfkeyMessage.of(type, 0, sequence, processId, PolicyMapping.request(policy));
    }

    private static PfkeyMessage of(
            MessageType type, int id, Direction direction, int sequence, int processId) {
        PolicyData data = new PolicyData(NO_TYPE, direction.number(), id, 0, List.of());
        return PfkeyMessage.of(type, 0, sequence, processId, List.of(data));
    }

    private static PfkeyMessage of(
            MessageType type, IpsecProtocol protocol, int sequence, int processId) {
        return PfkeyMessage.of(type, protocol.saType(), sequence, processId);
    }
}

package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Combination;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.Limits;
import org.jipsec.pfkey.PfkeyExtension.NatPort;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.Proposal;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What happens by itself, as messages and back.
public final class PfkeyEvents {
    /// Linux's: a day and 8 hours hard, 20 and 7 hours soft.
    private static final Limits HARD = new Limits(0, 0, 24 * 3600, 8 * 3600);

    private static final Limits SOFT = new Limits(0, 0, 20 * 3600, 7 * 3600);
    private static final int WINDOW = 32;

    private PfkeyEvents() {}

    /// The message that tells it: its process id is 0, for nobody asked.
    ///
    /// @param capabilities what an acquire proposes from
    public static PfkeyMessage message(SadbEvent event, Capabilities capabilities) {
        return switch (event) {
            case SadbEvent.Acquire acquire -> acquire(acquire, capabilities);
            case SadbEvent.Expire(var snapshot, var hard) ->
                    PfkeyMessage.of(
                            MessageType.EXPIRE,
                            snapshot.association().protocol().saType(),
                            0,
                            0,
                            SaMapping.expiry(snapshot, hard));
            case SadbEvent.Mapping(var id, var old, var now) ->
                    PfkeyMessage.of(
                            MessageType.X_NAT_T_NEW_MAPPING,
                            id.protocol().saType(),
                            0,
                            0,
                            mapping(id, old, now));
            case SadbEvent.SaChanged(var change, var snapshot) ->
                    PfkeyReplies.association(
                            PfkeyMessage.of(
                                    switch (change) {
                                        case ADDED -> MessageType.ADD;
                                        case UPDATED -> MessageType.UPDATE;
                                        case DELETED -> MessageType.DELETE;
                                    },
                                    0,
                                    0,
                                    0),
                            snapshot);
            case SadbEvent.PolicyChanged(var change, var snapshot) ->
                    PfkeyReplies.policy(
                            PfkeyMessage.of(
                                    switch (change) {
                                        case ADDED -> MessageType.X_SPDADD;
                                        case UPDATED -> MessageType.X_SPDUPDATE;
                                        case DELETED -> MessageType.X_SPDDELETE;
                                    },
                                    0,
                                    0,
                                    0),
                            snapshot,
                            snapshot.mark().references());
            case SadbEvent.SasFlushed(var protocol) ->
                    PfkeyMessage.of(MessageType.FLUSH, protocol.saType(), 0, 0);
            case SadbEvent.PoliciesFlushed() -> PfkeyMessage.of(MessageType.X_SPDFLUSH, 0, 0, 0);
        };
    }

    /// What a message tells; empty when it tells nothing that happened.
    ///
    /// @throws RefusalException it lacks what it should have
    static Optional<SadbEvent> event(PfkeyMessage message) throws RefusalException {
        MessageType type = message.knownType().orElse(null);
        if (type == null || message.errno() != 0) {
            return Optional.empty();
        }
        return switch (type) {
            case ACQUIRE -> Optional.of(acquire(message));
            case EXPIRE ->
                    Optional.of(
                            new SadbEvent.Expire(
                                    SaMapping.snapshot(message),
                                    message.first(Lifetimes.class, ExtensionType.LIFETIME_HARD)
                                            != null));
            case ADD -> sa(Change.ADDED, message);
            case UPDATE -> sa(Change.UPDATED, message);
            case DELETE -> sa(Change.DELETED, message);
            case X_SPDADD, X_SPDSETIDX -> policy(Change.ADDED, message);
            case X_SPDUPDATE -> policy(Change.UPDATED, message);
            case X_SPDDELETE, X_SPDDELETE2 -> policy(Change.DELETED, message);
            case FLUSH ->
                    Optional.of(
                            new SadbEvent.SasFlushed(Numbers.protocolOfSaType(message.saType())));
            case X_SPDFLUSH -> Optional.of(new SadbEvent.PoliciesFlushed());
            case X_NAT_T_NEW_MAPPING -> Optional.of(mapping(message));
            case GETSPI,
                    GET,
                    REGISTER,
                    DUMP,
                    X_PROMISC,
                    X_PCHANGE,
                    X_SPDGET,
                    X_SPDACQUIRE,
                    X_SPDDUMP,
                    X_SPDEXPIRE,
                    X_MIGRATE,
                    JIPSEC_STATISTICS,
                    JIPSEC_CAPABILITIES,
                    JIPSEC_RESTORE,
                    JIPSEC_WHOLE ->
                    Optional.empty();
        };
    }

    private static PfkeyMessage acquire(SadbEvent.Acquire acquire, Capabilities capabilities) {
        return PfkeyMessage.of(
                MessageType.ACQUIRE,
                acquire.protocol().saType(),
                acquire.sequence(),
                0,
                List.of(
                        address(ExtensionType.ADDRESS_SOURCE, acquire.source()),
                        address(ExtensionType.ADDRESS_DESTINATION, acquire.destination()),
                        new PolicyData(
                                PolicyAction.IPSEC.number(),
                                Direction.OUT.number(),
                                acquire.policyId(),
                                0,
                                List.of()),
                        new Proposal(WINDOW, combinations(acquire.protocol(), capabilities)),
                        new Sa2(acquire.mode().number(), 0, acquire.reqid())));
    }

    /// Every cipher with every integrity algorithm that PF_KEY has a number for.
    private static List<Combination> combinations(
            IpsecProtocol protocol, Capabilities capabilities) {
        if (protocol != IpsecProtocol.AH && protocol != IpsecProtocol.ESP) {
            return List.of();
        }
        List<PfkeyExtension> supported = CapabilityMapping.algorithms(capabilities);
        List<Algorithm> macs = ((Supported) supported.get(0)).algorithms();
        List<Algorithm> ciphers =
                protocol == IpsecProtocol.AH
                        ? List.of(new Algorithm(0, 0, 0, 0))
                        : ((Supported) supported.get(1)).algorithms();
        List<Combination> combinations = new ArrayList<>();
        for (Algorithm cipher : ciphers) {
            for (Algorithm mac : macs) {
                combinations.add(
                        new Combination(
                                mac.id(),
                                cipher.id(),
                                0,
                                mac.minimumBits(),
                                mac.maximumBits(),
                                cipher.minimumBits(),
                                cipher.maximumBits(),
                                SOFT,
                                HARD));
            }
        }
        return combinations;
    }

    private static SadbEvent acquire(PfkeyMessage message) throws RefusalException {
        Address[] ends = Numbers.addresses(message);
        Sa2 sa2 = message.first(Sa2.class).orElse(null);
        return new SadbEvent.Acquire(
                message.sequence(),
                Numbers.protocolOfSaType(message.saType()),
                ends[0].endpoint().address(),
                ends[1].endpoint().address(),
                sa2 == null ? SaMode.ANY : Numbers.mode(sa2.mode()),
                sa2 == null ? 0 : sa2.reqid(),
                message.first(PolicyData.class).map(PolicyData::id).orElse(0));
    }

    /// A deletion of all between two ends names no SA: what is gone is told one by one.
    private static Optional<SadbEvent> sa(Change change, PfkeyMessage message)
            throws RefusalException {
        return message.first(Association.class).isEmpty()
                ? Optional.empty()
                : Optional.of(new SadbEvent.SaChanged(change, SaMapping.snapshot(message)));
    }

    private static Optional<SadbEvent> policy(Change change, PfkeyMessage message)
            throws RefusalException {
        return Optional.of(new SadbEvent.PolicyChanged(change, PolicyMapping.snapshot(message)));
    }

    /// Linux's order, old address and port first; our own end, which Linux does not say, as proxy.
    private static List<PfkeyExtension> mapping(SaId id, Endpoint old, Endpoint now) {
        return List.of(
                SaMapping.spiOnly(id.spi(), SaState.LARVAL),
                address(ExtensionType.ADDRESS_SOURCE, old.address()),
                new NatPort(ExtensionType.X_NAT_T_SOURCE_PORT, old.port()),
                address(ExtensionType.ADDRESS_DESTINATION, now.address()),
                new NatPort(ExtensionType.X_NAT_T_DESTINATION_PORT, now.port()),
                address(ExtensionType.ADDRESS_PROXY, id.destination()));
    }

    private static SadbEvent mapping(PfkeyMessage message) throws RefusalException {
        Association sa = Numbers.needed(message.first(Association.class).orElse(null), "the SA");
        Address[] ends = Numbers.addresses(message);
        Address own = message.first(Address.class, ExtensionType.ADDRESS_PROXY);
        return new SadbEvent.Mapping(
                new SaId(
                        (own == null ? ends[1] : own).endpoint().address(),
                        Numbers.protocolOfSaType(message.saType()),
                        sa.spi()),
                endpoint(ends[0], message, ExtensionType.X_NAT_T_SOURCE_PORT),
                endpoint(ends[1], message, ExtensionType.X_NAT_T_DESTINATION_PORT));
    }

    private static Endpoint endpoint(Address address, PfkeyMessage message, ExtensionType type) {
        NatPort port = message.first(NatPort.class, type);
        return new Endpoint(address.endpoint().address(), port == null ? 0 : port.port());
    }

    private static Address address(ExtensionType type, InetAddress address) {
        return Numbers.address(type, 0, Endpoint.of(address));
    }
}

package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.ExtendedAssociation;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.NatPort;
import org.jipsec.pfkey.PfkeyExtension.NatType;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.Sequence;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Secret;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// SAs as extensions. A request has setkey's order and flags; an answer has Linux's order, says
/// flags 0, protocol 0 in the addresses, and a selector of everything as proxy address.
final class SaMapping {
    /// `IPSEC_ULPROTO_ANY`, which setkey writes into the addresses of SAs.
    static final int ANY_PROTOCOL = 255;

    private static final int UDP_ENCAPSULATION = 2;
    private static final int REPLAY_FIELD_MAXIMUM = 255;

    private SaMapping() {}

    /// What `add` and `update` send.
    static List<PfkeyExtension> request(SecurityAssociation sa) {
        List<PfkeyExtension> extensions = new ArrayList<>(12);
        if (sa.encryption() != EncryptionAlgorithm.NONE) {
            extensions.add(key(ExtensionType.KEY_ENCRYPTION, sa.encryptionKey()));
        }
        if (sa.authentication() != AuthAlgorithm.NONE) {
            extensions.add(key(ExtensionType.KEY_AUTHENTICATION, sa.authenticationKey()));
        }
        if (!sa.hard().isUnlimited()) {
            extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_HARD, sa.hard()));
        }
        if (!sa.soft().isUnlimited()) {
            extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_SOFT, sa.soft()));
        }
        sa.context().map(Numbers::context).ifPresent(extensions::add);
        extensions.add(association(sa, 0, sa.flags().bits()));
        extensions.add(new Sa2(sa.mode().number(), 0, sa.reqid()));
        Optional<UdpEncapsulation> nat = sa.encapsulation();
        if (nat.isPresent()) {
            extensions.add(new NatType(UDP_ENCAPSULATION));
            nat.get().originalAddress().map(SaMapping::original).ifPresent(extensions::add);
        }
        extensions.add(Numbers.address(ExtensionType.ADDRESS_SOURCE, ANY_PROTOCOL, sa.source()));
        extensions.add(
                Numbers.address(ExtensionType.ADDRESS_DESTINATION, ANY_PROTOCOL, sa.destination()));
        if (nat.isPresent()) {
            ports(nat.get(), extensions);
        }
        boolean extended =
                sa.replayWindow() > REPLAY_FIELD_MAXIMUM
                        || sa.extendedSequence()
                        || fragmentSize(sa) != 0;
        if (extended) {
            extensions.add(extended(sa));
        }
        return extensions;
    }

    /// What puts an SA back: what `add` sends, and how far it has come.
    static List<PfkeyExtension> restoration(SaSnapshot snapshot) {
        List<PfkeyExtension> extensions = new ArrayList<>(14);
        SecurityAssociation sa = snapshot.association();
        for (PfkeyExtension extension : request(sa)) {
            extensions.add(
                    extension instanceof Association
                            ? association(sa, snapshot.state().number(), sa.flags().bits())
                            : extension);
        }
        extensions.add(Numbers.current(snapshot.current()));
        snapshot.sequence().map(SaMapping::sequence).ifPresent(extensions::add);
        return extensions;
    }

    /// What `get` and `delete` send.
    static List<PfkeyExtension> request(SaReference reference) {
        return List.of(
                new Association(reference.spi(), 0, 0, 0, 0, 0),
                new Sa2(reference.mode().number(), 0, 0),
                Numbers.address(ExtensionType.ADDRESS_SOURCE, ANY_PROTOCOL, reference.source()),
                Numbers.address(
                        ExtensionType.ADDRESS_DESTINATION, ANY_PROTOCOL, reference.destination()));
    }

    /// What Linux answers.
    static List<PfkeyExtension> answer(SaSnapshot snapshot) {
        List<PfkeyExtension> extensions = new ArrayList<>(14);
        SecurityAssociation sa = snapshot.association();
        extensions.add(association(sa, snapshot.state().number(), 0));
        extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_HARD, sa.hard()));
        extensions.add(Numbers.lifetimes(ExtensionType.LIFETIME_SOFT, sa.soft()));
        ends(snapshot, extensions);
        if (sa.authentication() != AuthAlgorithm.NONE && sa.authenticationKey().length() > 0) {
            extensions.add(key(ExtensionType.KEY_AUTHENTICATION, sa.authenticationKey()));
        }
        if (sa.encryption() != EncryptionAlgorithm.NONE && sa.encryptionKey().length() > 0) {
            extensions.add(key(ExtensionType.KEY_ENCRYPTION, sa.encryptionKey()));
        }
        rest(sa, extensions);
        return extensions;
    }

    /// What Linux answers, and for who reads it the numbers of packets.
    static List<PfkeyExtension> answer(SaSnapshot snapshot, boolean withSequence) {
        List<PfkeyExtension> extensions = answer(snapshot);
        if (withSequence) {
            snapshot.sequence().map(SaMapping::sequence).ifPresent(extensions::add);
        }
        return extensions;
    }

    /// What Linux says when a lifetime is over: that lifetime, and no keys.
    static List<PfkeyExtension> expiry(SaSnapshot snapshot, boolean hard) {
        List<PfkeyExtension> extensions = new ArrayList<>(10);
        SecurityAssociation sa = snapshot.association();
        extensions.add(association(sa, snapshot.state().number(), 0));
        extensions.add(
                hard
                        ? Numbers.lifetimes(ExtensionType.LIFETIME_HARD, sa.hard())
                        : Numbers.lifetimes(ExtensionType.LIFETIME_SOFT, sa.soft()));
        ends(snapshot, extensions);
        rest(sa, extensions);
        return extensions;
    }

    /// As on Linux a key without an algorithm is not looked at.
    ///
    /// @throws RefusalException what is there is no SA
    static SecurityAssociation association(PfkeyMessage message) throws RefusalException {
        Association sa = Numbers.needed(message.first(Association.class).orElse(null), "the SA");
        UnknownParts unknown = unknown(message, sa);
        if (!unknown.compression().isEmpty()) {
            throw unknown("compression", unknown.compression());
        }
        if (!unknown.encryption().isEmpty()) {
            throw unknown("encryption", unknown.encryption());
        }
        if (!unknown.authentication().isEmpty()) {
            throw unknown("authentication", unknown.authentication());
        }
        if (!unknown.mode().isEmpty()) {
            throw RefusalException.invalid("mode " + unknown.mode());
        }
        return known(message);
    }

    /// What of a message has numbers without a name here, each as its number.
    private static UnknownParts unknown(PfkeyMessage message, Association sa) {
        boolean isIpcomp = message.saType() == IpsecProtocol.IPCOMP.saType();
        boolean hasCompression =
                !isIpcomp || CompressionAlgorithm.numbered(sa.encryption()).isPresent();
        boolean hasCipher = isIpcomp || EncryptionAlgorithm.numbered(sa.encryption()).isPresent();
        boolean hasMac = AuthAlgorithm.numbered(sa.authentication()).isPresent();
        int mode = message.first(Sa2.class).map(Sa2::mode).orElse(0);
        return new UnknownParts(
                hasCipher ? "" : Integer.toString(sa.encryption()),
                hasMac ? "" : Integer.toString(sa.authentication()),
                hasCompression ? "" : Integer.toString(sa.encryption()),
                Numbers.isMode(mode) ? "" : Integer.toString(mode));
    }

    /// The SA without the parts that are [#unknown].
    private static SecurityAssociation known(PfkeyMessage message) throws RefusalException {
        IpsecProtocol protocol = Numbers.protocolOfSaType(message.saType());
        Association sa = Numbers.needed(message.first(Association.class).orElse(null), "the SA");
        Address[] ends = Numbers.addresses(message);
        SecurityAssociation.Builder builder =
                SecurityAssociation.builder(
                        ends[0].endpoint(), ends[1].endpoint(), protocol, sa.spi());
        if (protocol == IpsecProtocol.IPCOMP) {
            CompressionAlgorithm.numbered(sa.encryption()).ifPresent(builder::compression);
        } else {
            builder.encryption(
                    EncryptionAlgorithm.numbered(sa.encryption()).orElse(EncryptionAlgorithm.NONE),
                    sa.encryption() == 0
                            ? Secret.EMPTY
                            : secret(message, ExtensionType.KEY_ENCRYPTION));
        }
        builder.authentication(
                AuthAlgorithm.numbered(sa.authentication()).orElse(AuthAlgorithm.NONE),
                sa.authentication() == 0
                        ? Secret.EMPTY
                        : secret(message, ExtensionType.KEY_AUTHENTICATION));
        Sa2 sa2 = message.first(Sa2.class).orElse(null);
        if (sa2 != null) {
            builder.mode(Numbers.isMode(sa2.mode()) ? Numbers.mode(sa2.mode()) : SaMode.ANY)
                    .reqid(sa2.reqid());
        } else {
            builder.mode(SaMode.ANY);
        }
        builder.hard(Numbers.lifetime(message, ExtensionType.LIFETIME_HARD))
                .soft(Numbers.lifetime(message, ExtensionType.LIFETIME_SOFT));
        Numbers.context(message).ifPresent(builder::context);
        ExtendedAssociation extended = message.first(ExtendedAssociation.class).orElse(null);
        builder.flags(new SaFlags(extended != null ? extended.flags() : sa.flags()))
                .replayWindow(extended != null ? extended.replayWindow() : sa.replay())
                .extendedSequence(extended != null && extended.extendedSequence());
        encapsulation(message, extended != null ? extended.fragmentSize() : 0)
                .ifPresent(builder::encapsulation);
        return builder.build();
    }

    /// What a backend tells of an SA, whoever has made it. The SPI may be 0 in what Linux answers
    /// about an acquire.
    static SaSnapshot snapshot(PfkeyMessage message) throws RefusalException {
        Association sa = Numbers.needed(message.first(Association.class).orElse(null), "the SA");
        SaState state = Numbers.state(sa.state());
        return new SaSnapshot(
                known(message),
                state,
                Numbers.current(message),
                Numbers.mark(message),
                message.first(Sequence.class)
                        .map(
                                found ->
                                        new SequenceState(
                                                found.sent(), found.received(), found.window())),
                unknown(message, sa));
    }

    /// What is asked to be put back.
    static SaSnapshot restored(PfkeyMessage message) throws RefusalException {
        association(message);
        return snapshot(message);
    }

    private static Sequence sequence(SequenceState state) {
        return new Sequence(state.sent(), state.received(), state.window());
    }

    static SaReference reference(PfkeyMessage message) throws RefusalException {
        Association sa = Numbers.needed(message.first(Association.class).orElse(null), "the SA");
        Address[] ends = Numbers.addresses(message);
        Sa2 sa2 = message.first(Sa2.class).orElse(null);
        return new SaReference(
                ends[0].endpoint(),
                ends[1].endpoint(),
                Numbers.protocolOfSaType(message.saType()),
                sa.spi(),
                sa2 == null ? SaMode.ANY : Numbers.mode(sa2.mode()));
    }

    static Association spiOnly(Spi spi, SaState state) {
        return new Association(spi, 0, state.number(), 0, 0, 0);
    }

    private static void ends(SaSnapshot snapshot, List<PfkeyExtension> extensions) {
        SecurityAssociation sa = snapshot.association();
        extensions.add(Numbers.current(snapshot.current()));
        extensions.add(Numbers.address(ExtensionType.ADDRESS_SOURCE, 0, portless(sa.source())));
        extensions.add(
                Numbers.address(ExtensionType.ADDRESS_DESTINATION, 0, portless(sa.destination())));
        extensions.add(
                new Address(
                        ExtensionType.ADDRESS_PROXY,
                        ANY_PROTOCOL,
                        0,
                        Endpoint.of(everything(sa.source().isIpv4()))));
    }

    private static void rest(SecurityAssociation sa, List<PfkeyExtension> extensions) {
        extensions.add(new Sa2(sa.mode().number(), 0, sa.reqid()));
        Optional<UdpEncapsulation> nat = sa.encapsulation();
        if (nat.isPresent()) {
            extensions.add(new NatType(UDP_ENCAPSULATION));
            ports(nat.get(), extensions);
            nat.get().originalAddress().map(SaMapping::original).ifPresent(extensions::add);
        }
        sa.context().map(Numbers::context).ifPresent(extensions::add);
        boolean extended =
                sa.flags().bits() != 0
                        || sa.replayWindow() > REPLAY_FIELD_MAXIMUM
                        || sa.extendedSequence()
                        || fragmentSize(sa) != 0;
        if (extended) {
            extensions.add(extended(sa));
        }
    }

    private static Association association(SecurityAssociation sa, int state, int flags) {
        int cipher =
                sa.protocol() == IpsecProtocol.IPCOMP
                        ? sa.compression().number()
                        : sa.encryption().number();
        return new Association(
                sa.spi(),
                Math.min(sa.replayWindow(), REPLAY_FIELD_MAXIMUM),
                state,
                sa.authentication().number(),
                cipher,
                flags);
    }

    private static ExtendedAssociation extended(SecurityAssociation sa) {
        return new ExtendedAssociation(
                sa.flags().bits(), sa.replayWindow(), sa.extendedSequence(), fragmentSize(sa));
    }

    private static int fragmentSize(SecurityAssociation sa) {
        return sa.encapsulation().map(UdpEncapsulation::fragmentSize).orElse(0);
    }

    private static void ports(UdpEncapsulation nat, List<PfkeyExtension> extensions) {
        extensions.add(new NatPort(ExtensionType.X_NAT_T_SOURCE_PORT, nat.sourcePort()));
        extensions.add(new NatPort(ExtensionType.X_NAT_T_DESTINATION_PORT, nat.destinationPort()));
    }

    private static Address original(InetAddress address) {
        return Numbers.address(
                ExtensionType.X_NAT_T_ORIGINAL_ADDRESS, ANY_PROTOCOL, Endpoint.of(address));
    }

    private static Optional<UdpEncapsulation> encapsulation(PfkeyMessage message, int fragmentSize)
            throws RefusalException {
        NatType type = message.first(NatType.class).orElse(null);
        if (type == null || type.type() == 0) {
            return Optional.empty();
        }
        if (type.type() != UDP_ENCAPSULATION) {
            throw RefusalException.invalid("UDP encapsulation of type " + type.type());
        }
        Address original = message.first(Address.class, ExtensionType.X_NAT_T_ORIGINAL_ADDRESS);
        return Optional.of(
                new UdpEncapsulation(
                        port(message, ExtensionType.X_NAT_T_SOURCE_PORT),
                        port(message, ExtensionType.X_NAT_T_DESTINATION_PORT),
                        original == null
                                ? Optional.empty()
                                : Optional.of(original.endpoint().address()),
                        fragmentSize));
    }

    private static int port(PfkeyMessage message, ExtensionType type) {
        NatPort port = message.first(NatPort.class, type);
        return port == null || port.port() == 0 ? UdpEncapsulation.DEFAULT_PORT : port.port();
    }

    private static Key key(ExtensionType type, Secret secret) {
        return new Key(type, secret.bits(), secret);
    }

    private static Secret secret(PfkeyMessage message, ExtensionType type) throws RefusalException {
        Key key = message.first(Key.class, type);
        if (key == null) {
            return Secret.EMPTY;
        }
        if (key.bits() % 8 != 0) {
            throw RefusalException.invalid("a key of " + key.bits() + " bits");
        }
        return key.secret();
    }

    private static RefusalException unknown(String kind, String number) {
        return new RefusalException(Errno.ENOSYS, kind + " algorithm " + number + " is unknown");
    }

    private static Endpoint portless(Endpoint endpoint) {
        return endpoint.port() == 0 ? endpoint : Endpoint.of(endpoint.address());
    }

    private static InetAddress everything(boolean isIpv4) {
        try {
            return InetAddress.getByAddress(new byte[(isIpv4 ? 32 : 128) / 8]);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 octets", impossible);
        }
    }
}

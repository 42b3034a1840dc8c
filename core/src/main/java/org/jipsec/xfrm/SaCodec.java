package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// SAs as `xfrm_usersa_info` with attributes, and back. Numbers in the machine's order; addresses,
/// SPIs and ports in the network's.
final class SaCodec {
    private static final byte[] NO_STATISTICS = new byte[12];
    private static final SequenceState FRESH = new SequenceState(0, 0, List.of());

    /// Which a request says anew, or which are only told: all others are kept.
    private static final Set<Integer> NOT_KEPT =
            Set.of(
                    Xfrm.ALG_AUTH,
                    Xfrm.ALG_CRYPT,
                    Xfrm.ALG_COMP,
                    Xfrm.ALG_AEAD,
                    Xfrm.ALG_AUTH_TRUNC,
                    Xfrm.ENCAP,
                    Xfrm.SA,
                    Xfrm.SEC_CTX,
                    Xfrm.LTIME_VAL,
                    Xfrm.REPLAY_VAL,
                    Xfrm.REPLAY_ESN_VAL,
                    Xfrm.LASTUSED,
                    Xfrm.SRCADDR,
                    Xfrm.PAD);

    /// What is put back otherwise, or is only told.
    private static final Set<Integer> NOT_ORIGINAL =
            Set.of(
                    Xfrm.ALG_AUTH,
                    Xfrm.ALG_CRYPT,
                    Xfrm.ALG_COMP,
                    Xfrm.ALG_AEAD,
                    Xfrm.ALG_AUTH_TRUNC,
                    Xfrm.SA,
                    Xfrm.LTIME_VAL,
                    Xfrm.REPLAY_VAL,
                    Xfrm.REPLAY_ESN_VAL,
                    Xfrm.LASTUSED,
                    Xfrm.SRCADDR,
                    Xfrm.PAD);

    private SaCodec() {}

    // ---- requests ----

    /// Adds an SA as it is asked for, or replaces the one that `extras` come from.
    ///
    /// @param type NEWSA or UPDSA
    /// @param sa whose algorithms the kernel has names for
    static NetlinkRequest request(int type, SecurityAssociation sa, SaExtras extras) {
        return request(type, sa, extras, FRESH);
    }

    /// Adds an SA that was there before, with its numbers and what it has used of its life.
    static NetlinkRequest restore(SaSnapshot snapshot) {
        SecurityAssociation sa = snapshot.association();
        SequenceState sequence = snapshot.sequence().orElse(FRESH);
        SaOriginal original = snapshot.own().orElse(null) instanceof SaOriginal ours ? ours : null;
        NetlinkRequest request =
                original == null
                        ? request(Xfrm.MSG_NEWSA, sa, SaExtras.NONE, sequence)
                        : again(original, sa, sequence);
        if (original == null ? !ReplayCodec.isWide(sa) : !original.isWide()) {
            request.attribute(Xfrm.REPLAY_VAL, ReplayCodec.plain(sequence));
        }
        ByteBuffer used = buffer(Xfrm.CURRENT_SIZE);
        Lifetimes.writeCurrent(used, snapshot.current());
        return request.attribute(Xfrm.LTIME_VAL, used.array());
    }

    private static NetlinkRequest again(
            SaOriginal original, SecurityAssociation sa, SequenceState sequence) {
        NetlinkRequest request =
                new NetlinkRequest(Xfrm.MSG_NEWSA, NetlinkRequest.ACKNOWLEDGED)
                        .octets(original.info().toArray());
        if (original.algorithms().isEmpty()) {
            AlgorithmCodec.write(request, sa);
        }
        original.algorithms()
                .forEach(
                        (type, value) -> {
                            byte[] octets = value.toArray();
                            request.attribute(type, octets);
                            Arrays.fill(octets, (byte) 0);
                        });
        original.attributes().forEach((type, value) -> request.attribute(type, value.toArray()));
        if (original.isWide()) {
            request.attribute(Xfrm.REPLAY_ESN_VAL, ReplayCodec.wide(sa, sequence));
        }
        return request;
    }

    private static NetlinkRequest request(
            int type, SecurityAssociation sa, SaExtras extras, SequenceState sequence) {
        NetlinkRequest request = new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED);
        request.octets(info(sa, extras).array());
        AlgorithmCodec.write(request, sa);
        sa.encapsulation()
                .ifPresent(nat -> request.attribute(Xfrm.ENCAP, encapsulation(nat, extras)));
        if (ReplayCodec.isWide(sa)) {
            request.attribute(Xfrm.REPLAY_ESN_VAL, ReplayCodec.wide(sa, sequence));
        }
        sa.context()
                .ifPresent(
                        context -> request.attribute(Xfrm.SEC_CTX, ContextCodec.octets(context)));
        extras.attributes()
                .forEach(
                        (attribute, value) -> {
                            if (attribute != Xfrm.SA_EXTRA_FLAGS) {
                                request.attribute(attribute, value.toArray());
                            }
                        });
        int more = moreFlags(sa, extras);
        if (more != 0) {
            request.attributeU32(Xfrm.SA_EXTRA_FLAGS, more);
        }
        return request;
    }

    /// @param type GETSA or DELSA
    /// @param mark XFRMA_MARK of an SA that has one
    static NetlinkRequest named(int type, SaId id, Optional<Bytes> mark) {
        ByteBuffer out = buffer(Xfrm.SA_ID_SIZE);
        XfrmAddress.write(out, id.destination());
        putSpi(out, id.spi());
        out.putShort((short) XfrmAddress.family(id.destination()));
        out.put((byte) id.protocol().ipNumber());
        NetlinkRequest request =
                new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(out.array());
        mark.ifPresent(octets -> request.attribute(Xfrm.MARK, octets.toArray()));
        return request;
    }

    /// Reserves an SPI.
    ///
    /// @param larval whose SPI is not looked at
    static NetlinkRequest reserve(SecurityAssociation larval, Spi minimum, Spi maximum) {
        ByteBuffer range = buffer(8).putInt(minimum.value()).putInt(maximum.value());
        return new NetlinkRequest(Xfrm.MSG_ALLOCSPI, NetlinkRequest.ACKNOWLEDGED)
                .octets(info(larval, SaExtras.NONE).array())
                .octets(range.array());
    }

    static NetlinkRequest flush(IpsecProtocol protocol) {
        int number = protocol == IpsecProtocol.UNSPEC ? Xfrm.PROTO_ANY : protocol.ipNumber();
        return new NetlinkRequest(Xfrm.MSG_FLUSHSA, NetlinkRequest.ACKNOWLEDGED)
                .octets(new byte[] {(byte) number});
    }

    /// Kernels before 3.15 do not look at the protocol.
    static NetlinkRequest dump(IpsecProtocol protocol) {
        NetlinkRequest request = new NetlinkRequest(Xfrm.MSG_GETSA, NetlinkRequest.DUMP);
        request.octets(new byte[Xfrm.SA_ID_SIZE]);
        return protocol == IpsecProtocol.UNSPEC
                ? request
                : request.attributeU8(Xfrm.PROTO, protocol.ipNumber());
    }

    private static ByteBuffer info(SecurityAssociation sa, SaExtras extras) {
        ByteBuffer out = buffer(Xfrm.SA_SIZE);
        InetAddress destination = sa.destination().address();
        boolean isTunnel = sa.mode() == SaMode.TUNNEL;
        if (extras.selector().isEmpty()) {
            out.put(new byte[Xfrm.SELECTOR_SIZE]); // everything
        } else {
            out.put(extras.selector().toArray());
        }
        XfrmAddress.write(out, destination);
        putSpi(out, sa.spi());
        out.put((byte) sa.protocol().ipNumber()).position(Xfrm.SA_SOURCE);
        XfrmAddress.write(out, sa.source().address());
        new Lifetimes(sa.soft(), sa.hard()).write(out);
        out.put(new byte[Xfrm.CURRENT_SIZE]).put(NO_STATISTICS);
        out.putInt(0).putInt(sa.reqid());
        out.putShort((short) XfrmAddress.family(destination));
        out.put((byte) (isTunnel ? Xfrm.MODE_TUNNEL : Xfrm.MODE_TRANSPORT));
        out.put((byte) (ReplayCodec.isWide(sa) ? 0 : sa.replayWindow()));
        // a tunnel of ours takes packets of either family
        int flags = extras.selector().isEmpty() && isTunnel ? Xfrm.STATE_AF_UNSPEC : extras.flags();
        flags = sa.extendedSequence() ? flags | Xfrm.STATE_ESN : flags & ~Xfrm.STATE_ESN;
        return out.put((byte) flags);
    }

    private static int moreFlags(SecurityAssociation sa, SaExtras extras) {
        return sa.flags().has(SaFlags.CYCLIC_SEQUENCE)
                ? extras.moreFlags() | Xfrm.XFLAG_OSEQ_MAY_WRAP
                : extras.moreFlags() & ~Xfrm.XFLAG_OSEQ_MAY_WRAP;
    }

    private static byte[] encapsulation(UdpEncapsulation nat, SaExtras extras) {
        ByteBuffer out = buffer(Xfrm.ENCAP_SIZE).putShort((short) extras.encapsulation());
        SelectorCodec.putNetworkShort(out, nat.sourcePort());
        SelectorCodec.putNetworkShort(out, nat.destinationPort());
        out.putShort((short) 0);
        nat.originalAddress().ifPresent(original -> XfrmAddress.write(out, original));
        return out.array();
    }

    // ---- answers ----

    /// An SA as GETSA, a dump and most notifications tell it.
    ///
    /// @param answer a NEWSA, UPDSA or EXPIRE
    static KernelSa read(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        ByteBuffer info = Wire.take(in, Xfrm.SA_SIZE);
        if (answer.type() == Xfrm.MSG_EXPIRE) {
            Wire.skip(in, 8); // hard
        }
        return read(info, NetlinkAnswer.attributes(in));
    }

    /// An SA that is gone: a DELSA has its name first, the rest as an attribute.
    static KernelSa readDeleted(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, Xfrm.SA_ID_SIZE);
        Map<Integer, ByteBuffer> attributes = NetlinkAnswer.attributes(in);
        ByteBuffer info = attributes.get(Xfrm.SA);
        if (info == null) {
            throw new WireException(Xfrm.SA_ID_SIZE, "the SA is not there");
        }
        return read(Wire.take(info, Xfrm.SA_SIZE), attributes);
    }

    private static KernelSa read(ByteBuffer in, Map<Integer, ByteBuffer> attributes)
            throws WireException {
        in.order(ByteOrder.LITTLE_ENDIAN);
        int family = in.getShort(Xfrm.SA_SEQUENCE + 8) & 0xffff;
        Bytes octets = Bytes.rest(in.duplicate());
        Bytes selector = Bytes.rest(Wire.take(in, Xfrm.SELECTOR_SIZE));
        InetAddress destination = XfrmAddress.read(in, family);
        Spi spi = new Spi(Integer.reverseBytes((int) Wire.u32(in)));
        int ipProtocol = Wire.u8(in);
        in.position(Xfrm.SA_SOURCE);
        InetAddress source = XfrmAddress.read(in, family);
        Lifetimes lifetimes = Lifetimes.read(in);
        CurrentLifetime current = Lifetimes.readCurrent(in);
        in.position(Xfrm.SA_SEQUENCE + 4);
        int reqid = (int) Wire.u32(in);
        Wire.skip(in, 2); // family
        int mode = Wire.u8(in);
        int window = Wire.u8(in);
        int flags = Wire.u8(in);
        SaExtras extras =
                new SaExtras(
                        selector, flags, encapsulation(attributes), kept(attributes, NOT_KEPT));
        SecurityAssociation.Builder builder =
                SecurityAssociation.builder(
                                Endpoint.of(source),
                                Endpoint.of(destination),
                                protocol(ipProtocol),
                                spi)
                        .mode(mode(mode))
                        .reqid(reqid)
                        .soft(lifetimes.soft())
                        .hard(lifetimes.hard())
                        .replayWindow(ReplayCodec.window(attributes, window))
                        .extendedSequence((flags & Xfrm.STATE_ESN) != 0);
        if ((extras.moreFlags() & Xfrm.XFLAG_OSEQ_MAY_WRAP) != 0) {
            builder.flags(SaFlags.NONE.with(SaFlags.CYCLIC_SEQUENCE));
        }
        UnknownParts algorithms = AlgorithmCodec.read(attributes, builder);
        readEncapsulation(attributes, family).ifPresent(builder::encapsulation);
        ContextCodec.read(attributes).ifPresent(builder::context);
        UnknownParts unknown =
                new UnknownParts(
                        algorithms.encryption(),
                        algorithms.authentication(),
                        algorithms.compression(),
                        unknownMode(mode));
        return new KernelSa(
                builder.build(),
                ipProtocol,
                !AlgorithmCodec.isAny(attributes),
                current,
                ReplayCodec.read(attributes),
                extras,
                unknown,
                new SaOriginal(
                        octets,
                        kept(attributes, NOT_ORIGINAL),
                        algorithms.isEmpty() ? new TreeMap<>() : AlgorithmCodec.whole(attributes),
                        attributes.containsKey(Xfrm.REPLAY_ESN_VAL)));
    }

    private static TreeMap<Integer, Bytes> kept(
            Map<Integer, ByteBuffer> attributes, Set<Integer> without) {
        TreeMap<Integer, Bytes> kept = new TreeMap<>();
        attributes.forEach(
                (type, value) -> {
                    if (!without.contains(type)) {
                        kept.put(type, Bytes.rest(value.duplicate()));
                    }
                });
        return kept;
    }

    private static int encapsulation(Map<Integer, ByteBuffer> attributes) throws WireException {
        ByteBuffer attribute = attributes.get(Xfrm.ENCAP);
        return attribute == null
                ? Xfrm.UDP_ENCAP_ESPINUDP
                : Wire.u16(attribute.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static Optional<UdpEncapsulation> readEncapsulation(
            Map<Integer, ByteBuffer> attributes, int family) throws WireException {
        ByteBuffer attribute = attributes.get(Xfrm.ENCAP);
        if (attribute == null) {
            return Optional.empty();
        }
        ByteBuffer in = attribute.duplicate();
        Wire.skip(in, 2); // type: the language knows one, SaExtras has it
        int sourcePort = SelectorCodec.networkShort(in);
        int destinationPort = SelectorCodec.networkShort(in);
        Wire.skip(in, 2);
        InetAddress original = XfrmAddress.read(in, family);
        return Optional.of(
                new UdpEncapsulation(
                        sourcePort,
                        destinationPort,
                        original.isAnyLocalAddress() ? Optional.empty() : Optional.of(original),
                        0));
    }

    static IpsecProtocol protocol(int ipProtocol) {
        for (IpsecProtocol protocol : IpsecProtocol.values()) {
            if (protocol.ipNumber() == ipProtocol && protocol != IpsecProtocol.TCP) {
                return protocol;
            }
        }
        return IpsecProtocol.UNSPEC;
    }

    /// @return [SaMode#ANY] for those that only Linux has
    static SaMode mode(int number) {
        return switch (number) {
            case Xfrm.MODE_TRANSPORT -> SaMode.TRANSPORT;
            case Xfrm.MODE_TUNNEL -> SaMode.TUNNEL;
            default -> SaMode.ANY;
        };
    }

    private static String unknownMode(int number) {
        return switch (number) {
            case Xfrm.MODE_TRANSPORT, Xfrm.MODE_TUNNEL -> "";
            case 2 -> "ro";
            case 3 -> "in_trigger";
            case 4 -> "beet";
            case 5 -> "iptfs";
            default -> Integer.toString(number);
        };
    }

    private static void putSpi(ByteBuffer out, Spi spi) {
        out.putInt(Integer.reverseBytes(spi.value()));
    }

    static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}

package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jspecify.annotations.Nullable;

import java.util.function.IntPredicate;

/// The way in (RFC 4301 5.2): headers that are for this host are taken off from the outermost on,
/// each by the SA that its SPI names; then what is left must be what its policy asks for.
///
/// What goes in: a packet and views of SAD and SPD. What comes out: the packet, changed in place,
/// and a [Verdict]. Only the counters, replay windows and mappings of SAs and the counters of
/// policies change besides, and fragments wait here for their rest. Nothing is allocated for a
/// packet. For one thread.
public final class Inbound implements AutoCloseable {
    /// What ESP's dummies say they carry (RFC 4303 2.6). AH and IPComp have none: after them it is
    /// a protocol like others, and what to do with it the host's to know (RFC 8200 4.7).
    private static final int DUMMY = IpHeaders.NO_NEXT_HEADER;

    private final Locality locality;
    private final IntPredicate encapsulationPorts;
    private final IpHeaders headers = new IpHeaders();
    private final FlowKey flow = new FlowKey();
    private final Reassembler reassembler = new Reassembler();
    private final Ipcomp ipcomp = new Ipcomp();
    private final boolean isOneOfMany;

    /// Of the SA that [#unwrap] works with, where others might.
    private @Nullable SaTurn turn;

    /// Whether the packet has left transport mode in UDP, and no tunnel since: the checksum of its
    /// upper layer is then of addresses that a NAT may have changed.
    private boolean addressesChanged;

    /// Whether the packet, as it is now, was put together here.
    private boolean reassembled;

    /// @param locality which packets are for this host; the others pass through
    /// @param encapsulationPorts at which UDP ports of this host encapsulated ESP arrives
    public Inbound(Locality locality, IntPredicate encapsulationPorts) {
        this(locality, encapsulationPorts, false);
    }

    /// @param isOneOfMany whether other threads receive, too
    Inbound(Locality locality, IntPredicate encapsulationPorts, boolean isOneOfMany) {
        this.locality = locality;
        this.encapsulationPorts = encapsulationPorts;
        this.isOneOfMany = isOneOfMany;
    }

    /// Every packet of a batch; the verdicts stand beside them.
    public void process(PacketBatch batch, SaLookup sas, PolicyLookup policies, long nowMillis) {
        for (int i = 0; i < batch.size(); i++) {
            process(batch.packet(i), sas, policies, nowMillis, batch.verdict(i));
        }
    }

    /// One packet, as it came from the wire, with its IP header.
    ///
    /// @param nowMillis since the epoch
    /// @param verdict DELIVER, DROP, IKE or ABSORBED
    public void process(
            PacketBuffer packet,
            SaLookup sas,
            PolicyLookup policies,
            long nowMillis,
            Verdict verdict) {
        verdict.clear();
        addressesChanged = false;
        reassembled = false;
        boolean local;
        do {
            DropReason malformed = headers.read(packet);
            if (malformed == null && !headers.checksumIsRight(packet)) {
                malformed = DropReason.HEADER_CHECKSUM;
            }
            if (malformed != null) {
                verdict.drop(malformed);
                return;
            }
            headers.flow(packet, flow);
            local = locality.isLocal(flow);
            if (headers.fragment && wantsWhole(sas, policies, local)) {
                if (!reassembler.offer(packet, headers, flow, nowMillis, verdict)) {
                    return;
                }
                reassembled = true;
                continue;
            }
            if (!local) {
                break;
            }
            if (addressesChanged) {
                UdpEncapsulationHeader.repairInner(packet, headers);
            }
            switch (unwrap(packet, sas, nowMillis, verdict)) {
                case NOTHING_TO_DO -> {
                    deliver(packet, policies, Direction.IN, nowMillis, verdict);
                    return;
                }
                case AGAIN -> {}
                case DECIDED -> {
                    return;
                }
            }
        } while (true);
        if (reassembled) {
            verdict.noteReassembled();
        }
        deliver(packet, policies, Direction.FWD, nowMillis, verdict);
    }

    private boolean wantsWhole(SaLookup sas, PolicyLookup policies, boolean local) {
        Direction direction = local ? Direction.IN : Direction.FWD;
        if (headers.upperInFirstFragment
                || policies.selectsByPort(direction)
                || (!headers.ipv4 && policies.selectsByProtocol(direction))) {
            return true;
        }
        return local
                && (!headers.ipv4
                        || switch (headers.upperProtocol) {
                            case IpHeaders.ESP, IpHeaders.AH, IpHeaders.IPCOMP, IpHeaders.UDP ->
                                    true;
                            case IpHeaders.IPV4, IpHeaders.IPV6 -> uncompressed(sas) != null;
                            default -> false;
                        });
    }

    private enum Step {
        /// The packet has no header that is ours to take off.
        NOTHING_TO_DO,
        /// One was taken off: look again.
        AGAIN,
        /// The verdict is there.
        DECIDED
    }

    private Step unwrap(PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        try {
            return unwrapInTurn(packet, sas, nowMillis, verdict);
        } finally {
            if (turn != null) {
                turn.leave();
                turn = null;
            }
        }
    }

    private Step unwrapInTurn(PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        return switch (headers.upperProtocol) {
            case IpHeaders.ESP -> openEsp(packet, sas, false, nowMillis, verdict);
            case IpHeaders.AH -> openAh(packet, sas, nowMillis, verdict);
            case IpHeaders.IPCOMP -> decompress(packet, sas, nowMillis, verdict);
            case IpHeaders.IPV4, IpHeaders.IPV6 ->
                    openUncompressed(packet, sas, nowMillis, verdict);
            case IpHeaders.UDP ->
                    flow.portsKnown && encapsulationPorts.test(flow.destinationPort)
                            ? openUdp(packet, sas, nowMillis, verdict)
                            : Step.NOTHING_TO_DO;
            default -> Step.NOTHING_TO_DO;
        };
    }

    /// RFC 3948 3.2: one octet is a keepalive, four zeros announce IKE, all else is ESP.
    ///
    /// IKE in clear is let through, as the exception that every SPD must have for it (RFC 4301
    /// 4.4.1). Inside an SA it needs none: there its policy is asked as for any datagram.
    private Step openUdp(PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        int at = headers.upper;
        DropReason malformed = UdpEncapsulationHeader.check(packet, headers.ipv4, at);
        if (malformed != null) {
            verdict.drop(malformed);
            return Step.DECIDED;
        }
        byte[] octets = packet.array();
        int length = Octets.u16(octets, packet.offset() + at + 4);
        int payload = at + UdpEncapsulationHeader.LENGTH;
        int size = length - UdpEncapsulationHeader.LENGTH;
        if (size == 1 && octets[packet.offset() + payload] == (byte) 0xff) {
            verdict.absorb();
            return Step.DECIDED;
        }
        if (size >= 4 && Octets.s32(octets, packet.offset() + payload) == 0) {
            if (verdict.stepCount() > 0) {
                return Step.NOTHING_TO_DO;
            }
            verdict.ike(payload + 4);
            return Step.DECIDED;
        }
        packet.trimEnd(packet.length() - payload - size);
        return openEsp(packet, sas, true, nowMillis, verdict);
    }

    private Step openEsp(
            PacketBuffer packet,
            SaLookup sas,
            boolean encapsulated,
            long nowMillis,
            Verdict verdict) {
        int at = headers.upper + (encapsulated ? UdpEncapsulationHeader.LENGTH : 0);
        if (packet.length() - at < 4) {
            verdict.drop(DropReason.TRUNCATED_ESP);
            return Step.DECIDED;
        }
        ActiveSa sa =
                sas.inbound(IpHeaders.ESP, Octets.s32(packet.array(), packet.offset() + at), flow);
        if (!admits(sa, encapsulated, verdict) || sa == null) {
            return Step.DECIDED;
        }
        EspReceiver esp = sa.espReceiver;
        if (esp == null) {
            Keys keys = Keys.ofEsp(sa.association());
            if (keys == null) {
                verdict.drop(DropReason.SA_UNUSABLE, sa);
                return Step.DECIDED;
            }
            esp = new EspReceiver(sa, keys);
            sa.espReceiver = esp;
        }
        DropReason wrong = esp.open(packet, at);
        if (wrong != null) {
            verdict.drop(wrong, sa);
            return Step.DECIDED;
        }
        if (encapsulated) {
            packet.remove(headers.upper, UdpEncapsulationHeader.LENGTH);
            if (esp.checksIntegrity() && sa.cameFrom(flow)) {
                verdict.noteRemapping();
            }
        }
        return accept(packet, sa, esp.nextHeader(), encapsulated, nowMillis, verdict);
    }

    private Step openAh(PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        int at = headers.upper;
        if (packet.length() - at < 8) {
            verdict.drop(DropReason.TRUNCATED_AH);
            return Step.DECIDED;
        }
        int spi = Octets.s32(packet.array(), packet.offset() + at + 4);
        ActiveSa sa = sas.inbound(IpHeaders.AH, spi, flow);
        if (!admits(sa, false, verdict) || sa == null) {
            return Step.DECIDED;
        }
        AhReceiver ah = sa.ahReceiver;
        if (ah == null) {
            Keys keys = Keys.ofAh(sa.association());
            if (keys == null) {
                verdict.drop(DropReason.SA_UNUSABLE, sa);
                return Step.DECIDED;
            }
            ah = new AhReceiver(sa, keys);
            sa.ahReceiver = ah;
        }
        DropReason wrong = ah.open(packet, headers.ipv4, at);
        if (wrong != null) {
            verdict.drop(wrong, sa);
            return Step.DECIDED;
        }
        return accept(packet, sa, ah.nextHeader(), false, nowMillis, verdict);
    }

    private Step decompress(PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        int at = headers.upper;
        if (packet.length() - at < Ipcomp.HEADER) {
            verdict.drop(DropReason.TRUNCATED_IPCOMP);
            return Step.DECIDED;
        }
        int cpi = Octets.u16(packet.array(), packet.offset() + at + 2);
        ActiveSa sa = sas.inbound(IpHeaders.IPCOMP, cpi, flow);
        if (!admits(sa, false, verdict) || sa == null) {
            return Step.DECIDED;
        }
        if (!Ipcomp.canRun(sa)) {
            verdict.drop(DropReason.SA_UNUSABLE, sa);
            return Step.DECIDED;
        }
        int next = Octets.u8(packet.array(), packet.offset() + at);
        DropReason wrong = ipcomp.decompress(packet, at);
        if (wrong != null) {
            verdict.drop(wrong, sa);
            return Step.DECIDED;
        }
        return accept(packet, sa, next, false, nowMillis, verdict);
    }

    /// IP in IP is for us where it is what a tunnel of IPComp did not compress.
    private Step openUncompressed(
            PacketBuffer packet, SaLookup sas, long nowMillis, Verdict verdict) {
        ActiveSa sa = uncompressed(sas);
        if (sa == null) {
            return Step.NOTHING_TO_DO;
        }
        if (!admits(sa, false, verdict)) {
            return Step.DECIDED;
        }
        return accept(packet, sa, headers.upperProtocol, false, nowMillis, verdict);
    }

    /// The tunnel of IPComp between the packet's ends.
    private @Nullable ActiveSa uncompressed(SaLookup sas) {
        ActiveSa sa = sas.inbound(IpHeaders.IPCOMP, Ipcomp.WELL_KNOWN_DEFLATE, flow);
        return sa != null && sa.isTunnel() ? sa : null;
    }

    /// Takes the SA's turn, too, which [#unwrap] leaves.
    private boolean admits(@Nullable ActiveSa sa, boolean encapsulated, Verdict verdict) {
        if (sa == null) {
            verdict.drop(DropReason.NO_SA);
            return false;
        }
        if (isOneOfMany) {
            SaTurn own = sa.turn();
            own.take();
            turn = own;
        }
        DropReason unfit = sa.admit();
        if (unfit == null && !verdict.hasRoomForStep()) {
            unfit = DropReason.TOO_MANY_TRANSFORMATIONS;
        }
        if (unfit == null && sa.association().encapsulation().isPresent() != encapsulated) {
            unfit = DropReason.ENCAPSULATION_MISMATCH;
        }
        if (unfit == null && !sa.isTunnel() && !encapsulated && !sa.isFrom(flow)) {
            unfit = DropReason.SA_SELECTOR_MISMATCH;
        }
        if (unfit != null) {
            verdict.drop(unfit, sa);
            return false;
        }
        return true;
    }

    /// What stood at [IpHeaders#upper] is gone, its payload is there instead.
    private Step accept(
            PacketBuffer packet,
            ActiveSa sa,
            int next,
            boolean encapsulated,
            long nowMillis,
            Verdict verdict) {
        int payload = packet.length() - headers.upper;
        verdict.step(sa);
        sa.used(payload, nowMillis);
        DropReason wrong =
                next == DUMMY && sa.is(IpsecProtocol.ESP)
                        ? DropReason.DUMMY_PACKET
                        : sa.isTunnel()
                                ? leaveTunnel(packet, next)
                                : leaveTransport(packet, sa, next, encapsulated);
        if (wrong != null) {
            verdict.drop(wrong, sa);
            return Step.DECIDED;
        }
        return Step.AGAIN;
    }

    /// A packet that came in UDP gets the SA's source in place of the outer one. Integrity does not
    /// cover that, and a NAT may change it, so that [#admits] cannot insist on it; but policies are
    /// found by it, and whoever has any SA of his own could answer to the name of another. Where
    /// the NAT has kept the address, this changes nothing; where it has taken another, the
    /// connections of the upper layer go on, until the key manager, who is told, has renewed the
    /// SA.
    ///
    /// NAT-OA is no source to take: it is private to the peer's network, others may have the same,
    /// and the way back leads to the SA's source.
    private @Nullable DropReason leaveTransport(
            PacketBuffer packet, ActiveSa sa, int next, boolean encapsulated) {
        if (packet.length() > 0xffff) {
            return DropReason.OVERSIZED;
        }
        if (encapsulated) {
            addressesChanged = true;
            if (!sa.isFromAnyone()) {
                IpHeaders.source(packet, sa.ends);
            }
        }
        IpHeaders.repair(packet, headers.ipv4, headers.upperField, next);
        return null;
    }

    private @Nullable DropReason leaveTunnel(PacketBuffer packet, int next) {
        if (next != IpHeaders.IPV4 && next != IpHeaders.IPV6) {
            return DropReason.MODE_MISMATCH;
        }
        int outerClass = TunnelHeader.trafficClass(packet.array(), packet.offset(), headers.ipv4);
        packet.trimFront(headers.upper);
        addressesChanged = false;
        reassembled = false;
        DropReason malformed = headers.read(packet);
        if (malformed != null) {
            return malformed;
        }
        if (headers.ipv4 != (next == IpHeaders.IPV4)) {
            return DropReason.MODE_MISMATCH;
        }
        return TunnelHeader.mergeEcn(packet, headers.ipv4, outerClass);
    }

    private void deliver(
            PacketBuffer packet,
            PolicyLookup policies,
            Direction direction,
            long nowMillis,
            Verdict verdict) {
        PolicyEntry policy = policies.find(direction, flow);
        verdict.policy(policy);
        if (policy != null) {
            if (isOneOfMany) {
                policy.usedByMany(packet.length(), nowMillis);
            } else {
                policy.used(packet.length(), nowMillis);
            }
        }
        DropReason refused = PolicyCheck.check(policy, verdict);
        if (refused != null) {
            verdict.drop(refused);
        } else {
            verdict.deliver(direction);
        }
    }

    /// Frees what the decompressor holds outside the heap.
    @Override
    public void close() {
        ipcomp.close();
    }
}

package org.jipsec.dataplane;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.UdpEncapsulation;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/// The SAs that one packet goes through, innermost first: found before anything is changed, so
/// that a packet for which one is missing can wait as it is.
final class OutboundBundle {
    private final IvSource ivs;
    private final @Nullable HeldTurns turns;
    private final Ipcomp ipcomp = new Ipcomp();
    private final TunnelHeader tunnelHeader = new TunnelHeader();
    private final @Nullable ActiveSa[] chosen = new ActiveSa[Verdict.MAXIMUM_STEPS];

    /// Between whom each SA that is a tunnel leads.
    private final FlowKey[] ways = new FlowKey[Verdict.MAXIMUM_STEPS];

    private final FlowKey outer = new FlowKey();
    private int count;
    private int ipv4Id;

    /// @param turns of the thread, when it is not the only one that sends; else null
    OutboundBundle(IvSource ivs, @Nullable HeldTurns turns) {
        this.ivs = ivs;
        this.turns = turns;
        this.ipv4Id = (int) ivs.nextLong();
        Arrays.setAll(ways, _ -> new FlowKey());
    }

    int size() {
        return count;
    }

    boolean startsInTransport() {
        return count > 0 && !sa(0).isTunnel();
    }

    /// The size above which packets are cut before they are encapsulated (`-esp_frag`): as in
    /// NetBSD that of the packet in clear, for ESP in UDP. Fragments do not go into transport mode.
    ///
    /// @return octets; no less than what any path carries; [Integer#MAX_VALUE] for no such size
    int fragmentSize(boolean ipv4) {
        int size = 0;
        for (int i = 0; i < count && !startsInTransport(); i++) {
            UdpEncapsulation encapsulation = sa(i).association().encapsulation().orElse(null);
            int own = encapsulation == null ? 0 : encapsulation.fragmentSize();
            if (own != 0 && (size == 0 || own < size)) {
                size = own;
            }
        }
        return size == 0
                ? Integer.MAX_VALUE
                : Math.max(size, ipv4 ? PathMtu.IPV4_MINIMUM : PathMtu.IPV6_MINIMUM);
    }

    /// Between whom the packet will travel.
    FlowKey outer() {
        return outer;
    }

    private ActiveSa sa(int index) {
        ActiveSa sa = chosen[index];
        if (sa == null) {
            throw new IllegalStateException("SA " + index + " of " + count);
        }
        return sa;
    }

    /// Finds the SAs.
    ///
    /// @return false when the packet cannot go on: the verdict says why
    boolean choose(List<PolicyRule> rules, FlowKey flow, SaLookup sas, Verdict verdict) {
        count = 0;
        outer.set(flow);
        for (int i = 0; i < rules.size(); i++) {
            PolicyRule rule = rules.get(i);
            ActiveSa sa = sas.outbound(rule, outer);
            if (sa == null) {
                if (verdict.wanted() == null || rule.level() != PolicyLevel.USE) {
                    verdict.want(rule, outer);
                    lead(rule, verdict.wantedFlow());
                }
                if (rule.level() == PolicyLevel.USE) {
                    continue;
                }
                verdict.acquire();
                return false;
            }
            if (count == chosen.length) {
                verdict.drop(DropReason.TOO_MANY_TRANSFORMATIONS);
                return false;
            }
            DropReason unfit =
                    sa.isTunnel() || sa.ends.ipv4 == outer.ipv4
                            ? sa.admit()
                            : DropReason.FAMILY_MISMATCH;
            if (unfit == null && turns == null && !prepare(sa)) {
                unfit = DropReason.SA_UNUSABLE;
            }
            if (unfit != null) {
                verdict.drop(unfit, sa);
                return false;
            }
            chosen[count] = sa;
            if (sa.isTunnel()) {
                way(sa, rule, ways[count]);
                outer.set(ways[count]);
            }
            count++;
            outer.protocol = sa.association().protocol().ipNumber();
            outer.portsKnown = false;
        }
        return turns == null || prepareInTurn(turns, verdict);
    }

    /// The keys of an SA are made ready by one thread, and seen by the others, in its turn only: of
    /// two senders of one SA each would count IVs of its own.
    private boolean prepareInTurn(HeldTurns held, Verdict verdict) {
        if (count > 0) {
            held.take(chosen, count);
        }
        for (int i = 0; i < count; i++) {
            if (!prepare(sa(i))) {
                verdict.drop(DropReason.SA_UNUSABLE, sa(i));
                return false;
            }
        }
        return true;
    }

    /// An SA from the unspecified address leads from where the rule says.
    private static void way(ActiveSa sa, PolicyRule rule, FlowKey way) {
        way.set(sa.ends);
        boolean fromAny = sa.ends.sourceHigh == 0 && sa.ends.sourceLow == 0;
        if (fromAny) {
            lead(rule, way);
        }
    }

    /// An SA for a tunnel is wanted between the tunnel's ends, whoever sends what through it.
    private static void lead(PolicyRule rule, FlowKey way) {
        if (rule.mode() == SaMode.TUNNEL && rule.endpoints().isPresent()) {
            PolicyRule.Endpoints ends = rule.endpoints().get();
            Addresses.put(ends.source().address(), ends.destination().address(), way);
        }
    }

    /// Makes the SA's keys ready.
    private boolean prepare(ActiveSa sa) {
        return switch (sa.association().protocol()) {
            case ESP -> {
                if (sa.espSender == null) {
                    Keys keys = Keys.ofEsp(sa.association());
                    sa.espSender = keys == null ? null : new EspSender(sa, keys, ivs);
                }
                yield sa.espSender != null;
            }
            case AH -> {
                if (sa.ahSender == null) {
                    Keys keys = Keys.ofAh(sa.association());
                    sa.ahSender = keys == null ? null : new AhSender(sa, keys, ivs);
                }
                yield sa.ahSender != null;
            }
            case IPCOMP -> Ipcomp.canRun(sa);
            case UNSPEC, TCP -> false;
        };
    }

    /// How long a packet of these headers and `length` octets will be, if nothing compresses.
    int grown(IpHeaders headers, int length) {
        int size = length;
        int prefix = headers.insert;
        boolean ipv4 = headers.ipv4;
        for (int i = 0; i < count; i++) {
            ActiveSa sa = sa(i);
            int payload = sa.isTunnel() ? size : size - prefix;
            if (sa.isTunnel()) {
                prefix = TunnelHeader.length(sa);
                ipv4 = sa.ends.ipv4;
            }
            size = prefix + payload + overhead(sa, ipv4, payload);
        }
        return size;
    }

    private static int overhead(ActiveSa sa, boolean ipv4, int payload) {
        EspSender esp = sa.espSender;
        AhSender ah = sa.ahSender;
        if (sa.is(IpsecProtocol.ESP) && esp != null) {
            int udp =
                    sa.association().encapsulation().isPresent()
                            ? UdpEncapsulationHeader.LENGTH
                            : 0;
            return esp.overhead(payload) + udp;
        }
        return sa.is(IpsecProtocol.AH) && ah != null ? ah.overhead(ipv4) : 0;
    }

    /// The longest packet of these headers that grows to no more than `mtu` octets.
    int fitting(IpHeaders headers, int mtu) {
        int length = mtu - (grown(headers, mtu) - mtu);
        while (grown(headers, length + 1) <= mtu) {
            length++;
        }
        while (length > 0 && grown(headers, length) > mtu) {
            length--;
        }
        return length;
    }

    /// Takes the packet through all SAs and notes each in the verdict, once for all the fragments
    /// that a packet was cut into.
    ///
    /// @param headers of the packet; afterwards of what it has become
    /// @param mayFragment whether outer headers may allow fragmentation although inner ones do not
    /// @return false when it cannot go on: the verdict says why
    boolean apply(
            PacketBuffer packet,
            IpHeaders headers,
            boolean mayFragment,
            long nowMillis,
            Verdict verdict) {
        for (int i = 0; i < count; i++) {
            ActiveSa sa = sa(i);
            int before = sa.isTunnel() ? packet.length() : packet.length() - headers.insert;
            DropReason unfit = sa.admit(); // the fragment before may have been its last
            if (unfit == null) {
                unfit =
                        sa.isTunnel()
                                ? tunnel(packet, headers, sa, ways[i], mayFragment)
                                : transport(packet, headers, sa);
            }
            if (unfit == null) {
                unfit = headers.read(packet);
            }
            if (unfit != null) {
                verdict.drop(unfit, sa);
                return false;
            }
            sa.used(before, nowMillis);
            if (verdict.stepCount() < count) {
                verdict.step(sa);
            }
        }
        return true;
    }

    private @Nullable DropReason transport(PacketBuffer packet, IpHeaders headers, ActiveSa sa) {
        int at = headers.insert;
        int next = headers.insertProtocol;
        boolean ipv4 = headers.ipv4;
        int protocol = sa.association().protocol().ipNumber();
        if (sa.is(IpsecProtocol.IPCOMP)) {
            if (ipcomp.compress(packet, at, next, Ipcomp.cpi(sa))) {
                IpHeaders.repair(packet, ipv4, headers.insertField, protocol);
            }
            return null;
        }
        EspSender esp = sa.espSender;
        if (sa.is(IpsecProtocol.ESP) && esp != null) {
            DropReason unfit = esp.protect(packet, at, next, ivs);
            if (unfit != null) {
                return unfit;
            }
            if (sa.association().encapsulation().isEmpty()) {
                IpHeaders.repair(packet, ipv4, headers.insertField, protocol);
                return null;
            }
            if (packet.headroom() < UdpEncapsulationHeader.LENGTH) {
                return DropReason.BUFFER_TOO_SMALL;
            }
            UdpEncapsulationHeader.insert(packet, at, sa.association().encapsulation().get());
            IpHeaders.repair(packet, ipv4, headers.insertField, IpHeaders.UDP);
            UdpEncapsulationHeader.seal(packet, ipv4, at);
            return null;
        }
        AhSender ah = sa.ahSender;
        if (ah == null) {
            return DropReason.SA_UNUSABLE;
        }
        DropReason unfit = ah.insert(packet, ipv4, at, next);
        if (unfit != null) {
            return unfit;
        }
        IpHeaders.repair(packet, ipv4, headers.insertField, protocol);
        return ah.seal(packet, ipv4, at);
    }

    private @Nullable DropReason tunnel(
            PacketBuffer packet, IpHeaders headers, ActiveSa sa, FlowKey way, boolean mayFragment) {
        int next = headers.ipv4 ? IpHeaders.IPV4 : IpHeaders.IPV6;
        boolean ipv4 = sa.ends.ipv4;
        int length = TunnelHeader.length(sa);
        int protocol = sa.association().protocol().ipNumber();
        tunnelHeader.take(packet, headers.ipv4, mayFragment);
        if (packet.headroom() < length + UdpEncapsulationHeader.LENGTH) {
            return DropReason.BUFFER_TOO_SMALL;
        }
        EspSender esp = sa.espSender;
        AhSender ah = sa.ahSender;
        if (sa.is(IpsecProtocol.IPCOMP)) {
            // not compressed, it still goes through the tunnel, as IP in IP
            if (!ipcomp.compress(packet, 0, next, Ipcomp.cpi(sa))) {
                protocol = next;
            }
        } else if (sa.is(IpsecProtocol.ESP) && esp != null) {
            DropReason unfit = esp.protect(packet, 0, next, ivs);
            if (unfit != null) {
                return unfit;
            }
            if (sa.association().encapsulation().isPresent()) {
                if (packet.headroom() < length + UdpEncapsulationHeader.LENGTH) {
                    return DropReason.BUFFER_TOO_SMALL;
                }
                UdpEncapsulationHeader.insert(packet, 0, sa.association().encapsulation().get());
                protocol = IpHeaders.UDP;
            }
        } else if (ah != null) {
            DropReason unfit = ah.insert(packet, ipv4, 0, next);
            if (unfit != null) {
                return unfit;
            }
        } else {
            return DropReason.SA_UNUSABLE;
        }
        if (packet.headroom() < length) {
            return DropReason.BUFFER_TOO_SMALL;
        }
        tunnelHeader.prepend(packet, way, protocol, ipv4Id++);
        if (protocol == IpHeaders.UDP) {
            UdpEncapsulationHeader.seal(packet, ipv4, length);
        }
        return sa.is(IpsecProtocol.AH) && ah != null ? ah.seal(packet, ipv4, length) : null;
    }

    void close() {
        ipcomp.close();
    }
}

package org.jipsec.dataplane;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// How much longer packets become on their way through the SAs of a policy: what a route into the
/// tunnel tells as its MTU. Where an SA is not there yet, it is taken for the worst of its kind.
/// Reckons with sizes only, so that thousands of policies cost little; allocates.
public final class PacketGrowth {
    // The worst: AES-CBC with HMAC-SHA2-512, in UDP.
    private static final int WORST_IV = 16;
    private static final int WORST_BLOCK = 16;
    private static final int WORST_ICV = 32;

    private static final int ESP_HEADER = 8;
    private static final int ESP_TRAILER = 2;
    private static final int AH_HEADER = 12;

    private final SaLookup sas;

    private record Step(PolicyRule rule, @Nullable SecurityAssociation association) {}

    public PacketGrowth(SaLookup sas) {
        this.sas = sas;
    }

    /// Where a packet for `destination` is sent in the end: to the other side of the outermost
    /// tunnel.
    public static InetAddress outermost(List<PolicyRule> rules, InetAddress destination) {
        InetAddress outermost = destination;
        for (PolicyRule rule : rules) {
            if (rule.mode() == SaMode.TUNNEL && rule.endpoints().isPresent()) {
                outermost = rule.endpoints().get().destination().address();
            }
        }
        return outermost;
    }

    /// The longest packet, without IP options or extension headers, that does not become longer
    /// than `mtu`.
    ///
    /// @param source in clear, of the family of `destination`
    /// @param mtu of the way to [#outermost]
    public int fitting(
            List<PolicyRule> rules, InetAddress source, InetAddress destination, int mtu) {
        boolean ipv4 = destination instanceof Inet4Address;
        List<Step> steps = steps(rules, source, destination);
        int length = mtu - (grown(steps, ipv4, mtu) - mtu);
        while (grown(steps, ipv4, length + 1) <= mtu) {
            length++;
        }
        while (length > 0 && grown(steps, ipv4, length) > mtu) {
            length--;
        }
        return length;
    }

    private List<Step> steps(List<PolicyRule> rules, InetAddress source, InetAddress destination) {
        FlowKey outer = new FlowKey();
        Addresses.put(source, destination, outer);
        List<Step> steps = new ArrayList<>(rules.size());
        for (PolicyRule rule : rules) {
            ActiveSa sa = sas.outbound(rule, outer);
            steps.add(new Step(rule, sa == null ? null : sa.association()));
            if (rule.mode() == SaMode.TUNNEL && rule.endpoints().isPresent()) {
                PolicyRule.Endpoints ends = rule.endpoints().get();
                Addresses.put(ends.source().address(), ends.destination().address(), outer);
            }
        }
        return steps;
    }

    private static int grown(List<Step> steps, boolean innerIpv4, int length) {
        boolean ipv4 = innerIpv4;
        int size = length;
        for (Step step : steps) {
            PolicyRule rule = step.rule();
            int header = header(ipv4);
            int payload = size - header;
            if (rule.mode() == SaMode.TUNNEL && rule.endpoints().isPresent()) {
                ipv4 = rule.endpoints().get().destination().isIpv4();
                header = header(ipv4);
                payload = size;
            }
            size = header + payload + overhead(step, ipv4, payload);
        }
        return size;
    }

    private static int header(boolean ipv4) {
        return ipv4 ? TunnelHeader.IPV4_LENGTH : IpHeaders.IPV6_HEADER;
    }

    private static int overhead(Step step, boolean ipv4, int payload) {
        return switch (step.rule().protocol()) {
            case ESP -> esp(step.association(), payload);
            case AH -> ah(step.association(), ipv4);
            case IPCOMP, UNSPEC, TCP -> 0;
        };
    }

    private static int esp(@Nullable SecurityAssociation sa, int payload) {
        if (sa == null) {
            return UdpEncapsulationHeader.LENGTH
                    + ESP_HEADER
                    + WORST_IV
                    + padded(payload, WORST_BLOCK)
                    + WORST_ICV;
        }
        boolean old = sa.flags().has(SaFlags.OLD);
        EncryptionAlgorithm cipher = sa.encryption();
        int iv = cipher.ivOctets();
        if (old && sa.flags().has(SaFlags.IV_4_OCTETS) && iv == 8) {
            iv = 4;
        } else if (!old && sa.flags().has(SaFlags.DERIVED_IV) && iv == cipher.blockOctets()) {
            iv = 0;
        }
        return (sa.encapsulation().isPresent() ? UdpEncapsulationHeader.LENGTH : 0)
                + (old ? 4 : ESP_HEADER)
                + iv
                + padded(payload, Math.max(4, cipher.blockOctets()))
                + (cipher.isAead() ? cipher.icvBits() / 8 : icv(sa, old));
    }

    /// Padding and trailer.
    private static int padded(int payload, int block) {
        return (block - (payload + ESP_TRAILER) % block) % block + ESP_TRAILER;
    }

    private static int ah(@Nullable SecurityAssociation sa, boolean ipv4) {
        int unit = ipv4 ? 4 : 8;
        int length = AH_HEADER + WORST_ICV;
        if (sa != null) {
            boolean old = sa.flags().has(SaFlags.OLD);
            boolean gmac = sa.authentication() == AuthAlgorithm.AES_GMAC;
            length = (old ? 8 : AH_HEADER) + (gmac ? 8 : 0) + icv(sa, old);
        }
        return (length + unit - 1) / unit * unit;
    }

    private static int icv(SecurityAssociation sa, boolean old) {
        int icv = sa.authentication().icvBits() / 8;
        return old && icv > 0 ? 16 : icv; // as the packets have it: see Keys
    }
}

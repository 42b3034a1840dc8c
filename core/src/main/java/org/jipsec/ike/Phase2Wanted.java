package org.jipsec.ike;

import org.jipsec.crypto.DhGroup;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.isakmp.NattDraft;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;

import java.util.List;
import java.util.Optional;

/// What we want of a phase 2: the rules of a policy, with the algorithms of a sainfo.
///
/// @param rules in the order of the SPD, innermost first; not empty
/// @param complexBundle each rule has its own mode; else all are tunnels when one is
/// @param udp a NAT is between the peers
/// @param draft how both speak of NATs
record Phase2Wanted(
        List<PolicyRule> rules,
        SainfoSettings sainfo,
        ProposalCheck check,
        boolean complexBundle,
        boolean udp,
        Optional<NattDraft> draft) {
    Phase2Wanted {
        rules = List.copyOf(rules);
    }

    static Protocol protocol(PolicyRule rule) {
        return protocol(rule.protocol());
    }

    static Protocol protocol(IpsecProtocol protocol) {
        return switch (protocol) {
            case AH -> Protocol.AH;
            case ESP -> Protocol.ESP;
            case IPCOMP -> Protocol.IPCOMP;
            case UNSPEC, TCP ->
                    throw new IllegalArgumentException("no SA of " + protocol + " is negotiated");
        };
    }

    /// How a rule's SA encapsulates.
    Encapsulation encapsulation(PolicyRule rule) {
        boolean tunnel =
                complexBundle
                        ? rule.mode() == SaMode.TUNNEL
                        : rules.stream().anyMatch(each -> each.mode() == SaMode.TUNNEL);
        return new Encapsulation(
                tunnel ? SaMode.TUNNEL : SaMode.TRANSPORT,
                udp && rule.protocol() == IpsecProtocol.ESP);
    }

    /// How a rule's SA encapsulates when a peer has said this.
    Encapsulation encapsulation(PolicyRule rule, Phase2Terms told) {
        return Encapsulation.of(told.encapsulation(), draft).orElseGet(() -> encapsulation(rule));
    }

    /// The transforms of a rule, as they are offered.
    List<Phase2Terms> terms(PolicyRule rule) {
        Protocol protocol = protocol(rule);
        int encapsulation = encapsulation(rule).number(draft);
        return Protection.allowed(protocol, sainfo).stream()
                .map(
                        each ->
                                new Phase2Terms(
                                        each.transformId(protocol),
                                        encapsulation,
                                        each.authenticationNumber().orElse(0),
                                        each.hasKeyLength() ? each.keyBits() : 0,
                                        sainfo.lifetime(),
                                        0,
                                        sainfo.pfsGroup().map(DhGroup::number).orElse(0),
                                        false))
                .toList();
    }

    /// What of ours a peer's transform is; empty: nothing.
    Optional<Protection> match(PolicyRule rule, Phase2Terms told) {
        Protocol protocol = protocol(rule);
        Optional<Encapsulation> encapsulation = Encapsulation.of(told.encapsulation(), draft);
        Encapsulation own = encapsulation(rule);
        boolean modeFits =
                protocol == Protocol.IPCOMP && told.encapsulation() == 0
                        || encapsulation
                                .filter(
                                        each ->
                                                each.mode() == own.mode()
                                                        && (!each.udp() || own.udp()))
                                .isPresent();
        if (!modeFits || told.extendedSequence()) {
            return Optional.empty();
        }
        return Protection.allowed(protocol, sainfo).stream()
                .filter(each -> each.transformId(protocol) == told.transformId())
                .filter(each -> each.authenticationNumber().orElse(0) == told.authentication())
                .filter(each -> fitsKey(each, told))
                .findFirst()
                .map(each -> each.hasKeyLength() ? each.withKeyBits(keyBits(each, told)) : each);
    }

    private boolean fitsKey(Protection own, Phase2Terms told) {
        if (!own.hasKeyLength()) {
            return true;
        }
        int bits = keyBits(own, told);
        return own.encryption().acceptsKeyBits(bits + own.encryption().saltBits())
                && switch (check) {
                    case OBEY -> true;
                    case STRICT, CLAIM -> bits >= own.keyBits();
                    case EXACT -> bits == own.keyBits();
                };
    }

    /// A peer that does not say means the shortest that is usual.
    private static int keyBits(Protection own, Phase2Terms told) {
        return told.keyBits() != 0
                ? told.keyBits()
                : Math.max(128, own.encryption().minimumKeyBits() - own.encryption().saltBits());
    }
}

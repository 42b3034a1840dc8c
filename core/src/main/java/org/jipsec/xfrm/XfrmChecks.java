package org.jipsec.xfrm;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jspecify.annotations.Nullable;

/// What is refused before the kernel is asked: what XFRM cannot be told, and what af_key refuses
/// but XFRM lets pass. All else is left to the kernel. Each gives null when there is nothing to
/// refuse.
final class XfrmChecks {
    private XfrmChecks() {}

    static @Nullable Refused refusal(SecurityAssociation sa) {
        Refused refusal = refusalOfEnds(sa);
        if (refusal != null) {
            return refusal;
        }
        if (sa.hard().isUnlimited() != sa.soft().isUnlimited()) {
            return invalid("a hard lifetime needs a soft one beside it, and a soft one a hard one");
        }
        int window = sa.replayWindow();
        if (window < 0 || window > SecurityAssociation.MAXIMUM_REPLAY_WINDOW) {
            return invalid(
                    "the replay window is %d packets, %d are the most"
                            .formatted(window, SecurityAssociation.MAXIMUM_REPLAY_WINDOW));
        }
        if (sa.encapsulation().isPresent() && sa.protocol() != IpsecProtocol.ESP) {
            return invalid("only ESP goes in UDP");
        }
        if (sa.encapsulation().map(UdpEncapsulation::fragmentSize).orElse(0) != 0) {
            return invalid("Linux's XFRM has no field for -esp_frag");
        }
        return refusalOfAlgorithms(sa);
    }

    static @Nullable Refused refusalToRestore(SaSnapshot snapshot) {
        if (snapshot.state() == SaState.LARVAL) {
            return invalid("a larval SA is reserved anew, not put back");
        }
        if (snapshot.own().orElse(null) instanceof SaOriginal) {
            return null;
        }
        return snapshot.unknown().isEmpty()
                ? refusal(snapshot.association())
                : new Refused(
                        Errno.EOPNOTSUPP, "the SA has what only the program knows that made it");
    }

    static @Nullable Refused refusal(SadbOperation.ReserveSpi wish) {
        if (isNotOfPackets(wish.protocol())) {
            return invalid("SPIs are reserved for esp, ah or ipcomp");
        }
        if (wish.source().isIpv4() != wish.destination().isIpv4()) {
            return invalid("source and destination are of different families");
        }
        if (wish.minimum().compareTo(wish.maximum()) > 0) {
            return invalid("the range of SPIs ends before it begins");
        }
        return wish.minimum().isReserved() ? invalid("SPIs up to 255 are reserved") : null;
    }

    static @Nullable Refused refusal(Policy policy) {
        if (policy.direction() == Direction.ANY) {
            return invalid("a policy has a direction");
        }
        return switch (policy.action()) {
            case ENTRUST, BYPASS ->
                    invalid(policy.action().word() + " is for the policies of sockets");
            case DISCARD, NONE -> null;
            case IPSEC -> refusalOfRules(policy);
        };
    }

    /// Whether an update leaves an SA what an update cannot change.
    static @Nullable Refused refusalToRenew(SecurityAssociation old, SecurityAssociation wanted) {
        boolean sameKeys =
                old.encryption() == wanted.encryption()
                        && old.encryptionKey().equals(wanted.encryptionKey())
                        && old.authentication() == wanted.authentication()
                        && old.authenticationKey().equals(wanted.authenticationKey())
                        && old.compression() == wanted.compression();
        if (!sameKeys) {
            return invalid(
                    "a mature SA keeps its algorithms and keys: delete it and add the other");
        }
        return old.encapsulation().isPresent() == wanted.encapsulation().isPresent()
                ? null
                : invalid("a mature SA stays in UDP or stays out of it");
    }

    private static @Nullable Refused refusalOfEnds(SecurityAssociation sa) {
        if (isNotOfPackets(sa.protocol())) {
            return invalid("an SA is of esp, ah or ipcomp");
        }
        return sa.source().isIpv4() == sa.destination().isIpv4()
                ? null
                : invalid("source and destination are of different families");
    }

    private static @Nullable Refused refusalOfAlgorithms(SecurityAssociation sa) {
        if (sa.encryption() != EncryptionAlgorithm.NONE
                && AlgorithmNames.of(sa.encryption()).isEmpty()) {
            return unknown(sa.encryption().word());
        }
        if (sa.authentication() != AuthAlgorithm.NONE
                && AlgorithmNames.of(sa.authentication()).isEmpty()) {
            return unknown(sa.authentication().word());
        }
        boolean isCompressing = sa.compression() != CompressionAlgorithm.NONE;
        if (sa.protocol() == IpsecProtocol.IPCOMP && !isCompressing) {
            return invalid("IPComp needs a compression algorithm");
        }
        return null;
    }

    private static @Nullable Refused refusalOfRules(Policy policy) {
        for (PolicyRule rule : policy.rules()) {
            if (isNotOfPackets(rule.protocol())) {
                return invalid("a rule is of esp, ah or ipcomp");
            }
            if (rule.mode() != SaMode.TUNNEL) {
                continue;
            }
            if (rule.endpoints().isEmpty()) {
                return invalid("a tunnel has two ends");
            }
            PolicyRule.Endpoints ends = rule.endpoints().get();
            if (ends.source().isIpv4() != ends.destination().isIpv4()) {
                return invalid("the ends of a tunnel are of one family");
            }
        }
        return null;
    }

    private static boolean isNotOfPackets(IpsecProtocol protocol) {
        return protocol == IpsecProtocol.UNSPEC || protocol == IpsecProtocol.TCP;
    }

    private static Refused unknown(String algorithm) {
        return new Refused(Errno.ENOSYS, "the kernel has no name for " + algorithm);
    }

    private static Refused invalid(String why) {
        return new Refused(Errno.EINVAL, why);
    }
}

package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.setkey.KernelFacts.Offer;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// An operation, what a backend said to it, and what else is known.
///
/// @param backend as `--backend` names it
record RefusedCase(
        SadbOperation operation, SadbReply.Refused refused, String backend, KernelFacts facts) {
    private static final Set<Errno> OWN = EnumSet.of(Errno.EINVAL, Errno.ENOSYS, Errno.EOPNOTSUPP);
    private static final List<String> OWN_CAPITALS = List.of("Linux's ", "SPIs ", "IPComp needs ");

    /// Who says no.
    enum Who {
        XFRM,
        PFKEY,
        USERSPACE
    }

    /// Something an SA is made of.
    ///
    /// @param word setkey's
    record Ingredient(String word, Offer offer) {}

    Who who() {
        return switch (backend) {
            case "xfrm" -> Who.XFRM;
            case "pfkey" -> Who.PFKEY;
            default -> Who.USERSPACE;
        };
    }

    /// What an added or updated SA is to be.
    Optional<SecurityAssociation> association() {
        return switch (operation) {
            case SadbOperation.AddSa(var association) -> Optional.of(association);
            case SadbOperation.UpdateSa(var association) -> Optional.of(association);
            case SadbOperation.RestoreSa(var snapshot) -> Optional.of(snapshot.association());
            default -> Optional.empty();
        };
    }

    /// What an added, updated, deleted or asked-for policy is.
    Optional<Policy> policy() {
        return switch (operation) {
            case SadbOperation.AddPolicy(var policy) -> Optional.of(policy);
            case SadbOperation.UpdatePolicy(var policy) -> Optional.of(policy);
            case SadbOperation.RestorePolicy(var snapshot) -> Optional.of(snapshot.policy());
            case SadbOperation.DeletePolicy(var policy) -> Optional.of(policy);
            case SadbOperation.GetPolicy(var policy) -> Optional.of(policy);
            case SadbOperation.SetPolicyIndex(var policy) -> Optional.of(policy);
            default -> Optional.empty();
        };
    }

    /// Whether a backend that speaks to a kernel has refused by itself what its interface cannot
    /// say: PF_KEY has no words at all, and those of Linux begin with a capital.
    boolean isInOwnWords() {
        String said = refused.why();
        if (said.isEmpty() || who() == Who.USERSPACE || !OWN.contains(refused.errno())) {
            return false;
        }
        boolean isOfKernel =
                Character.isUpperCase(said.charAt(0))
                        || said.startsWith("about the ")
                        || said.startsWith("integer out of range");
        return who() == Who.PFKEY
                || !isOfKernel
                || OWN_CAPITALS.stream().anyMatch(said::startsWith);
    }

    IpsecProtocol protocol() {
        return association().map(SecurityAssociation::protocol).orElse(IpsecProtocol.UNSPEC);
    }

    boolean isIpv6() {
        return association()
                .map(sa -> isIpv6(sa.destination().address()))
                .or(() -> policy().map(policy -> !policy.selector().isIpv4()))
                .orElse(false);
    }

    private static boolean isIpv6(InetAddress address) {
        return address instanceof Inet6Address;
    }

    /// `ESP for IPv4`
    String protocolText() {
        String name =
                switch (protocol()) {
                    case IPCOMP -> "IPComp";
                    case UNSPEC -> "this protocol";
                    default -> protocol().word().toUpperCase(Locale.ROOT);
                };
        return name + (isIpv6() ? " for IPv6" : " for IPv4");
    }

    /// Linux's.
    String protocolModule() {
        return switch (protocol()) {
            case AH -> isIpv6() ? "ah6" : "ah4";
            case IPCOMP -> isIpv6() ? "ipcomp6" : "ipcomp";
            default -> isIpv6() ? "esp6" : "esp4";
        };
    }

    /// The SA's algorithms.
    List<Ingredient> algorithms() {
        List<Ingredient> all = new ArrayList<>();
        association()
                .ifPresent(
                        sa -> {
                            if (sa.encryption() != EncryptionAlgorithm.NONE) {
                                all.add(
                                        new Ingredient(
                                                sa.encryption().word(),
                                                facts.encryption(sa.encryption())));
                            }
                            if (sa.authentication() != AuthAlgorithm.NONE) {
                                all.add(
                                        new Ingredient(
                                                sa.authentication().word(),
                                                facts.authentication(sa.authentication())));
                            }
                            if (sa.compression() != CompressionAlgorithm.NONE) {
                                all.add(
                                        new Ingredient(
                                                sa.compression().word(),
                                                facts.compression(sa.compression())));
                            }
                        });
        return all;
    }

    // ---- what the number alone does not tell ----

    boolean hasMissingAlgorithm() {
        return algorithms().stream()
                .anyMatch(
                        each ->
                                each.offer() instanceof Offer.Missing
                                        || each.offer() instanceof Offer.Loadable);
    }

    /// A rule that Linux refuses since 5.13, and without a word over PF_KEY.
    Optional<PolicyRule> optionalTunnelOut() {
        return policy().filter(policy -> policy.direction() == Direction.OUT)
                .flatMap(
                        policy ->
                                policy.rules().stream()
                                        .filter(
                                                rule ->
                                                        rule.mode() == SaMode.TUNNEL
                                                                && rule.level() == PolicyLevel.USE)
                                        .findFirst());
    }

    boolean hasOptionalTunnelOut() {
        return optionalTunnelOut().isPresent();
    }

    boolean hasTransportRuleOfOtherFamily() {
        boolean ipv6 = isIpv6();
        return policy().stream()
                .flatMap(policy -> policy.rules().stream())
                .filter(rule -> rule.mode() != SaMode.TUNNEL)
                .flatMap(rule -> rule.endpoints().stream())
                .anyMatch(ends -> isIpv6(ends.source().address()) != ipv6);
    }

    boolean encryptsWithoutEsp() {
        return association()
                .filter(sa -> sa.protocol() != IpsecProtocol.ESP)
                .map(sa -> sa.encryption() != EncryptionAlgorithm.NONE)
                .orElse(false);
    }

    boolean isEspWithoutCipher() {
        return association()
                .filter(sa -> sa.protocol() == IpsecProtocol.ESP)
                .map(sa -> sa.encryption() == EncryptionAlgorithm.NONE)
                .orElse(false);
    }

    boolean isAhWithoutMac() {
        return association()
                .filter(sa -> sa.protocol() == IpsecProtocol.AH)
                .map(sa -> sa.authentication() == AuthAlgorithm.NONE)
                .orElse(false);
    }

    boolean isAeadWithMac() {
        return association()
                .map(sa -> sa.encryption().isAead() && sa.authentication() != AuthAlgorithm.NONE)
                .orElse(false);
    }

    boolean hasHalfLifetime() {
        return association()
                .map(sa -> sa.hard().isUnlimited() != sa.soft().isUnlimited())
                .orElse(false);
    }

    boolean isExtendedWithoutWindow() {
        return association()
                .map(sa -> sa.extendedSequence() && sa.replayWindow() == 0)
                .orElse(false);
    }

    boolean hasLargeCpi() {
        return association()
                .filter(sa -> sa.protocol() == IpsecProtocol.IPCOMP)
                .map(sa -> sa.spi().value() >>> 16 != 0)
                .orElse(false);
    }

    boolean isUdpWithoutEsp() {
        return association()
                .map(sa -> sa.encapsulation().isPresent() && sa.protocol() != IpsecProtocol.ESP)
                .orElse(false);
    }

    boolean hasContext() {
        return association().flatMap(SecurityAssociation::context).isPresent()
                || policy().flatMap(Policy::context).isPresent();
    }

    boolean lacksRights() {
        return !facts.mayAdminister();
    }
}

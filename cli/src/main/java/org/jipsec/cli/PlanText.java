package org.jipsec.cli;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.setkey.PolicyFormatter;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

/// An operation in one line, for `--check`: `+` comes, `~` changes, `-` goes, `?` is only asked.
/// Keys are never in it.
final class PlanText {
    private PlanText() {}

    static String of(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.AddSa(var sa) -> "SAD + " + text(sa);
            case SadbOperation.UpdateSa(var sa) -> "SAD ~ " + text(sa);
            case SadbOperation.RestoreSa(var snapshot) ->
                    "SAD + " + text(snapshot.association()) + " as it was";
            case SadbOperation.DeleteSa(var reference) -> "SAD - " + text(reference);
            case SadbOperation.DeleteAllSas(var source, var destination, var protocol) ->
                    "SAD - all " + protocol.word() + " " + between(source, destination);
            case SadbOperation.GetSa(var reference) -> "SAD ? " + text(reference);
            case SadbOperation.ReserveSpi wish ->
                    "SAD + an SPI for "
                            + wish.protocol().word()
                            + " "
                            + between(wish.source(), wish.destination());
            case SadbOperation.FlushSas(var protocol) -> "SAD - all" + only(protocol);
            case SadbOperation.DumpSas(var protocol) -> "SAD ? all" + only(protocol);
            case SadbOperation.AddPolicy(var policy) -> "SPD + " + text(policy);
            case SadbOperation.UpdatePolicy(var policy) -> "SPD ~ " + text(policy);
            case SadbOperation.RestorePolicy(var snapshot) -> "SPD + " + text(snapshot.policy());
            case SadbOperation.DeletePolicy(var policy) -> "SPD - " + text(policy);
            case SadbOperation.DeletePolicyById(int id, var direction) ->
                    "SPD - number " + id + " " + direction.word();
            case SadbOperation.GetPolicy(var policy) -> "SPD ? " + text(policy);
            case SadbOperation.GetPolicyById(int id, var direction) ->
                    "SPD ? number " + id + " " + direction.word();
            case SadbOperation.SetPolicyIndex(var policy) -> "SPD + " + text(policy);
            case SadbOperation.FlushPolicies() -> "SPD - all";
            case SadbOperation.DumpPolicies() -> "SPD ? all";
            case SadbOperation.Register(var protocol) -> "register " + protocol.word();
            case SadbOperation.RefuseAcquire(int sequence, _) -> "acquire " + sequence + " refused";
            case SadbOperation.GetStatistics() -> "counters";
        };
    }

    private static String only(IpsecProtocol protocol) {
        return protocol == IpsecProtocol.UNSPEC ? "" : " " + protocol.word();
    }

    private static String text(SecurityAssociation sa) {
        StringBuilder text = new StringBuilder();
        text.append(sa.protocol().word()).append(' ');
        text.append(between(sa.source(), sa.destination()));
        text.append(" spi 0x").append(Integer.toHexString(sa.spi().value()));
        text.append(' ').append(sa.mode().word());
        if (sa.encryption() != EncryptionAlgorithm.NONE) {
            text.append(' ').append(sa.encryption().word());
        }
        if (sa.authentication() != AuthAlgorithm.NONE) {
            text.append(' ').append(sa.authentication().word());
        }
        if (sa.compression() != CompressionAlgorithm.NONE) {
            text.append(' ').append(sa.compression().word());
        }
        appendExtensions(text, sa);
        return text.toString();
    }

    /// As a file has them; none for what a file leaves out.
    private static void appendExtensions(StringBuilder text, SecurityAssociation sa) {
        appendNumber(text, " -u ", Integer.toUnsignedLong(sa.reqid()));
        appendNumber(text, " -r ", sa.replayWindow());
        text.append(sa.extendedSequence() ? " -esn" : "");
        appendNumber(text, " -lh ", sa.hard().sinceAdded().toSeconds());
        appendNumber(text, " -ls ", sa.soft().sinceAdded().toSeconds());
        appendNumber(text, " -bh ", sa.hard().bytes());
        appendNumber(text, " -bs ", sa.soft().bytes());
        sa.encapsulation()
                .ifPresent(
                        udp ->
                                text.append(" in UDP ")
                                        .append(udp.sourcePort())
                                        .append(" -> ")
                                        .append(udp.destinationPort()));
    }

    private static void appendNumber(StringBuilder text, String flag, long number) {
        if (number != 0) {
            text.append(flag).append(Long.toUnsignedString(number));
        }
    }

    static SaReference reference(SecurityAssociation sa) {
        return new SaReference(sa.source(), sa.destination(), sa.protocol(), sa.spi(), sa.mode());
    }

    private static String text(SaReference reference) {
        return reference.protocol().word()
                + " "
                + between(reference.source(), reference.destination())
                + " spi 0x"
                + Integer.toHexString(reference.spi().value());
    }

    private static String text(Policy policy) {
        Selector selector = policy.selector();
        StringBuilder text = new StringBuilder(policy.direction().word());
        boolean ported = hasPorts(selector.protocol());
        text.append(' ').append(prefix(selector.source(), ported ? selector.sourcePort() : 0));
        text.append(" -> ");
        text.append(prefix(selector.destination(), ported ? selector.destinationPort() : 0));
        text.append(' ');
        if (selector.protocol() == Selector.ANY_PROTOCOL) {
            text.append("any");
        } else {
            text.append("protocol ").append(selector.protocol());
        }
        boolean detailed = selector.sourcePort() != 0 || selector.destinationPort() != 0;
        if (!ported && detailed) {
            text.append(' ').append(selector.sourcePort());
            text.append(',').append(selector.destinationPort());
        }
        if (policy.priority() != PolicyPriority.DEFAULT) {
            PolicyFormatter.appendPriority(text, policy.priority());
        }
        text.append(' ').append(policy.action().word());
        for (PolicyRule rule : policy.rules()) {
            text.append(' ').append(rule.protocol().word()).append('/').append(rule.mode().word());
            text.append('/');
            if (rule.endpoints().isPresent()) {
                PolicyRule.Endpoints ends = rule.endpoints().get();
                text.append(end(ends.source())).append('-').append(end(ends.destination()));
            }
            text.append('/').append(rule.level().word());
            appendNumber(text, ":", Integer.toUnsignedLong(rule.reqid()));
        }
        return text.toString();
    }

    /// ICMP, GRE and the mobility header have other things where ports would be.
    private static boolean hasPorts(int protocol) {
        return switch (protocol) {
            case 1, 47, 58, 135 -> false;
            default -> true;
        };
    }

    private static String between(Endpoint source, Endpoint destination) {
        return end(source) + " -> " + end(destination);
    }

    private static String end(Endpoint endpoint) {
        String port = endpoint.port() == 0 ? "" : "[" + endpoint.port() + "]";
        return IpText.text(endpoint.address()) + port;
    }

    private static String prefix(Prefix prefix, int port) {
        String text = IpText.text(prefix.address()) + "/" + prefix.length();
        return port == 0 ? text : text + "[" + port + "]";
    }
}

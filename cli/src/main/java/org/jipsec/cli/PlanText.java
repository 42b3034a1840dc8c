package org.jipsec.cli;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
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
            case SadbOperation.DeleteSa(var reference) -> "SAD - " + text(reference);
            case SadbOperation.DeleteAllSas(var source, var destination, var protocol) ->
                    "SAD - all " + protocol.word() + " " + between(source, destination);
            case SadbOperation.GetSa(var reference) -> "SAD ? " + text(reference);
            case SadbOperation.ReserveSpi wish ->
                    "SAD + an SPI for "
                            + wish.protocol().word()
                            + " "
                            + between(wish.source(), wish.destination());
            case SadbOperation.FlushSas(var protocol) -> "SAD - all " + protocol.word();
            case SadbOperation.DumpSas(var protocol) -> "SAD ? all " + protocol.word();
            case SadbOperation.AddPolicy(var policy) -> "SPD + " + text(policy);
            case SadbOperation.UpdatePolicy(var policy) -> "SPD ~ " + text(policy);
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
        return text.toString();
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
        text.append(' ').append(prefix(selector.source(), selector.sourcePort()));
        text.append(" -> ").append(prefix(selector.destination(), selector.destinationPort()));
        text.append(' ');
        if (selector.protocol() == Selector.ANY_PROTOCOL) {
            text.append("any");
        } else {
            text.append("protocol ").append(selector.protocol());
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
        }
        return text.toString();
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

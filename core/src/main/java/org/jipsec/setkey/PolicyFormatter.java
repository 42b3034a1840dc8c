package org.jipsec.setkey;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.time.ZoneId;

/// Policies as `setkey -DP` and `spddump` print them, octet for octet.
///
/// `255` stands for any protocol, ICMP and GRE have no `[any]`, a reqid stands behind `:` up to
/// 16383 and behind `#` from there on.
public final class PolicyFormatter {
    private static final int ICMP = 1;
    private static final int GRE = 47;
    private static final int ICMPV6 = 58;
    private static final int MOBILITY_HEADER = 135;

    /// Below these a priority is printed relative to high, to def.
    private static final int NEAR_HIGH = 0x6000_0000;

    private static final int NEAR_DEFAULT = 0xA000_0000;

    private final TimeText created;
    private final TimeText used;
    private final boolean withPorts;

    /// @param withPorts `-p`: the ports of the rules' addresses too, `[0]` where there is none
    public PolicyFormatter(ZoneId zone, boolean withPorts) {
        this.created = new TimeText(zone);
        this.used = new TimeText(zone);
        this.withPorts = withPorts;
    }

    /// Appends one policy, with the end of its last line.
    public void append(StringBuilder out, PolicySnapshot snapshot) {
        Policy policy = snapshot.policy();
        if (isOfSocket(policy)) {
            out.append("(per-socket policy) ");
        } else {
            appendSelector(out, policy.selector());
        }
        out.append("\n\t").append(direction(policy));
        appendPriority(out, policy.priority());
        out.append(' ').append(policy.action().word());
        if (policy.action() == PolicyAction.IPSEC) {
            for (PolicyRule rule : policy.rules()) {
                appendRule(out.append("\n\t"), rule);
            }
        }
        created.append(out.append("\n\tcreated: "), snapshot.current().added());
        used.append(out.append("  lastused: "), snapshot.current().firstUsed());
        out.append("\n\tlifetime: ").append(policy.lifetime().sinceAdded().toSeconds());
        out.append("(s) validtime: ").append(policy.lifetime().sinceUsed().toSeconds());
        out.append("(s)\n");
        policy.context().ifPresent(context -> DumpText.appendContext(out, context));
        out.append("\tspid=").append(Integer.toUnsignedLong(policy.id()));
        out.append(" seq=").append(Integer.toUnsignedLong(snapshot.mark().sequence()));
        out.append(" pid=").append(Integer.toUnsignedLong(snapshot.mark().processId()));
        out.append("\n\trefcnt=").append(snapshot.mark().references()).append('\n');
    }

    /// Appends ` prio def + 100`; nothing for the priority 0, which is that of a policy that has
    /// none.
    public static void appendPriority(StringBuilder out, int priority) {
        if (priority == 0) {
            return;
        }
        int base;
        if (Integer.compareUnsigned(priority, NEAR_HIGH) < 0) {
            out.append(" prio high");
            base = PolicyPriority.HIGH;
        } else if (Integer.compareUnsigned(priority, NEAR_DEFAULT) < 0) {
            out.append(" prio def");
            base = PolicyPriority.DEFAULT;
        } else {
            out.append(" prio low");
            base = PolicyPriority.LOW;
        }
        int offset = base - priority;
        if (offset != 0) {
            out.append(offset > 0 ? " + " : " - ").append(Math.abs(offset));
        }
    }

    private static boolean isOfSocket(Policy policy) {
        return Integer.remainderUnsigned(policy.id(), 8) >= 3;
    }

    private static String direction(Policy policy) {
        String word = policy.direction().word();
        return isOfSocket(policy) ? word + "(socket)" : word;
    }

    private static void appendSelector(StringBuilder out, Selector selector) {
        boolean portless =
                switch (selector.protocol()) {
                    case ICMP, GRE, ICMPV6, MOBILITY_HEADER -> true;
                    default -> false;
                };
        appendEnd(out, selector.source(), selector.sourcePort(), portless);
        appendEnd(out, selector.destination(), selector.destinationPort(), portless);
        out.append(
                ProtocolNames.name(selector.protocol())
                        .orElse(Integer.toString(selector.protocol())));
        if (!portless || (selector.sourcePort() == 0 && selector.destinationPort() == 0)) {
            return;
        }
        if (selector.protocol() == GRE) {
            long key = (long) selector.sourcePort() << 16 | selector.destinationPort();
            out.append(' ').append(key);
        } else {
            out.append(' ').append(selector.sourcePort());
            out.append(',').append(selector.destinationPort());
        }
    }

    private static void appendEnd(StringBuilder out, Prefix prefix, int port, boolean portless) {
        out.append(IpText.text(prefix.address()));
        if (!prefix.isHost()) {
            out.append('/').append(prefix.length());
        }
        if (!portless) {
            out.append('[').append(port == 0 ? "any" : Integer.toString(port)).append(']');
        }
        out.append(' ');
    }

    private void appendRule(StringBuilder out, PolicyRule rule) {
        out.append(rule.protocol().word()).append('/').append(rule.mode().word()).append('/');
        rule.endpoints()
                .ifPresent(
                        ends -> {
                            appendRuleEnd(out, ends.source());
                            appendRuleEnd(out.append('-'), ends.destination());
                        });
        out.append('/').append(rule.level().word());
        if (rule.reqid() != 0) {
            boolean automatic =
                    Integer.compareUnsigned(rule.reqid(), PolicyRule.FIRST_AUTOMATIC_REQID) >= 0;
            out.append(automatic ? '#' : ':').append(Integer.toUnsignedLong(rule.reqid()));
        }
    }

    private void appendRuleEnd(StringBuilder out, Endpoint end) {
        out.append(IpText.text(end.address()));
        if (withPorts) {
            out.append('[').append(end.port()).append(']');
        }
    }
}

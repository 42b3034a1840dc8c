package org.jipsec.os;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// A rule of policy routing: which packets look into which table. Conditions other than the mark
/// are not told.
///
/// @param priority rules are asked in ascending order
/// @param table 0 when the rule does something else than look into one
/// @param mark that the packet must have where `mask` has ones
/// @param mask 0 when the mark does not matter
/// @param inverted whether the rule is for the packets that do not meet its conditions
/// @param protocol who made it, as with [NetworkRoute]
public record NetworkRule(
        IpFamily family,
        long priority,
        int table,
        int mark,
        int mask,
        boolean inverted,
        int protocol) {
    /// `not fwmark MARK lookup TABLE`.
    public static NetworkRule unlessMarked(
            IpFamily family, long priority, int mark, int table, int protocol) {
        return new NetworkRule(family, priority, table, mark, -1, true, protocol);
    }

    /// About as ip-rule(8) writes it.
    @Override
    public String toString() {
        return "%d: %sfrom all%s lookup %d proto %d%s"
                .formatted(
                        priority,
                        inverted ? "not " : "",
                        mask == 0 ? "" : " fwmark 0x%x/0x%x".formatted(mark, mask),
                        table,
                        protocol,
                        family == IpFamily.IPV6 ? " (IPv6)" : "");
    }

    NetlinkRequest add() {
        return change(Netlink.RTM_NEWRULE, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL);
    }

    NetlinkRequest delete() {
        return change(Netlink.RTM_DELRULE, 0);
    }

    static NetlinkRequest dump(IpFamily family) {
        return new NetlinkRequest(Netlink.RTM_GETRULE, Netlink.NLM_F_DUMP)
                .u8(family.number())
                .u8(0)
                .u16(0)
                .u32(0)
                .u32(0);
    }

    static Optional<NetworkRule> decode(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Optional<IpFamily> family = IpFamily.numbered(Wire.u8(in));
        Wire.skip(in, 3); // lengths, TOS
        int table = Wire.u8(in);
        Wire.skip(in, 2);
        int action = Wire.u8(in);
        int flags = (int) Wire.u32(in);
        Map<Integer, ByteBuffer> attributes = NetlinkAnswer.attributes(in);
        if (family.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer mark = attributes.get(Netlink.FRA_FWMARK);
        ByteBuffer mask = attributes.get(Netlink.FRA_FWMASK);
        ByteBuffer priority = attributes.get(Netlink.FRA_PRIORITY);
        ByteBuffer wholeTable = attributes.get(Netlink.FRA_TABLE);
        ByteBuffer protocol = attributes.get(Netlink.FRA_PROTOCOL);
        int toTable = wholeTable == null ? table : (int) Wire.u32(wholeTable);
        return Optional.of(
                new NetworkRule(
                        family.get(),
                        priority == null ? 0 : Wire.u32(priority),
                        action == Netlink.FR_ACT_TO_TBL ? toTable : 0,
                        mark == null ? 0 : (int) Wire.u32(mark),
                        mask == null ? 0 : (int) Wire.u32(mask),
                        (flags & Netlink.FIB_RULE_INVERT) != 0,
                        protocol == null ? 0 : Wire.u8(protocol)));
    }

    private NetlinkRequest change(int type, int flags) {
        NetlinkRequest request = new NetlinkRequest(type, flags | Netlink.NLM_F_ACK);
        request.u8(family.number()).u8(0).u8(0).u8(0);
        request.u8(0).u8(0).u8(0).u8(table == 0 ? 0 : Netlink.FR_ACT_TO_TBL);
        request.u32(inverted ? Netlink.FIB_RULE_INVERT : 0);
        if (mask != 0) {
            request.attributeU32(Netlink.FRA_FWMARK, mark);
        }
        request.attributeU32(Netlink.FRA_TABLE, table);
        request.attributeU32(Netlink.FRA_PRIORITY, (int) priority);
        request.attributeU8(Netlink.FRA_PROTOCOL, protocol);
        if (mask != 0 && mask != -1) {
            request.attributeU32(Netlink.FRA_FWMASK, mask);
        }
        return request;
    }
}

package org.jipsec.os;

import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// A network device.
///
/// @param index the kernel's number for it
/// @param flags IFF_, as in netdevice(7)
/// @param mtu in octets
public record NetworkLink(int index, String name, int flags, int mtu) {
    private static final int LOOPBACK = 0x8;
    private static final int LOWER_UP = 0x10000;

    public boolean isUp() {
        return (flags & Layouts.IFF_UP) != 0;
    }

    /// Whether it has a carrier.
    public boolean hasCarrier() {
        return (flags & LOWER_UP) != 0;
    }

    public boolean isLoopback() {
        return (flags & LOOPBACK) != 0;
    }

    static NetlinkRequest dump() {
        return new NetlinkRequest(Netlink.RTM_GETLINK, Netlink.NLM_F_DUMP)
                .u32(0)
                .u32(0)
                .u32(0)
                .u32(0);
    }

    static NetlinkRequest limitSuperPackets(int index, int octets) {
        return new NetlinkRequest(Netlink.RTM_SETLINK, Netlink.NLM_F_ACK)
                .u32(0)
                .u32(index)
                .u32(0)
                .u32(0)
                .attributeU32(Netlink.IFLA_GSO_MAX_SIZE, octets);
    }

    static Optional<NetworkLink> decode(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Wire.skip(in, 4); // family, type
        int index = (int) Wire.u32(in);
        int flags = (int) Wire.u32(in);
        Wire.skip(in, 4); // change mask
        Map<Integer, ByteBuffer> attributes = NetlinkAnswer.attributes(in);
        ByteBuffer name = attributes.get(Netlink.IFLA_IFNAME);
        ByteBuffer mtu = attributes.get(Netlink.IFLA_MTU);
        if (name == null) {
            return Optional.empty(); // of a bridge port or the like
        }
        return Optional.of(
                new NetworkLink(
                        index,
                        NetlinkAnswer.text(name),
                        flags,
                        mtu == null ? 0 : (int) Wire.u32(mtu)));
    }
}

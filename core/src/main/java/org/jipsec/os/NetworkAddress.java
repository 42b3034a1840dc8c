package org.jipsec.os;

import org.jipsec.wire.Prefix;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/// An address of this host.
///
/// @param interfaceIndex of the device that has it
/// @param prefix the address, and how many of its bits are the network's; on a point-to-point link
///     the network is the peer's
/// @param peer the other end of a point-to-point link
/// @param flags IFA_F_, of linux/if_addr.h
public record NetworkAddress(
        int interfaceIndex, Prefix prefix, Optional<InetAddress> peer, int flags) {
    private static final int DEPRECATED = 0x20;
    private static final int TENTATIVE = 0x40;

    public InetAddress address() {
        return prefix.address();
    }

    /// Duplicate address detection is not through: nothing can be sent from it yet.
    public boolean isTentative() {
        return (flags & TENTATIVE) != 0;
    }

    public boolean isDeprecated() {
        return (flags & DEPRECATED) != 0;
    }

    static NetlinkRequest dump(IpFamily family) {
        return new NetlinkRequest(Netlink.RTM_GETADDR, Netlink.NLM_F_DUMP)
                .u8(family.number())
                .u8(0)
                .u16(0)
                .u32(0);
    }

    static Optional<NetworkAddress> decode(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Optional<IpFamily> family = IpFamily.numbered(Wire.u8(in));
        int length = Wire.u8(in);
        int flags = Wire.u8(in);
        Wire.skip(in, 1); // scope
        int index = (int) Wire.u32(in);
        Map<Integer, ByteBuffer> attributes = NetlinkAnswer.attributes(in);
        if (family.isEmpty()) {
            return Optional.empty();
        }
        ByteBuffer allFlags = attributes.get(Netlink.IFA_FLAGS);
        if (allFlags != null) {
            flags = (int) Wire.u32(allFlags);
        }
        Optional<InetAddress> local =
                NetlinkAddresses.read(family.get(), attributes.get(Netlink.IFA_LOCAL));
        Optional<InetAddress> address =
                NetlinkAddresses.read(family.get(), attributes.get(Netlink.IFA_ADDRESS));
        Optional<InetAddress> own = local.or(() -> address);
        if (own.isEmpty() || length > family.get().addressOctets() * 8) {
            return Optional.empty();
        }
        return Optional.of(
                new NetworkAddress(
                        index,
                        new Prefix(own.get(), length),
                        address.filter(each -> !each.equals(own.get())),
                        flags));
    }
}

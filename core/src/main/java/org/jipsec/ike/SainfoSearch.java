package org.jipsec.ike;

import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.SainfoSettings.Side;
import org.jipsec.ike.settings.Settings;

import java.net.InetAddress;
import java.util.Optional;

/// Which sainfo is for some traffic: the first one, in the order of [Settings#sainfos], whose two
/// sides are equal to those of the traffic, not wider.
///
/// @param own our side of the traffic
/// @param peer the other side
/// @param remoteId of the section that phase 1 is of
/// @param name of the peer in phase 1
/// @param from where the peer is
record SainfoSearch(
        Identity own, Identity peer, long remoteId, Optional<Identity> name, InetAddress from) {
    Optional<SainfoSettings> in(Settings settings) {
        return settings.sainfos().stream().filter(this::fits).findFirst();
    }

    private boolean fits(SainfoSettings sainfo) {
        return sainfo.remoteId() == remoteId
                && sainfo.peer().filter(each -> !isNamed(each)).isEmpty()
                && sainfo.group().isEmpty()
                && fits(sainfo.local(), own)
                && fits(sainfo.remote(), peer);
    }

    private boolean isNamed(PeerIdentity meant) {
        return name.filter(told -> Identities.matches(meant, told, from)).isPresent();
    }

    private boolean fits(Side side, Identity traffic) {
        return switch (side) {
            case Side.Anonymous() -> true;
            case Side.ClientAddress() -> traffic.address().filter(from::equals).isPresent();
            case Side.Of(Identity meant) -> equal(meant, traffic);
        };
    }

    /// Type, protocol and value count, the port does not; a host is the network of all its bits,
    /// and then the protocol does not count either.
    private static boolean equal(Identity meant, Identity traffic) {
        if (meant.type() != traffic.type()) {
            return meant.type().isOfAddresses()
                    && traffic.type().isOfAddresses()
                    && meant.prefix().isPresent()
                    && meant.prefix().equals(traffic.prefix());
        }
        boolean sameValue =
                meant.type().isOfAddresses() && meant.prefix().isPresent()
                        ? meant.prefix().equals(traffic.prefix())
                        : meant.value().equals(traffic.value());
        return sameValue && meant.protocol() == traffic.protocol();
    }

    /// `loc='172.16.1.0/24', rmt='172.16.2.0/24', peer='ANY', id=0`, as racoon names it.
    String text() {
        return "loc='%s', rmt='%s', peer='%s', id=%d"
                .formatted(own, peer, name.map(Identity::toString).orElse("ANY"), remoteId);
    }
}

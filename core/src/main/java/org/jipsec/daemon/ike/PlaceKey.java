package org.jipsec.daemon.ike;

import org.jipsec.wire.IpText;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/// An address and port to compare and to show. Java's own takes two link-local addresses of two
/// devices for one.
///
/// @param scope number of the device, 0 for addresses that need none
record PlaceKey(InetAddress address, int scope, int port) {
    static PlaceKey of(InetSocketAddress place) {
        InetAddress address = place.getAddress();
        int scope =
                address instanceof Inet6Address six && six.isLinkLocalAddress()
                        ? six.getScopeId()
                        : 0;
        return new PlaceKey(address, scope, place.getPort());
    }

    /// As racoon writes it: `192.168.1.1[500]`.
    static String text(InetSocketAddress place) {
        return IpText.text(place.getAddress()) + "[" + place.getPort() + "]";
    }
}

package org.jipsec.daemon;

import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.Optional;

/// A route of jipsec's table.
///
/// @param destination all its other bits zero
/// @param diverts whether it leads into the TUN device; else back to the other tables (`throw`)
/// @param source what the host sends from where a program does not say; empty for the kernel's
/// choice
/// @param mtu of packets before they are protected; 0 for the device's
record DivertedRoute(Prefix destination, boolean diverts, Optional<InetAddress> source, int mtu) {
    static DivertedRoute back(Prefix destination) {
        return new DivertedRoute(destination, false, Optional.empty(), 0);
    }

    @Override
    public String toString() {
        return (diverts ? "" : "throw ")
                + IpText.text(destination.address())
                + "/"
                + destination.length()
                + source.map(address -> " src " + IpText.text(address)).orElse("")
                + (mtu == 0 ? "" : " mtu " + mtu);
    }
}

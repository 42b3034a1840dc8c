package org.jipsec.sadb;

import java.net.Inet4Address;
import java.net.InetAddress;

/// An address and, where one was written, a port.
///
/// @param port 0 for any
public record Endpoint(InetAddress address, int port) {
    public Endpoint {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port);
        }
    }

    public static Endpoint of(InetAddress address) {
        return new Endpoint(address, 0);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }
}

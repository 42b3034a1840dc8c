package org.jipsec.sadb;

import java.net.InetAddress;

/// What tells one SA from another in a received packet (RFC 4301 4.1, RFC 4302 2.4).
public record SaId(InetAddress destination, IpsecProtocol protocol, Spi spi) {
    @Override
    public String toString() {
        return protocol.word() + " " + spi + " to " + destination.getHostAddress();
    }
}

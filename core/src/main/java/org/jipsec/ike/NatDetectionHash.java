package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/// The body of a NAT-D payload (RFC 3947 3.2): `HASH(CKY-I | CKY-R | IP | Port)`, by the hash of
/// phase 1. Address and port are in network order, without padding.
final class NatDetectionHash {
    private NatDetectionHash() {}

    static Bytes of(IkeHash hash, Cookies cookies, InetAddress address, int port) {
        return hash.digest(
                cookies.initiator().octets(),
                cookies.responder().octets(),
                Bytes.of(address.getAddress()),
                Bytes.of(ByteBuffer.allocate(Short.BYTES).putShort((short) port).array()));
    }
}

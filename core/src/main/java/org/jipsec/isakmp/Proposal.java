package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.util.List;

/// A proposal payload (RFC 2408 3.5). Proposals of one number belong together: all of them or none.
///
/// @param number 0..255
/// @param protocol 0..255, one of [Protocol] or not
/// @param spi of the sender, for what it will receive; 0..255 octets, in phase 1 usually none
/// @param transforms at least one, best first
public record Proposal(int number, int protocol, Bytes spi, List<Transform> transforms) {
    public Proposal {
        Octets.check("proposal number", number);
        Octets.check("protocol", protocol);
        Octets.check("SPI length", spi.length());
        if (transforms.isEmpty() || transforms.size() > 255) {
            throw new IllegalArgumentException(transforms.size() + " transforms in a proposal");
        }
        transforms = List.copyOf(transforms);
    }
}

package org.jipsec.ike;

import org.jipsec.ike.settings.Identity;
import org.jipsec.isakmp.Payload;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.Optional;

/// The traffic that a phase 2 is about, between identities and selectors.
///
/// @param own our side
/// @param peer the other side
record Traffic(Identity own, Identity peer) {
    /// All between two hosts: what a phase 2 without identification payloads means.
    static Traffic between(InetAddress own, InetAddress peer) {
        return new Traffic(Identity.of(own), Identity.of(peer));
    }

    /// @param out of a policy for what leaves
    static Traffic of(Selector out) {
        int protocol = out.protocol() == Selector.ANY_PROTOCOL ? 0 : out.protocol();
        return new Traffic(
                identity(out.source(), protocol, out.sourcePort()),
                identity(out.destination(), protocol, out.destinationPort()));
    }

    private static Identity identity(Prefix prefix, int protocol, int port) {
        boolean host = prefix.length() == prefix.address().getAddress().length * 8;
        return host
                ? Identity.of(prefix.address(), protocol, port)
                : Identity.of(prefix, protocol, port);
    }

    /// What leaves. Empty where a side is no network.
    Optional<Selector> out() {
        Optional<Prefix> source = own.prefix();
        Optional<Prefix> destination = peer.prefix();
        if (source.isEmpty()
                || destination.isEmpty()
                || source.get().isIpv4() != destination.get().isIpv4()) {
            return Optional.empty();
        }
        int protocol = own.protocol() != 0 ? own.protocol() : peer.protocol();
        return Optional.of(
                new Selector(
                        source.get(),
                        own.port(),
                        destination.get(),
                        peer.port(),
                        protocol == 0 ? Selector.ANY_PROTOCOL : protocol));
    }

    Payload.Identification ownPayload() {
        return Identities.payload(own);
    }

    Payload.Identification peerPayload() {
        return Identities.payload(peer);
    }
}

package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.UdpEncapsulation;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// ESP in UDP as `esp-udp`, `-natt` and `-esp_frag` ask for it. What they name is resolved once,
/// however many pairs of addresses the SA is for.
///
/// @param ports between which; empty: those of the SA's addresses
/// @param originals the addresses before a NAT, the one that counts first
/// @param fragmentSize 0 for none
record UdpWish(Optional<Ports> ports, List<Original> originals, int fragmentSize) {
    private static final int LARGEST_FRAGMENT = 0xffff;

    record Ports(int source, int destination) {}

    /// @param addresses never empty
    record Original(Located<String> text, List<InetAddress> addresses) {
        private Optional<InetAddress> ofFamily(InetAddress other) {
            return addresses.stream()
                    .filter(address -> address.getClass() == other.getClass())
                    .findFirst();
        }
    }

    /// Empty when the SA has nothing to do with UDP, and when something is wrong, which is then
    /// reported.
    ///
    /// @param ends one end of each pair of addresses that the SA is for
    static Optional<UdpWish> of(
            SaText text,
            Supplier<List<InetAddress>> ends,
            Resolution resolution,
            Diagnostics problems) {
        Optional<ProtocolText> protocol =
                text.protocol().filter(word -> word.word() == ProtocolText.Word.ESP_UDP);
        Optional<Extension.NatTraversal> between = Optional.empty();
        int fragmentSize = 0;
        for (Extension extension : text.extensions()) {
            if (extension instanceof Extension.NatTraversal natt) {
                between = Optional.of(natt);
            } else if (extension instanceof Extension.FragmentSize size) {
                fragmentSize =
                        size.octets().isAtMost(LARGEST_FRAGMENT)
                                ? (int) size.octets().value()
                                : LARGEST_FRAGMENT;
            }
        }
        if (protocol.isEmpty() && between.isEmpty()) {
            return Optional.empty();
        }
        Optional<Ports> ports = between.flatMap(natt -> ports(natt, resolution));
        List<Located<String>> names =
                between.map(natt -> List.of(natt.source().name(), natt.destination().name()))
                        .orElseGet(
                                () -> protocol.flatMap(ProtocolText::original).stream().toList());
        List<Original> originals =
                names.stream()
                        .map(name -> new Original(name, resolution.addresses(name, text.options())))
                        .filter(original -> !original.addresses().isEmpty())
                        .toList();
        if (originals.size() < names.size() || ports.isEmpty() && between.isPresent()) {
            return Optional.empty();
        }
        for (Original original : originals) {
            for (InetAddress end : ends.get()) {
                if (original.ofFamily(end).isEmpty()) {
                    problems.report(
                            Code.FAMILIES_OF_SA
                                    .at(
                                            original.text().span(),
                                            "an %s address before the NAT of an SA between"
                                                            .formatted(
                                                                    Resolution.family(
                                                                            original.addresses()
                                                                                    .getFirst()))
                                                    + " %s addresses"
                                                            .formatted(Resolution.family(end)))
                                    .label("a NAT does not change the family"));
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new UdpWish(ports, originals, fragmentSize));
    }

    private static Optional<Ports> ports(Extension.NatTraversal natt, Resolution resolution) {
        OptionalInt source = resolution.port(natt.source().port());
        OptionalInt destination = resolution.port(natt.destination().port());
        return source.isEmpty() || destination.isEmpty()
                ? Optional.empty()
                : Optional.of(new Ports(source.getAsInt(), destination.getAsInt()));
    }

    UdpEncapsulation between(Endpoint source, Endpoint destination) {
        return new UdpEncapsulation(
                port(ports.map(Ports::source).orElse(source.port())),
                port(ports.map(Ports::destination).orElse(destination.port())),
                originals.isEmpty()
                        ? Optional.empty()
                        : originals.getFirst().ofFamily(source.address()),
                fragmentSize);
    }

    private static int port(int written) {
        return written == 0 ? UdpEncapsulation.DEFAULT_PORT : written;
    }
}

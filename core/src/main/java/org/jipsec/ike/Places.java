package org.jipsec.ike;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// Where we listen.
final class Places {
    private List<ListeningPlace> places = List.of();

    void replace(List<ListeningPlace> now) {
        places = List.copyOf(now);
    }

    /// The ordinary place of an address.
    Optional<InetSocketAddress> ordinary(InetAddress address) {
        return find(address, false).or(() -> find(address, true));
    }

    /// The place of an address where ESP in UDP comes in.
    Optional<InetSocketAddress> encapsulating(InetAddress address) {
        return find(address, true);
    }

    boolean has(InetSocketAddress place) {
        return places.stream().anyMatch(each -> each.place().equals(place));
    }

    private Optional<InetSocketAddress> find(InetAddress address, boolean encapsulation) {
        return places.stream()
                .filter(each -> each.udpEncapsulation() == encapsulation)
                .map(ListeningPlace::place)
                .filter(place -> place.getAddress().equals(address))
                .findFirst();
    }

    /// `192.168.1.100[500]`
    static String text(InetSocketAddress place) {
        return IpText.text(place.getAddress()) + "[" + place.getPort() + "]";
    }
}

package org.jipsec.daemon.ike;

import org.jipsec.daemon.ike.IkeDaemon.GivenPlaces;
import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.settings.Listen;
import org.jipsec.ike.settings.Settings;
import org.jipsec.os.IpFamily;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// Which places a configuration asks for, given the addresses of the host.
///
/// @param natTraversal whether the port for it is opened where no place is named
/// @param given what the command line says beside the text, and wins
record ListenRule(Listen listen, boolean natTraversal, GivenPlaces given) {
    static final int ISAKMP = 500;
    static final int NAT_TRAVERSAL = 4500;

    /// Places at most: who has more addresses than that names those that matter.
    static final int MAXIMUM = 1000;

    static ListenRule of(Settings settings, GivenPlaces given) {
        return new ListenRule(settings.listen(), settings.usesNatTraversal(), given);
    }

    /// @param addresses of the host
    /// @return each once, in the order of the text, or of the addresses; more than [#MAXIMUM]
    ///     where there are more
    List<ListeningPlace> places(List<InetAddress> addresses) {
        Set<PlaceKey> seen = new LinkedHashSet<>();
        List<ListeningPlace> places = new ArrayList<>();
        for (ListeningPlace each : all(addresses)) {
            if (fits(each.place().getAddress()) && seen.add(PlaceKey.of(each.place()))) {
                places.add(each);
            }
        }
        return List.copyOf(places);
    }

    private boolean fits(InetAddress address) {
        return given.only().isEmpty() || given.only().get() == IpFamily.of(address);
    }

    private List<ListeningPlace> all(List<InetAddress> addresses) {
        List<ListeningPlace> places = new ArrayList<>();
        if (listen.addresses().isEmpty()) {
            for (InetAddress each : addresses) {
                places.add(place(each, ISAKMP, false));
                if (natTraversal) {
                    places.add(place(each, NAT_TRAVERSAL, true));
                }
            }
        }
        for (Listen.Place named : listen.addresses()) {
            if (named.address().isAnyLocalAddress()) {
                addresses.stream()
                        .filter(each -> each.getClass() == named.address().getClass())
                        .map(each -> place(each, named.port(), named.udpEncapsulation()))
                        .forEach(places::add);
            } else {
                places.add(place(named.address(), named.port(), named.udpEncapsulation()));
            }
        }
        return places;
    }

    private ListeningPlace place(InetAddress address, int port, boolean udpEncapsulation) {
        OptionalInt other = udpEncapsulation ? given.natTraversal() : given.isakmp();
        return new ListeningPlace(
                new InetSocketAddress(address, other.orElse(port)), udpEncapsulation);
    }

    /// Whether the text names the address of all.
    boolean namesWildcard() {
        return listen.addresses().stream().anyMatch(each -> each.address().isAnyLocalAddress());
    }
}

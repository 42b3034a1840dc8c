package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.settings.Listen;
import org.jipsec.os.IpFamily;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

class ListenRuleTests {
    private static final List<InetAddress> HOST =
            List.of(address("127.0.0.1"), address("192.0.2.1"), address("::1"));

    @Test
    void listensAtEveryAddressWhenNoneIsNamed() {
        assertThat(places(Listen.DEFAULTS, false, HOST))
                .containsExactly("127.0.0.1[500]", "192.0.2.1[500]", "::1[500]");
    }

    @Test
    void listensAtBothPortsOfEachAddressWhereNatTraversalIsUsed() {
        assertThat(places(Listen.DEFAULTS, true, HOST))
                .containsExactly(
                        "127.0.0.1[500]",
                        "127.0.0.1[4500]+esp",
                        "192.0.2.1[500]",
                        "192.0.2.1[4500]+esp",
                        "::1[500]",
                        "::1[4500]+esp");
    }

    @Test
    void listensOnlyAtThoseThatAreNamedWhetherTheHostHasThemOrNot() {
        Listen listen =
                new Listen(
                        List.of(
                                new Listen.Place(address("192.0.2.1"), 4500, true),
                                new Listen.Place(address("192.0.2.99"), 500, false)),
                        false);

        assertThat(places(listen, true, HOST))
                .containsExactly("192.0.2.1[4500]+esp", "192.0.2.99[500]");
    }

    @Test
    void takesTheWildcardForEveryAddressOfItsFamily() {
        Listen listen =
                new Listen(List.of(new Listen.Place(address("0.0.0.0"), 500, false)), false);

        assertThat(places(listen, false, HOST)).containsExactly("127.0.0.1[500]", "192.0.2.1[500]");
        assertThat(rule(listen, false).namesWildcard()).isTrue();
    }

    @Test
    void opensAPlaceOnceThatIsNamedTwice() {
        Listen.Place twice = new Listen.Place(address("192.0.2.1"), 500, false);

        assertThat(places(new Listen(List.of(twice, twice), false), false, HOST))
                .containsExactly("192.0.2.1[500]");
    }

    @Test
    void letsPortsOfTheCommandLineWin() {
        Listen named =
                new Listen(
                        List.of(
                                new Listen.Place(address("192.0.2.1"), 500, false),
                                new Listen.Place(address("192.0.2.1"), 4500, true)),
                        false);
        IkeDaemon.GivenPlaces given =
                new IkeDaemon.GivenPlaces(
                        OptionalInt.of(10500), OptionalInt.of(14500), Optional.empty());

        assertThat(text(new ListenRule(named, true, given).places(HOST)))
                .containsExactly("192.0.2.1[10500]", "192.0.2.1[14500]+esp");
        assertThat(text(new ListenRule(Listen.DEFAULTS, true, given).places(HOST.subList(0, 1))))
                .containsExactly("127.0.0.1[10500]", "127.0.0.1[14500]+esp");
    }

    @Test
    void keepsToOneFamilyWhenToldTo() {
        IkeDaemon.GivenPlaces six =
                new IkeDaemon.GivenPlaces(
                        OptionalInt.empty(), OptionalInt.empty(), Optional.of(IpFamily.IPV6));

        assertThat(text(new ListenRule(Listen.DEFAULTS, false, six).places(HOST)))
                .containsExactly("::1[500]");
    }

    @Test
    void tellsTheSameLinkLocalAddressOfTwoDevicesApart() throws UnknownHostException {
        byte[] octets = address("fe80::1").getAddress();
        List<InetAddress> both =
                List.of(
                        Inet6Address.getByAddress(null, octets, 3),
                        Inet6Address.getByAddress(null, octets, 4));

        assertThat(rule(Listen.DEFAULTS, false).places(both)).hasSize(2);
    }

    private static List<String> places(
            Listen listen, boolean natTraversal, List<InetAddress> addresses) {
        return text(rule(listen, natTraversal).places(addresses));
    }

    private static ListenRule rule(Listen listen, boolean natTraversal) {
        return new ListenRule(listen, natTraversal, IkeDaemon.GivenPlaces.NONE);
    }

    private static List<String> text(List<ListeningPlace> places) {
        return places.stream()
                .map(each -> PlaceKey.text(each.place()) + (each.udpEncapsulation() ? "+esp" : ""))
                .toList();
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }
}

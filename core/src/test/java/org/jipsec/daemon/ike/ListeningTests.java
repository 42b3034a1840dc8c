package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.Listen;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

class ListeningTests {
    private static final ListenRule EVERYWHERE = rule(Listen.DEFAULTS, true);

    private final FakePorts ports = new FakePorts();
    private final FakeAddresses addresses = new FakeAddresses("127.0.0.1", "::1");
    private final Recorded<IkeInput> inputs = new Recorded<>();
    private final Recorded<IkeReport> log = new Recorded<>();
    private final Listening listening = new Listening(ports, addresses, inputs, log);

    @AfterEach
    void close() {
        listening.close();
    }

    /// The lines of golden/racoon/main-psk-info/A.log, at other addresses.
    @Test
    void tellsWhereItListensAsRacoonDoes() throws IOException {
        listening.start(EVERYWHERE);

        assertThat(lines(IkeReport.Level.INFO))
                .containsExactly(
                        "127.0.0.1[500] used for NAT-T",
                        "127.0.0.1[500] used as isakmp port (fd=6)",
                        "127.0.0.1[4500] used for NAT-T",
                        "127.0.0.1[4500] used as isakmp port (fd=7)",
                        "::1[500] used as isakmp port (fd=8)",
                        "::1[4500] used as isakmp port (fd=9)");
        assertThat(lines(IkeReport.Level.DEBUG))
                .containsExactly("Netlink: address 127.0.0.1 added", "Netlink: address ::1 added");
    }

    @Test
    void tellsTheEngineWhereItListens() throws IOException {
        listening.start(EVERYWHERE);

        assertThat(inputs.all()).singleElement().isInstanceOf(IkeInput.Listening.class);
        assertThat(places(inputs.all().getFirst()))
                .containsExactly("127.0.0.1[500]", "127.0.0.1[4500]", "::1[500]", "::1[4500]");
    }

    @Test
    void followsAddressesThatComeAndGo() throws IOException, InterruptedException {
        listening.start(rule(Listen.DEFAULTS, false));
        inputs.clear();
        addresses.become("127.0.0.1", "192.0.2.7");

        List<IkeInput> told = inputs.await(IkeInput.Listening.class::isInstance);
        assertThat(places(told.getLast())).containsExactly("127.0.0.1[500]", "192.0.2.7[500]");
        assertThat(lines(IkeReport.Level.INFO))
                .endsWith(
                        "::1[500] no longer used as isakmp port",
                        "192.0.2.7[500] used for NAT-T",
                        "192.0.2.7[500] used as isakmp port (fd=8)");
        assertThat(lines(IkeReport.Level.DEBUG))
                .endsWith("Netlink: address ::1 deleted", "Netlink: address 192.0.2.7 added");
        assertThat(ports.receivers).doesNotContainKey("::1[500]");
    }

    @Test
    void saysOnceThatAnAddressIsInUseAndComesBackToIt() throws IOException, InterruptedException {
        ports.refused.add("127.0.0.1[500]");
        listening.start(rule(Listen.DEFAULTS, false));

        assertThat(lines(IkeReport.Level.ERROR))
                .containsExactly(
                        "failed to bind to address 127.0.0.1[500] (Address already in use).");
        assertThat(lines(IkeReport.Level.NOTIFY))
                .containsExactly(
                        "127.0.0.1[500] is tried again every 10 s; another program has it, see:"
                                + " ss -lunp sport = 500");
        ports.refused.clear();
        inputs.clear();
        addresses.become("127.0.0.1", "::1"); // any news lets it try at once

        assertThat(places(inputs.await(IkeInput.Listening.class::isInstance).getLast()))
                .contains("127.0.0.1[500]");
        assertThat(lines(IkeReport.Level.ERROR)).hasSize(1);
    }

    @Test
    void refusesToStartWithoutAnAddressThatItHasToListenTo() {
        ports.refused.add("127.0.0.1[500]");
        Listen strict =
                new Listen(
                        List.of(
                                new Listen.Place(
                                        IpText.parse("127.0.0.1").orElseThrow(), 500, false)),
                        true);

        assertThatThrownBy(() -> listening.start(rule(strict, false)))
                .isInstanceOf(IOException.class)
                .hasMessage("failed to listen to configured addresses");
    }

    @Test
    void opensTheDifferenceWhenTheConfigurationChanges() throws IOException, InterruptedException {
        listening.start(EVERYWHERE);
        var receiver = ports.receivers.get("127.0.0.1[500]");
        inputs.clear();
        listening.follow(rule(Listen.DEFAULTS, false));

        assertThat(places(inputs.await(IkeInput.Listening.class::isInstance).getLast()))
                .containsExactly("127.0.0.1[500]", "::1[500]");
        assertThat(ports.receivers.get("127.0.0.1[500]")).isSameAs(receiver);
    }

    @Test
    void warnsOfTheWildcard() throws IOException {
        Listen wildcard =
                new Listen(
                        List.of(
                                new Listen.Place(
                                        IpText.parse("0.0.0.0").orElseThrow(), 500, false)),
                        false);
        listening.start(rule(wildcard, false));

        assertThat(lines(IkeReport.Level.WARNING))
                .containsExactly("listening to wildcard address,broadcast IKE packet may kill you");
    }

    @Test
    void takesNoMoreAddressesThanItCanServe() throws IOException {
        String[] many = new String[ListenRule.MAXIMUM + 1];
        for (int i = 0; i < many.length; i++) {
            many[i] = "10.0.%d.%d".formatted(i / 256, i % 256);
        }
        Listening crowded = new Listening(ports, new FakeAddresses(many), inputs, log);
        crowded.start(rule(Listen.DEFAULTS, false));

        assertThat(places(inputs.all().getLast())).hasSize(ListenRule.MAXIMUM);
        assertThat(lines(IkeReport.Level.WARNING))
                .containsExactly(
                        "listening at the first 1000 of 1001 places: name those that matter by"
                                + " `listen` in racoon.conf");
        crowded.close();
    }

    @Test
    void findsThePortOfAPlace() throws IOException {
        listening.start(EVERYWHERE);

        assertThat(listening.port(new InetSocketAddress("127.0.0.1", 4500))).isNotNull();
        assertThat(listening.port(new InetSocketAddress("127.0.0.1", 501))).isNull();
    }

    private static ListenRule rule(Listen listen, boolean natTraversal) {
        return new ListenRule(listen, natTraversal, IkeDaemon.GivenPlaces.NONE);
    }

    private List<String> lines(IkeReport.Level level) {
        return log.all().stream()
                .filter(each -> each.level() == level)
                .map(IkeReport::text)
                .toList();
    }

    private static List<String> places(IkeInput input) {
        return ((IkeInput.Listening) input)
                .places().stream().map(each -> PlaceKey.text(each.place())).toList();
    }
}

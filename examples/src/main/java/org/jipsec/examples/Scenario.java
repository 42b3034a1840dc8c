package org.jipsec.examples;

import java.net.Inet4Address;
import java.util.Arrays;
import java.util.Optional;

/// The two manually keyed connections of the HOWTO, sections 4.2.1 and 4.2.2. In both the machines
/// 192.168.1.100 and 192.168.2.100 are the peers.
enum Scenario {
    /// The peers talk to each other.
    TRANSPORT("transport", "192.168.1.100", "192.168.2.100"),
    /// The peers are gateways, and hosts of the networks behind them talk to each other.
    TUNNEL("tunnel", "172.16.1.10", "172.16.2.10");

    static final Inet4Address LEFT = Inet4Address.ofLiteral("192.168.1.100");
    static final Inet4Address RIGHT = Inet4Address.ofLiteral("192.168.2.100");

    private final String word;
    private final Inet4Address pinging;
    private final Inet4Address pinged;

    Scenario(String word, String pinging, String pinged) {
        this.word = word;
        this.pinging = Inet4Address.ofLiteral(pinging);
        this.pinged = Inet4Address.ofLiteral(pinged);
    }

    /// As it is written on the command line and in the names of the files.
    String word() {
        return word;
    }

    static Optional<Scenario> named(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// Whether the hosts that talk are behind the peers.
    boolean hasGateways() {
        return this == TUNNEL;
    }

    /// Who pings: in the network of [#LEFT], or it itself.
    Inet4Address pinging() {
        return pinging;
    }

    Inet4Address pinged() {
        return pinged;
    }
}

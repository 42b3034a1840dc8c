package org.jipsec.examples;

import org.jipsec.wire.Bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `ping -c COUNT`: the host that asks and the host that is asked.
final class Ping {
    private static final int IDENTIFIER = 0x4a50;

    private final Scenario scenario;
    private final List<Echo> answers = new ArrayList<>();

    Ping(Scenario scenario) {
        this.scenario = scenario;
    }

    /// A request as it reaches the peer on the side of the host that asks.
    Bytes request(int sequence) {
        return routed(Echo.request(scenario.pinging(), scenario.pinged(), IDENTIFIER, sequence))
                .packet();
    }

    /// What arrives at the host that asks.
    void receive(Bytes packet) {
        Echo.of(packet)
                .filter(echo -> echo.reply() && echo.destination().equals(scenario.pinging()))
                .ifPresent(answers::add);
    }

    /// What the host that is asked sends when `packet` arrives there; empty when that is no
    /// request to it.
    Optional<Bytes> answer(Bytes packet) {
        return Echo.of(packet)
                .filter(echo -> !echo.reply() && echo.destination().equals(scenario.pinged()))
                .map(echo -> routed(echo.answer()).packet());
    }

    /// In the order they came.
    List<Echo> answers() {
        return List.copyOf(answers);
    }

    /// Forwarding a packet of its network to its stack, a gateway takes one from the time to live.
    private Echo routed(Echo echo) {
        return scenario.hasGateways() ? echo.withTimeToLive(echo.timeToLive() - 1) : echo;
    }

    /// As ping prints an answer.
    static String line(Echo answer) {
        return "%d bytes from %s: icmp_seq=%d ttl=%d"
                .formatted(
                        answer.data().length() + 8,
                        answer.source().getHostAddress(),
                        answer.sequence(),
                        answer.timeToLive());
    }
}

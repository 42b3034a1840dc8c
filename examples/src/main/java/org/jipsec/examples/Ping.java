package org.jipsec.examples;

import org.jipsec.wire.Bytes;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// `ping -c COUNT`: the host that asks and the host that is asked, with the routers before them.
final class Ping {
    private static final int IDENTIFIER = 0x4a50;

    private final Scenario scenario;
    private final List<Echo> answers = new ArrayList<>();

    Ping(Scenario scenario) {
        this.scenario = scenario;
    }

    /// Sends requests number 1 to `count` into `out`.
    void send(int count, Consumer<Bytes> out) {
        for (int sequence = 1; sequence <= count; sequence++) {
            Echo request =
                    Echo.request(scenario.pinging(), scenario.pinged(), IDENTIFIER, sequence);
            out.accept(passing(request).packet());
        }
    }

    /// What arrives on the side of the host that asks.
    void receive(Bytes packet) {
        Echo.of(packet)
                .map(this::passing)
                .filter(echo -> echo.reply() && echo.destination().equals(scenario.pinging()))
                .ifPresent(answers::add);
    }

    /// What arrives on the side of the host that is asked; its answer goes into `out`.
    void answer(Bytes packet, Consumer<Bytes> out) {
        Echo.of(packet)
                .map(this::passing)
                .filter(echo -> !echo.reply() && echo.destination().equals(scenario.pinged()))
                .ifPresent(echo -> out.accept(passing(echo.answer()).packet()));
    }

    /// In the order they came.
    List<Echo> answers() {
        return List.copyOf(answers);
    }

    /// A gateway takes one from the time to live.
    private Echo passing(Echo echo) {
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

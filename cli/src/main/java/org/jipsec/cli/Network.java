package org.jipsec.cli;

import java.util.List;
import java.util.Optional;

/// The way of this program to the host's network. Costs nothing until it is asked: every program
/// has one.
class Network {
    /// What this process may do.
    WireRights rights() {
        return WireRights.own();
    }

    /// Empty in a build that has no wire.
    ///
    /// @param queues how many threads carry packets in each direction
    Optional<WireOpener> opener(int queues) {
        return HostWire.opener(queues);
    }

    /// What is best for a service that a program starts on its own account: without the rights it
    /// is one in memory.
    final WireChoice best(Host host) {
        if (isForbidden(host)) {
            return WireChoice.not("JIPSEC_WIRE=no");
        }
        if (opener(1).isEmpty()) {
            return WireChoice.not("this build has none");
        }
        List<String> missing = rights().missing();
        return missing.isEmpty()
                ? WireChoice.WIRE
                : WireChoice.not("that needs " + String.join(" and ", missing));
    }

    /// Whether the environment says `JIPSEC_WIRE=no`, which is `--no-wire` everywhere.
    static boolean isForbidden(Host host) {
        return host.variable("JIPSEC_WIRE").filter("no"::equals).isPresent();
    }
}

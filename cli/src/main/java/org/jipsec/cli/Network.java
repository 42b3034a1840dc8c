package org.jipsec.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// The way of this program to the host's network.
///
/// @param rights asked only by who wants to use it
/// @param opener empty in a build that has no wire
record Network(Supplier<WireRights> rights, Optional<WireOpener> opener) {
    static Network real() {
        return new Network(WireRights::own, HostWire.opener());
    }

    /// What is best for a service that a program starts on its own account: without the rights it
    /// is one in memory.
    WireChoice best(Host host) {
        if (isForbidden(host)) {
            return WireChoice.not("JIPSEC_WIRE=no");
        }
        if (opener.isEmpty()) {
            return WireChoice.not("this build has none");
        }
        List<String> missing = rights.get().missing();
        return missing.isEmpty()
                ? WireChoice.WIRE
                : WireChoice.not("that needs " + String.join(" and ", missing));
    }

    /// Whether the environment says `JIPSEC_WIRE=no`, which is `--no-wire` everywhere.
    static boolean isForbidden(Host host) {
        return host.variable("JIPSEC_WIRE").filter("no"::equals).isPresent();
    }
}

package org.jipsec.cli;

import java.util.Optional;

/// The wire of this build.
final class HostWire {
    private HostWire() {}

    static Optional<WireOpener> opener() {
        return Optional.empty();
    }
}

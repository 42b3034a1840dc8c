package org.jipsec.cli;

import java.util.Optional;

/// Whether a service is to be connected to the network of this host.
///
/// @param whyNot empty when it is to be; else the reason, half a sentence for people
record WireChoice(Optional<String> whyNot) {
    static final WireChoice WIRE = new WireChoice(Optional.empty());

    static WireChoice not(String reason) {
        return new WireChoice(Optional.of(reason));
    }

    boolean isWanted() {
        return whyNot.isEmpty();
    }
}

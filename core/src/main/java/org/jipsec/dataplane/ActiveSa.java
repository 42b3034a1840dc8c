package org.jipsec.dataplane;

import org.jipsec.sadb.SecurityAssociation;

/// An SA at work: its keys made ready, its sequence numbers, replay window and counters.
public final class ActiveSa {
    private final SecurityAssociation association;

    public ActiveSa(SecurityAssociation association) {
        this.association = association;
    }

    public SecurityAssociation association() {
        return association;
    }
}

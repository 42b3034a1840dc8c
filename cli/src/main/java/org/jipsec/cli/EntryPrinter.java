package org.jipsec.cli;

import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.setkey.PolicyFormatter;
import org.jipsec.setkey.SaFormatter;

import java.io.PrintWriter;
import java.time.Instant;

/// Prints SAs and policies one after the other, as `-D` and `-DP` show them.
final class EntryPrinter {
    private final Presentation presentation;
    private final PrintWriter out;
    private final SaFormatter associations;
    private final PolicyFormatter policies;
    private final Instant now;
    private final StringBuilder text = new StringBuilder(1024);
    private boolean seen;

    EntryPrinter(Host host, Presentation presentation, PrintWriter out) {
        this.presentation = presentation;
        this.out = out;
        this.associations = new SaFormatter(host.zone().get(), presentation.ports());
        this.policies = new PolicyFormatter(host.zone().get(), presentation.ports());
        this.now = host.clock().instant();
    }

    void print(SaSnapshot snapshot) {
        seen = true;
        if (presentation.shows(snapshot)) {
            text.setLength(0);
            associations.append(text, snapshot, now);
            out.append(text);
        }
    }

    void print(PolicySnapshot snapshot) {
        seen = true;
        text.setLength(0);
        policies.append(text, snapshot);
        out.append(text);
    }

    /// Whether there was an entry, shown or not.
    boolean hasSeenAny() {
        return seen;
    }
}

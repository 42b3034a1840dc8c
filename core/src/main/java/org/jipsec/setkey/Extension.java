package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.SaMode;

/// What may stand between an SPI and the algorithms.
public sealed interface Extension {
    /// Flag and value.
    Span span();

    /// `-m`
    record Mode(Span span, Located<SaMode> mode) implements Extension {}

    /// `-r`
    record ReplayWindow(Span span, Figure size) implements Extension {}

    /// `-u`
    record Reqid(Span span, Figure id) implements Extension {}

    /// `-f`
    record Option(Span span, Word word) implements Extension {
        public enum Word {
            RANDOM_PAD,
            SEQ_PAD,
            ZERO_PAD,
            NOCYCLIC_SEQ
        }
    }

    /// `-lh`, `-ls`, `-bh`, `-bs`
    record Lifetime(Span span, Kind kind, Figure amount) implements Extension {
        public enum Kind {
            HARD_SECONDS("-lh"),
            SOFT_SECONDS("-ls"),
            HARD_BYTES("-bh"),
            SOFT_BYTES("-bs");

            private final String flag;

            Kind(String flag) {
                this.flag = flag;
            }

            public String flag() {
                return flag;
            }
        }
    }

    /// `-ctx`
    record Context(Span span, Figure doi, Figure kind, Located<String> label)
            implements Extension {}

    /// `-esp_frag` of NetBSD, `-natt_mtu` of FreeBSD
    record FragmentSize(Span span, Figure octets) implements Extension {}

    /// `-esn` of FreeBSD
    record ExtendedSequence(Span span) implements Extension {}

    /// `-natt` of FreeBSD: ESP in UDP between these ports, and both ends' addresses before the NAT.
    record NatTraversal(Span span, HostText source, HostText destination) implements Extension {}

    /// `-hwif` of FreeBSD: the interface whose hardware should do the work.
    record Hardware(Span span, Located<String> name) implements Extension {}
}

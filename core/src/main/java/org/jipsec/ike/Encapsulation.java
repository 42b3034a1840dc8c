package org.jipsec.ike;

import org.jipsec.isakmp.NattDraft;
import org.jipsec.sadb.SaMode;

import java.util.Optional;

/// Values of the attribute "encapsulation mode" (RFC 2407 4.5, RFC 3947 5.1).
///
/// @param udp whether ESP goes in UDP
record Encapsulation(SaMode mode, boolean udp) {
    private static final int TUNNEL = 1;
    private static final int TRANSPORT = 2;

    /// @param draft what both know of NAT traversal
    int number(Optional<NattDraft> draft) {
        boolean tunnel = mode == SaMode.TUNNEL;
        if (udp && draft.isPresent()) {
            return tunnel
                    ? draft.get().numbers().udpTunnel()
                    : draft.get().numbers().udpTransport();
        }
        return tunnel ? TUNNEL : TRANSPORT;
    }

    /// `Tunnel`, `UDP-Transport`.
    String text() {
        return (udp ? "UDP-" : "") + (mode == SaMode.TUNNEL ? "Tunnel" : "Transport");
    }

    /// Empty for a number that means nothing here.
    static Optional<Encapsulation> of(int number, Optional<NattDraft> draft) {
        for (SaMode mode : new SaMode[] {SaMode.TUNNEL, SaMode.TRANSPORT}) {
            for (boolean udp : new boolean[] {false, true}) {
                Encapsulation each = new Encapsulation(mode, udp);
                if ((!udp || draft.isPresent()) && each.number(draft) == number) {
                    return Optional.of(each);
                }
            }
        }
        return Optional.empty();
    }
}

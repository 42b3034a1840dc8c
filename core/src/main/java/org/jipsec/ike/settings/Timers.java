package org.jipsec.ike.settings;

import java.time.Duration;

/// `timer`.
///
/// @param retransmissions of one message before giving up (`counter`)
/// @param interval between them
/// @param perSend copies each time
/// @param phase1 how long a phase 1 may take, and a phase 2 wait for one
/// @param phase2 how long a phase 2 may take
/// @param nattKeepalive between NAT keepalives; zero: none
public record Timers(
        int retransmissions,
        Duration interval,
        int perSend,
        Duration phase1,
        Duration phase2,
        Duration nattKeepalive) {
    /// The code's: racoon.conf(5) says 15 and 10 seconds for the phases.
    public static final Timers DEFAULTS =
            new Timers(
                    5,
                    Duration.ofSeconds(10),
                    1,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20));
}

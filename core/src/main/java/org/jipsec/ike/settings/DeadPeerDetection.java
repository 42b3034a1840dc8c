package org.jipsec.ike.settings;

import java.time.Duration;

/// `dpd`, `dpd_delay`, `dpd_retry`, `dpd_maxfail` (RFC 3706).
///
/// @param answers whether we announce it and answer
/// @param delay of silence before a probe; zero: we send none
/// @param retry between probes that are not answered
/// @param maximumFailures unanswered probes that make a peer dead
public record DeadPeerDetection(
        boolean answers, Duration delay, Duration retry, int maximumFailures) {
    public static final DeadPeerDetection DEFAULTS =
            new DeadPeerDetection(true, Duration.ZERO, Duration.ofSeconds(5), 5);

    /// Whether we send probes ourselves.
    public boolean probes() {
        return answers && delay.isPositive();
    }
}

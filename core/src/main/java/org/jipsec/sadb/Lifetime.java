package org.jipsec.sadb;

import java.time.Duration;

/// How long something may live (`SADB_EXT_LIFETIME_HARD`, `_SOFT`); whichever ends first. Zero is
/// without limit.
///
/// @param packets Linux's reading of `allocations`
/// @param bytes octets of payload processed, unsigned
/// @param sinceAdded from creation on; whole seconds on the wire
/// @param sinceUsed from the first packet on; whole seconds on the wire
public record Lifetime(long packets, long bytes, Duration sinceAdded, Duration sinceUsed) {
    public static final Lifetime UNLIMITED = new Lifetime(0, 0, Duration.ZERO, Duration.ZERO);

    public static Lifetime ofSeconds(long sinceAdded) {
        return new Lifetime(0, 0, Duration.ofSeconds(sinceAdded), Duration.ZERO);
    }

    public boolean isUnlimited() {
        return packets == 0 && bytes == 0 && sinceAdded.isZero() && sinceUsed.isZero();
    }
}

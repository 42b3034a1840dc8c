package org.jipsec.sadb;

import java.time.Instant;
import java.util.Optional;

/// How much of its life something has used (`SADB_EXT_LIFETIME_CURRENT`).
///
/// @param added when it was created; whole seconds on the wire
/// @param firstUsed empty before the first packet; for a policy Linux puts the last use here
public record CurrentLifetime(
        long packets, long bytes, Instant added, Optional<Instant> firstUsed) {}

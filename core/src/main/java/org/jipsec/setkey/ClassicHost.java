package org.jipsec.setkey;

import java.time.InstantSource;
import java.time.ZoneId;
import java.util.function.BooleanSupplier;

/// What a [ClassicSession] needs from the machine it runs on.
///
/// @param zone of the times it prints
/// @param pause waits a second between two rounds of `-l`; false ends them
public record ClassicHost(
        ClassicNames names, InstantSource clock, ZoneId zone, BooleanSupplier pause) {}

/// Packets for people to look at, while they pass: what came, what it became, by which policy and
/// SAs, or why it was dropped.
///
/// Start at [TraceFeed], which sits on the packet path as a [org.jipsec.dataplane.PacketTap] while
/// somebody listens, makes a [Sighting] of each packet and hands it to every [TraceListener] whose
/// [TraceFilter] wants it; [FilterParser] reads the language of filters. What a listener gets
/// travels as [TraceFrame]s of pcapng blocks, written by [Pcapng]: joined, they are a file for
/// Wireshark. [EspKeyTable] gives Wireshark the keys.
@NullMarked
package org.jipsec.trace;

import org.jspecify.annotations.NullMarked;

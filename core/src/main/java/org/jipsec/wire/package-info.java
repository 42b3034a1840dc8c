/// Octets and what is written with them: bounded reads, immutable octet strings, secrets, prefixes.
///
/// Start at [Bytes] and [Secret]; [Wire] reads, [WireException] says which octet was wrong. Nothing
/// here knows a protocol above IP, a clock, a socket or a key's meaning.
@NullMarked
package org.jipsec.wire;

import org.jspecify.annotations.NullMarked;

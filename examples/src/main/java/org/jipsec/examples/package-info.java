/// The manually keyed connections of the IPsec HOWTO, both peers in one JVM: `examples/howto`.
///
/// Start at [Howto]. A [Scenario] says who the peers are and who pings whom; [Databases] is what
/// jsetkey does on a peer; a [Machine] is a peer's packet path, a [Wire] what is between the two.
@NullMarked
package org.jipsec.examples;

import org.jspecify.annotations.NullMarked;

/// The manually keyed connections of the IPsec HOWTO, both peers in one JVM: `examples/howto`.
///
/// Start at [Howto]. A [Scenario] says who the peers are and who pings whom, [Databases] is what
/// jsetkey does on a peer, a [Network] connects the peers' stacks, and [Wire] listens in between.
@NullMarked
package org.jipsec.examples;

import org.jspecify.annotations.NullMarked;

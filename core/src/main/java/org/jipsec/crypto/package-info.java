/// Ciphers, MACs and AEADs behind small interfaces, and the one place that picks a provider per
// algorithm.
@NullMarked
package org.jipsec.crypto;

import org.jspecify.annotations.NullMarked;

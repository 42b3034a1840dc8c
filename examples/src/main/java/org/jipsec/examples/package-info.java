/// The HOWTO's scenarios on one machine.
@NullMarked
package org.jipsec.examples;

import org.jspecify.annotations.NullMarked;

/// The scenarios and the configurations, run.
@NullMarked
package org.jipsec.examples;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.jipsec.trace;

import org.jspecify.annotations.NullMarked;

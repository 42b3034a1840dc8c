@NullMarked
package org.jipsec.diag;

import org.jspecify.annotations.NullMarked;

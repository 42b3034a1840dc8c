/// The manual pages, held against the program they describe.
@NullMarked
package org.jipsec.man;

import org.jspecify.annotations.NullMarked;

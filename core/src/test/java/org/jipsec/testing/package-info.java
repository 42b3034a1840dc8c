/// What tests of several packages lean on.
@NullMarked
package org.jipsec.testing;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.jipsec.pfkey;

import org.jspecify.annotations.NullMarked;

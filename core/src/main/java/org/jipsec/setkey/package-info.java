@NullMarked
package org.jipsec.setkey;

import org.jspecify.annotations.NullMarked;

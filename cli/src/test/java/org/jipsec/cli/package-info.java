/// Tests of the programs: through the real commands, on a key service in the same process.
@NullMarked
package org.jipsec.cli;

import org.jspecify.annotations.NullMarked;

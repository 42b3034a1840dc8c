/// The programs: options, the shell, `main`. The only place that knows Picocli, JLine, `System.out`
// and `exit`.
@NullMarked
package org.jipsec.cli;

import org.jspecify.annotations.NullMarked;

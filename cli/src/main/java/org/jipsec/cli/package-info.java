/// The programs: options, the shell, `main`. The only place that knows Picocli, JLine,
/// `System.out` and `exit`.
///
/// Start at [Main]: it picks a program by name and hands it a [Host], which is all of the outside
/// it may know. [JsetkeyCommand] is jsetkey, [JipsecdCommand] the service, [Shell] what `jipsec`
/// and `jsetkey -c` are on a terminal. [Backends] finds the service or starts it.
///
/// Start-up counts (a file loads in the time of two and a half empty programs), so the way that
/// `jsetkey -n -f FILE` takes keeps clear of Picocli, regular expressions and `String.format`:
/// [LetterScanner] reads the original's letters, [CommandLines] all the rest.
@NullMarked
package org.jipsec.cli;

import org.jspecify.annotations.NullMarked;

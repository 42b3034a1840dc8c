/// The language of setkey.conf(5): text to commands, commands to a plan for a
/// [org.jipsec.sadb.SadbBackend], and what setkey prints.
///
/// Start at [SetkeyLanguage#compile]: [SetkeyParser] reads a [org.jipsec.diag.SourceText] command
/// by command, [SetkeyChecker] looks at each, [SetkeyPlanner] resolves names and makes operations
/// of it, `FileLedger` finds what several of them do to each other. A [Command] says what is
/// written and where, nothing more. Problems are [org.jipsec.diag.Diagnostic]s with a [Code];
/// [Explanations] has a page for each. [ShellInput] serves whoever types.
///
/// ANTLR stays inside: `CommandReader` and `PolicyReader` turn parse trees into our records. What
/// the original prints and in which order is in the classes `Classic…`, [SaFormatter] and
/// [PolicyFormatter].
@NullMarked
package org.jipsec.setkey;

import org.jspecify.annotations.NullMarked;

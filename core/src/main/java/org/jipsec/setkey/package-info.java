/// The language of setkey.conf(5): text to commands, commands to a plan for a
/// [org.jipsec.sadb.SadbBackend], and what setkey prints.
///
/// Start at [SetkeyLanguage#compile]: [SetkeyParser] reads a [org.jipsec.diag.SourceText] command
/// by command, [SetkeyChecker] looks at each, [SetkeyPlanner] resolves names and makes operations
/// of it, `FileLedger` finds what several of them do to each other. A [Command] says what is
/// written and where, nothing more. Problems are [org.jipsec.diag.Diagnostic]s with a [Code];
/// [Explanations] has a page for each. [ShellInput] serves whoever types.
///
/// ANTLR stays inside: `CommandReader` and `PolicyReader` turn parse trees into our records.
///
/// [SaFormatter] and [PolicyFormatter] print what is in the databases, as setkey always did.
/// [ClassicSession] is setkey 0.8.2 itself, for `--classic`: another reader, for that release ran
/// each command as it was read, with messages that quote the word it had reached
/// ([ClassicInterpreter] says more).
@NullMarked
package org.jipsec.setkey;

import org.jspecify.annotations.NullMarked;

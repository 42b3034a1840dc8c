/// The language of setkey.conf(5): text to commands, commands to a plan for a
/// [org.jipsec.sadb.SadbBackend].
///
/// [SetkeyParser] reads a [org.jipsec.diag.SourceText] as [Command]s, which say what is written and
/// where. Problems become [org.jipsec.diag.Diagnostic]s with a [Code]. ANTLR stays inside:
/// `CommandReader` and `PolicyReader` turn parse trees into our records.
@NullMarked
package org.jipsec.setkey;

import org.jspecify.annotations.NullMarked;

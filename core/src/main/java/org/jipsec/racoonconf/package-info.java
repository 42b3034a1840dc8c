/// The language of racoon.conf(5): text to [org.jipsec.ike.settings.Settings], and plain RSA key
/// files.
///
/// Start at [RacoonLanguage#check]: `ConfParser` reads a text into [Statement]s, `Inclusion`
/// follows its `include`s, `ConfChecker` makes settings of them. Problems are
/// [org.jipsec.diag.Diagnostic]s with a [Code]; all of them are found in one run. Files are read
/// through [ConfFiles] alone.
///
/// One reader serves `--classic` too, unlike in setkey: racoon checks before it acts, so what it
/// would have said is the first of our errors in the order of the text, in its words. Each check
/// that racoon has files those with its diagnostic, and [ClassicVerdict] picks.
///
/// ANTLR stays inside `SectionTokens`, `ConfParser` and [PlainRsaFile]. A psk.txt has no grammar of
/// its own: its keys are whatever stands to the end of a line, and octets that no `String` should
/// hold; see [org.jipsec.ike.settings.PresharedKeys].
@NullMarked
package org.jipsec.racoonconf;

import org.jspecify.annotations.NullMarked;

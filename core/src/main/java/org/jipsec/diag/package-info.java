/// What is to be said about a text that a user wrote: where, how bad, why, and what to write
/// instead.
///
/// Start at [Diagnostic]; [Diagnostics] collects them. [SourceText] knows lines and columns; a
/// [Span] is a stretch of it, a [Located] a value with its place. Nothing here knows which language
/// the text is in: a [Redactor] tells what of it is secret.
@NullMarked
package org.jipsec.diag;

import org.jspecify.annotations.NullMarked;

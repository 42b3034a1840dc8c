package org.jipsec.setkey;

import org.jipsec.diag.Span;
import org.jipsec.sadb.SadbOperation;

/// An operation and the command that wants it.
///
/// @param span of the command
/// @param automatic whether it was not written but belongs to the one before: the `fwd` twin of an
///     `in` policy
public record PlannedOperation(SadbOperation operation, Span span, boolean automatic) {}

package org.jipsec.diag;

/// A value and where it was written.
public record Located<T>(Span span, T value) {}

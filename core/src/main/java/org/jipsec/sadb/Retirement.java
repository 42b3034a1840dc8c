package org.jipsec.sadb;

/// Why an algorithm should no longer be used.
///
/// @param rfc the document that retired it, `RFC 8221`
/// @param verdict its word for it, `MUST NOT`
public record Retirement(String rfc, String verdict) {}

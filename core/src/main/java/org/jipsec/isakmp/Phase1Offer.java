package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a transform of phase 1 offers (RFC 2409 appendix A), by IANA's numbers: well formed, but
/// the numbers may be of what nobody here knows.
///
/// @param method of authentication, 0..65535
/// @param keyBits of the cipher, a multiple of 8, where it is said
/// @param group for Diffie-Hellman
/// @param lifetime in seconds, from 1 to 2^32-1, where it is said
/// @param kilobytes from 1 to 2^32-1, where it is said
/// @param gssIdentity as it came: UTF-16LE as a rule
public record Phase1Offer(
        int method,
        int cipher,
        OptionalInt keyBits,
        int hash,
        int group,
        Optional<Duration> lifetime,
        OptionalLong kilobytes,
        Optional<Bytes> gssIdentity) {}

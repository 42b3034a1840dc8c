package org.jipsec.isakmp;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a transform of phase 2 offers (RFC 2407 4.4 and 4.5), by IANA's numbers: well formed, but
/// the numbers may be of what nobody here knows.
///
/// @param protocol of [Protocol]: AH, ESP or IPComp
/// @param id the transform's: the cipher of ESP, the digest of AH, the compression of IPComp
/// @param encapsulation mode, UDP's included, where it is said
/// @param authentication algorithm, where it is said; of AH always, and one that fits its id
/// @param keyBits of the cipher, a multiple of 8, where it is said
/// @param group for perfect forward secrecy, where it is said
/// @param lifetime in seconds, from 1 to 2^32-1, where it is said
/// @param kilobytes from 1 to 2^32-1, where it is said
/// @param extendedSequence whether sequence numbers have 64 bits (RFC 4304)
public record Phase2Offer(
        Protocol protocol,
        int id,
        OptionalInt encapsulation,
        OptionalInt authentication,
        OptionalInt keyBits,
        OptionalInt group,
        Optional<Duration> lifetime,
        OptionalLong kilobytes,
        boolean extendedSequence) {}

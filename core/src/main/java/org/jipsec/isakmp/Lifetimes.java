package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Life types and durations (RFC 2407 4.5, RFC 2409 appendix A): pairs of attributes, of which the
/// second belongs to the one right before it. Transforms carry them, and RESPONDER-LIFETIME.
///
/// @param time from 1 to 2^32-1 seconds, where it is said
/// @param kilobytes from 1 to 2^32-1, where they are said
public record Lifetimes(Optional<Duration> time, OptionalLong kilobytes) {
    static final int SECONDS = 1;
    static final int KILOBYTES = 2;

    private static final int LONGEST = 4;

    /// Reads the data of a RESPONDER-LIFETIME notification (RFC 2407 4.6.3.1).
    ///
    /// @param protocol of the notification: the attributes of ISAKMP have other numbers
    /// @param attributes others than these two kinds are passed over
    public static Reading<Lifetimes> read(Protocol protocol, List<Attribute> attributes) {
        boolean phase1 = protocol == Protocol.ISAKMP;
        Reader reader =
                new Reader(
                        phase1 ? Phase1Attribute.LIFE_TYPE : Phase2Attribute.LIFE_TYPE,
                        phase1 ? Phase1Attribute.LIFE_DURATION : Phase2Attribute.LIFE_DURATION);
        for (Attribute attribute : attributes) {
            Optional<String> refusal = reader.add(attribute);
            if (refusal.isPresent()) {
                return new Reading.Refused<>(refusal.get());
            }
        }
        return new Reading.Read<>(reader.lifetimes());
    }

    /// Sees a transform's attributes one by one, in their order.
    static final class Reader {
        private final Numbered type;
        private final Numbered duration;

        /// Of the life type that is the attribute before this one; 0 otherwise.
        private int announced;

        private Optional<Duration> time = Optional.empty();
        private OptionalLong kilobytes = OptionalLong.empty();

        Reader(Numbered type, Numbered duration) {
            this.type = type;
            this.duration = duration;
        }

        /// @return what is wrong, in racoon's words
        Optional<String> add(Attribute attribute) {
            int before = announced;
            announced = 0;
            if (attribute.is(type)) {
                return addType(attribute);
            }
            return attribute.is(duration)
                    ? addDuration(before, attribute.octets())
                    : Optional.empty();
        }

        Lifetimes lifetimes() {
            return new Lifetimes(time, kilobytes);
        }

        private Optional<String> addType(Attribute attribute) {
            long value = attribute.number().orElse(0);
            if (value != SECONDS && value != KILOBYTES) {
                return Optional.of("invalid life type %d.".formatted(value));
            }
            announced = (int) value;
            return Optional.empty();
        }

        private Optional<String> addDuration(int unit, Bytes octets) {
            if (unit == 0) {
                return Optional.of("life duration must follow ltype");
            }
            if (octets.isEmpty() || octets.length() > LONGEST) {
                return Optional.of(
                        "length %d of life duration isn't supported.".formatted(octets.length()));
            }
            long value = 0;
            for (int i = 0; i < octets.length(); i++) {
                value = value << 8 | octets.u8(i);
            }
            boolean again = unit == SECONDS ? time.isPresent() : kilobytes.isPresent();
            if (value == 0 || again) {
                return Optional.of("invalid life duration.");
            }
            if (unit == SECONDS) {
                time = Optional.of(Duration.ofSeconds(value));
            } else {
                kilobytes = OptionalLong.of(value);
            }
            return Optional.empty();
        }
    }
}

package org.jipsec.ike;

import org.jipsec.isakmp.Attribute;
import org.jipsec.isakmp.Phase2Attribute;
import org.jipsec.isakmp.Phase2Offer;
import org.jipsec.isakmp.Protocol;
import org.jipsec.isakmp.Transform;
import org.jipsec.isakmp.TransformReader;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one transform of phase 2 says (RFC 2407 4.5), by its numbers.
///
/// @param authentication 0 where it is not said
/// @param keyBits 0 where it is not said
/// @param lifetime as said, or the 8 hours that are meant where nothing is said
/// @param kilobytes 0: no limit
/// @param group of PFS; 0: none
record Phase2Terms(
        int transformId,
        int encapsulation,
        int authentication,
        int keyBits,
        Duration lifetime,
        long kilobytes,
        int group,
        boolean extendedSequence) {
    private static final int SECONDS = 1;
    private static final Duration UNSAID = Duration.ofHours(8);

    /// @param number of the transform
    Transform transform(int number) {
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(Attribute.of(Phase2Attribute.LIFE_TYPE, SECONDS));
        attributes.add(Attribute.ofNumber(Phase2Attribute.LIFE_DURATION, lifetime.toSeconds()));
        attributes.add(Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, encapsulation));
        if (keyBits != 0) {
            attributes.add(Attribute.of(Phase2Attribute.KEY_LENGTH, keyBits));
        }
        if (authentication != 0) {
            attributes.add(Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, authentication));
        }
        if (group != 0) {
            attributes.add(Attribute.of(Phase2Attribute.GROUP_DESCRIPTION, group));
        }
        return new Transform(number, transformId, attributes);
    }

    /// Empty where it cannot be read: it counts as not offered.
    static Optional<Phase2Terms> of(Protocol protocol, Transform transform) {
        return TransformReader.phase2(protocol, transform).asOptional().map(Phase2Terms::of);
    }

    private static Phase2Terms of(Phase2Offer offer) {
        return new Phase2Terms(
                offer.id(),
                offer.encapsulation().orElse(0),
                offer.authentication().orElse(0),
                offer.keyBits().orElse(0),
                offer.lifetime().orElse(UNSAID),
                offer.kilobytes().orElse(0),
                offer.group().orElse(0),
                offer.extendedSequence());
    }
}

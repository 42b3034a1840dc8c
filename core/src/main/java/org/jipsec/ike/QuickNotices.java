package org.jipsec.ike;

import org.jipsec.isakmp.Attribute;
import org.jipsec.isakmp.AttributeCodec;
import org.jipsec.isakmp.Lifetimes;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.Phase2Attribute;
import org.jipsec.isakmp.Protocol;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// RESPONDER-LIFETIME in quick mode's second message (RFC 2407 4.6.3.1): the responder uses a
/// shorter lifetime than was offered.
final class QuickNotices {
    private QuickNotices() {}

    /// As responder: that the lifetime is ours. It names our first SA.
    static List<Payload.Notify> own(Phase2Choice choice, Bytes spi) {
        if (!choice.ownLifetime()) {
            return List.of();
        }
        Attribute type = Attribute.of(Phase2Attribute.LIFE_TYPE, 1);
        Attribute duration =
                Attribute.ofNumber(Phase2Attribute.LIFE_DURATION, choice.lifetime().toSeconds());
        return List.of(
                Payload.Notify.of(
                        choice.parts().getFirst().protocol(),
                        spi,
                        NotifyType.RESPONDER_LIFETIME,
                        attributes(List.of(type, duration))));
    }

    private static Bytes attributes(List<Attribute> attributes) {
        return AttributeCodec.encode(attributes);
    }

    /// As initiator: the choice with the shorter of both lifetimes.
    static Phase2Choice limit(Phase2Choice choice, PayloadChain chain) {
        Phase2Choice limited = choice;
        for (Payload.Notify notify : chain.all(Payload.Notify.class).toList()) {
            if (!notify.is(NotifyType.RESPONDER_LIFETIME)) {
                continue;
            }
            Optional<Duration> told = seconds(choice.parts().getFirst().protocol(), notify.data());
            if (told.isPresent() && told.get().compareTo(limited.lifetime()) < 0) {
                limited =
                        new Phase2Choice(
                                limited.parts(),
                                told.get(),
                                false,
                                limited.kilobytes(),
                                limited.pfsGroup());
            }
        }
        return limited;
    }

    private static Optional<Duration> seconds(Protocol protocol, Bytes data) {
        try {
            return Lifetimes.read(protocol, AttributeCodec.decode(data))
                    .asOptional()
                    .flatMap(Lifetimes::time);
        } catch (WireException malformed) {
            return Optional.empty();
        }
    }
}

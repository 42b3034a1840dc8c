package org.jipsec.ike;

import org.jipsec.isakmp.MessageRule;
import org.jipsec.isakmp.NotifyType;

import java.util.Optional;

/// The peer may not say this now, or we cannot agree. What it ends is the taker's business: a
/// message, or the whole exchange.
final class NegotiationException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Optional<NotifyType> notification;
    private final Cause cause;

    private NegotiationException(Optional<NotifyType> notification, Cause cause, String text) {
        super(text, null, false, false);
        this.notification = notification;
        this.cause = cause;
    }

    /// Nobody is told but the log.
    ///
    /// @param text racoon's where racoon has one
    static NegotiationException silently(Cause cause, String text) {
        return new NegotiationException(Optional.empty(), cause, text);
    }

    /// The peer gets a notification (RFC 2408 3.14.1).
    static NegotiationException telling(NotifyType notification, Cause cause, String text) {
        return new NegotiationException(Optional.of(notification), cause, text);
    }

    /// A message that is not made as it should be.
    static NegotiationException of(MessageRule.Violation violation) {
        return new NegotiationException(
                violation.notification(),
                Cause.MALFORMED,
                violation.text() + " (" + violation.detail() + ")");
    }

    Optional<NotifyType> notification() {
        return notification;
    }

    /// For whoever asks why.
    Cause why() {
        return cause;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}

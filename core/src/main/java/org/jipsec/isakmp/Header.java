package org.jipsec.isakmp;

import java.util.Optional;

/// The ISAKMP header (RFC 2408 3.1) without the two fields that follow from what is behind it: the
/// first payload's type and the length.
///
/// @param version major in the high four bits, minor in the low; 0x10 is IKEv1
/// @param exchange 0..255, one of [ExchangeType] or not
/// @param flags 0..255, of [#ENCRYPTED], [#COMMIT], [#AUTHENTICATION_ONLY]
/// @param messageId all 32 bits; 0 in phase 1
public record Header(
        Cookie initiator, Cookie responder, int version, int exchange, int flags, int messageId) {
    /// Octets on the wire.
    public static final int LENGTH = 28;

    public static final int IKE_V1 = 0x10;

    public static final int ENCRYPTED = 1;
    public static final int COMMIT = 2;
    public static final int AUTHENTICATION_ONLY = 4;

    /// Of version 1.0 with no flags.
    public static Header of(
            Cookie initiator, Cookie responder, ExchangeType exchange, int messageId) {
        return new Header(initiator, responder, IKE_V1, exchange.number(), 0, messageId);
    }

    /// The known exchange, or empty.
    public Optional<ExchangeType> exchangeType() {
        return ExchangeType.of(exchange);
    }

    public int majorVersion() {
        return version >> 4;
    }

    public boolean isEncrypted() {
        return (flags & ENCRYPTED) != 0;
    }

    public boolean wantsCommit() {
        return (flags & COMMIT) != 0;
    }

    public Header withFlags(int newFlags) {
        return new Header(initiator, responder, version, exchange, newFlags, messageId);
    }

    /// The message id as racoon prints it: eight hex digits.
    public String messageIdText() {
        return "%08x".formatted(messageId);
    }

    /// `INITIATOR:RESPONDER`, as in racoon's `spi:`.
    public String cookies() {
        return initiator + ":" + responder;
    }
}

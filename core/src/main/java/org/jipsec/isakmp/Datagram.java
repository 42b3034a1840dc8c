package org.jipsec.isakmp;

/// What an ISAKMP datagram holds.
public sealed interface Datagram permits Message, EncryptedMessage {
    Header header();
}

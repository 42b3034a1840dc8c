package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

/// A message whose payloads are encrypted. Its key finds them: decrypted, the body goes to
/// [MessageCodec#decodeBody].
///
/// @param first the type of the first payload, which the header tells in clear
/// @param body the octets behind the header; whole blocks of the cipher, if the sender is sane
public record EncryptedMessage(Header header, int first, Bytes body) implements Datagram {
    public EncryptedMessage {
        Octets.check("payload type", first);
    }
}

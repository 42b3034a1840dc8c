package org.jipsec.isakmp;

import java.util.List;

/// A message in clear, or one that was decrypted.
public record Message(Header header, PayloadChain chain) implements Datagram {
    public static Message of(Header header, List<? extends Payload> payloads) {
        return new Message(header, PayloadChain.of(payloads));
    }

    public static Message of(Header header, Payload... payloads) {
        return of(header, List.of(payloads));
    }

    public List<Payload> payloads() {
        return chain.payloads();
    }
}

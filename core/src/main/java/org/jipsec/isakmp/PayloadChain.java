package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The payloads of a message with the octets they stand for: what is encrypted, and what HASH(1) to
/// HASH(3) of quick mode cover.
///
/// @param octets the chain, as received or as it will be sent, without what is behind it
/// @param padding what stands behind the last payload; the last octet counts the others, where the
///     sender keeps the rules of racoon
public record PayloadChain(List<Payload> payloads, Bytes octets, Bytes padding) {
    public PayloadChain {
        payloads = List.copyOf(payloads);
    }

    /// A chain to send, without padding.
    ///
    /// @throws IllegalArgumentException when a payload is longer than its length field can say
    public static PayloadChain of(List<? extends Payload> payloads) {
        List<Bytes> bodies = payloads.stream().map(Payload::body).toList();
        int length = bodies.stream().mapToInt(body -> GenericHeader.LENGTH + body.length()).sum();
        ByteBuffer out = ByteBuffer.allocate(length);
        for (int i = 0; i < payloads.size(); i++) {
            int next = i + 1 < payloads.size() ? payloads.get(i + 1).number() : PayloadType.NONE;
            GenericHeader.write(out, next, bodies.get(i).length());
            out.put(bodies.get(i).buffer());
        }
        return new PayloadChain(List.copyOf(payloads), Bytes.of(out.array()), Bytes.EMPTY);
    }

    public static PayloadChain of(Payload... payloads) {
        return of(List.of(payloads));
    }

    /// The type that the header announces.
    public int first() {
        return payloads.isEmpty() ? PayloadType.NONE : payloads.getFirst().number();
    }

    /// The octets behind the first payload: what a HASH that stands first covers.
    ///
    /// @throws IllegalStateException for an empty chain
    public Bytes behindFirst() {
        if (payloads.isEmpty()) {
            throw new IllegalStateException("no payload");
        }
        int length = octets.u8(2) << 8 | octets.u8(3);
        return Bytes.of(octets.toArray(), length, octets.length() - length);
    }

    /// All payloads of a kind, in the order of the wire.
    public <P extends Payload> Stream<P> all(Class<P> kind) {
        return payloads.stream().filter(kind::isInstance).map(kind::cast);
    }

    /// The first payload of a kind.
    public <P extends Payload> Optional<P> find(Class<P> kind) {
        return all(kind).findFirst();
    }
}

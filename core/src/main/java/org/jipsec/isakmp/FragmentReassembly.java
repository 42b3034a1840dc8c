package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Joins the pieces that [FragmentCodec] cuts, in whatever order they come.
///
/// Nobody has proved who they are when pieces arrive, so all of it is bounded: octets and pieces of
/// a message (255, for the number is one octet), unfinished messages of a sender, octets of all of
/// them together, and the time one may take. Each piece costs the same work however many there are
/// (CVE-2016-10396), and where room is missing the oldest unfinished message has to go.
///
/// Pieces carry an id, but racoon and others number every message 1. So a piece that contradicts
/// those at hand (its number seen with other octets, behind the last one, another last one) begins
/// a new message, and those are dropped: the sender has moved on. One seen before is ignored.
///
/// Not for several threads.
///
/// @param <K> who sends: address and cookies, say
public final class FragmentReassembly<K> {
    /// @param message octets of a joined message
    /// @param perSender unfinished messages that a sender may have
    /// @param total octets of all unfinished messages together, [#OVERHEAD] for each piece counted
    /// @param patience from the first piece of a message to its last
    public record Limits(int message, int perSender, long total, Duration patience) {
        /// Enough for the certificate chains that people have.
        public static final Limits USUAL =
                new Limits(Bounds.MESSAGE, 2, 16L << 20, Duration.ofSeconds(30));
    }

    /// What became of a piece.
    public sealed interface Outcome {
        /// It was the last that was missing.
        record Complete(Bytes message) implements Outcome {}

        /// Others are missing, or it was there already.
        ///
        /// @param pieces of the message that are at hand
        record Waiting(int pieces) implements Outcome {}

        /// The pieces do not make a message; they are dropped.
        ///
        /// @param reason as in [WireException]
        record Refused(String reason) implements Outcome {}
    }

    /// What a piece is counted for beyond its octets.
    public static final int OVERHEAD = 128;

    private final Limits limits;

    /// In the order in which they began.
    private final LinkedHashMap<Slot<K>, Unfinished> unfinished = new LinkedHashMap<>();

    private final Map<K, Deque<Slot<K>>> ofSender = new HashMap<>();
    private long used;

    private record Slot<K>(K sender, int exchange, int id) {}

    private static final class Unfinished {
        final Instant began;
        final SortedMap<Integer, Bytes> pieces = new TreeMap<>();

        /// Of the last one; 0 while unknown.
        int last;

        int octets;

        Unfinished(Instant began) {
            this.began = began;
        }

        long cost() {
            return octets + (long) OVERHEAD * pieces.size();
        }

        boolean isComplete() {
            return pieces.size() == last;
        }

        boolean contradicts(Payload.Fragment piece) {
            Bytes seen = pieces.get(piece.index());
            if (seen != null) {
                return !seen.equals(piece.data()) || piece.isLast() != (piece.index() == last);
            }
            return piece.isLast()
                    ? last != 0 || !pieces.tailMap(piece.index()).isEmpty()
                    : last != 0 && piece.index() > last;
        }

        void add(Payload.Fragment piece) {
            pieces.put(piece.index(), piece.data());
            octets += piece.data().length();
            if (piece.isLast()) {
                last = piece.index();
            }
        }

        Bytes joined() {
            ByteBuffer all = ByteBuffer.allocate(octets);
            pieces.values().forEach(piece -> all.put(piece.buffer()));
            return Bytes.of(all.array());
        }
    }

    public FragmentReassembly(Limits limits) {
        this.limits = limits;
    }

    /// Takes a piece in.
    ///
    /// @param header of the datagram that brought it
    public Outcome add(K sender, Header header, Payload.Fragment piece, Instant now) {
        expire(now);
        Slot<K> slot = new Slot<>(sender, header.exchange(), piece.id());
        Unfinished message = unfinished.get(slot);
        if (message != null && message.contradicts(piece)) {
            remove(slot);
            message = null;
        }
        if (message == null) {
            message = begin(slot, now);
        } else if (message.pieces.containsKey(piece.index())) {
            return new Outcome.Waiting(message.pieces.size());
        }
        if (message.octets + piece.data().length() > limits.message()) {
            remove(slot);
            return new Outcome.Refused("fragments of more than " + limits.message() + " octets");
        }
        used -= message.cost();
        message.add(piece);
        used += message.cost();
        if (message.isComplete()) {
            Bytes joined = message.joined();
            remove(slot);
            return checked(header, joined);
        }
        while (used > limits.total()) {
            remove(unfinished.firstEntry().getKey());
        }
        return new Outcome.Waiting(message.pieces.size());
    }

    /// Drops what waits for too long.
    ///
    /// @return how many messages
    public int expire(Instant now) {
        int dropped = 0;
        while (!unfinished.isEmpty()
                && !now.isBefore(
                        unfinished.firstEntry().getValue().began.plus(limits.patience()))) {
            remove(unfinished.firstEntry().getKey());
            dropped++;
        }
        return dropped;
    }

    /// Drops what a sender has left unfinished.
    public void forget(K sender) {
        List.copyOf(ofSender.getOrDefault(sender, new ArrayDeque<>())).forEach(this::remove);
    }

    /// When [#expire] will find something; empty while nothing waits.
    public Optional<Instant> nextExpiry() {
        return unfinished.isEmpty()
                ? Optional.empty()
                : Optional.of(unfinished.firstEntry().getValue().began.plus(limits.patience()));
    }

    /// Messages that wait for pieces.
    public int size() {
        return unfinished.size();
    }

    /// Octets that wait, [#OVERHEAD] for each piece counted.
    public long used() {
        return used;
    }

    private Unfinished begin(Slot<K> slot, Instant now) {
        Deque<Slot<K>> own = ofSender.get(slot.sender());
        if (own != null && own.size() == limits.perSender()) {
            remove(own.getFirst());
        }
        Unfinished message = new Unfinished(now);
        unfinished.put(slot, message);
        ofSender.computeIfAbsent(slot.sender(), _ -> new ArrayDeque<>(2)).addLast(slot);
        return message;
    }

    private void remove(Slot<K> slot) {
        Unfinished message = unfinished.remove(slot);
        if (message != null) {
            used -= message.cost();
            ofSender.computeIfPresent(
                    slot.sender(),
                    (_, own) -> {
                        own.remove(slot);
                        return own.isEmpty() ? null : own;
                    });
        }
    }

    /// Whether the pieces were of one message, as far as its header tells.
    private static Outcome checked(Header piece, Bytes joined) {
        try {
            ByteBuffer in = joined.buffer();
            Header whole = MessageCodec.header(in);
            if (!whole.initiator().equals(piece.initiator())
                    || !whole.responder().equals(piece.responder())) {
                return new Outcome.Refused(
                        "fragments of a message of "
                                + whole.cookies()
                                + ", not "
                                + piece.cookies());
            }
            if (PayloadType.of(MessageCodec.firstPayload(joined)) == PayloadType.FRAGMENT) {
                return new Outcome.Refused("fragments of a fragment");
            }
            return new Outcome.Complete(joined);
        } catch (WireException tooShort) {
            return new Outcome.Refused("fragments of no message: " + tooShort.getMessage());
        }
    }
}

package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.wire.Bytes;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;

/// What came lately, and what was answered: a datagram that comes again gets the same answer, and
/// is not worked on twice. Bounded in number: the oldest is forgotten first.
final class RecentDatagrams {
    private static final int MOST = 4096;
    private static final Duration SOON = Duration.ofSeconds(1);

    /// Of a datagram. MD5, as in racoon: whoever can find two with the same one has only himself to
    /// fool.
    record Fingerprint(Bytes digest) {
        static Fingerprint of(Bytes octets) {
            return new Fingerprint(IkeHash.MD5.digest(octets));
        }
    }

    /// What to do with a datagram.
    sealed interface Verdict {
        /// It is new.
        record Fresh() implements Verdict {}

        /// It came before, from elsewhere: somebody plays with copies.
        record Elsewhere() implements Verdict {}

        /// It came before, and gets the same answer.
        ///
        /// @param soon within a second of the last time
        record Again(List<UdpDatagram> answer, boolean soon) implements Verdict {}
    }

    private record Known(
            InetSocketAddress from, Instant last, List<UdpDatagram> answer, int left) {}

    private final LinkedHashMap<Fingerprint, Known> known = new LinkedHashMap<>();

    /// Looks a datagram up. Each answer is given a number of times; then what is known is forgotten
    /// and the next one is new.
    Verdict judge(Fingerprint fingerprint, InetSocketAddress from, Instant now) {
        Known before = known.get(fingerprint);
        if (before == null) {
            return new Verdict.Fresh();
        }
        if (!before.from().equals(from)) {
            return new Verdict.Elsewhere();
        }
        if (before.left() <= 1) {
            known.remove(fingerprint);
        } else {
            known.put(fingerprint, new Known(from, now, before.answer(), before.left() - 1));
        }
        boolean soon = Duration.between(before.last(), now).compareTo(SOON) < 0;
        return new Verdict.Again(before.answer(), soon);
    }

    /// @param times how often it may be answered again
    void answered(
            Fingerprint fingerprint,
            InetSocketAddress from,
            Instant now,
            List<UdpDatagram> answer,
            int times) {
        known.remove(fingerprint);
        known.put(fingerprint, new Known(from, now, answer, times));
        if (known.size() > MOST) {
            known.pollFirstEntry();
        }
    }

    int size() {
        return known.size();
    }
}

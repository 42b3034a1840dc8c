package org.jipsec.ike;

import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.isakmp.NattDraft;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/// How a phase 1 finds NATs between the peers (RFC 3947 3): each side says by hashes which
/// addresses it sees, and compares what the other sees.
final class NatProgress {
    private final Context context;
    private Optional<NattDraft> draft = Optional.empty();
    private boolean forced;
    private boolean peerIsBehind;
    private boolean weAreBehind;

    NatProgress(Context context) {
        this.context = context;
    }

    /// Both have announced it.
    void select(NattDraft selected, boolean force, InetAddress peer) {
        if (draft.isPresent()) {
            return;
        }
        draft = Optional.of(selected);
        forced = force;
        context.info(peer, "Selected NAT-T version: " + selected.text());
    }

    Optional<NattDraft> draft() {
        return draft;
    }

    boolean isDetected() {
        return peerIsBehind || weAreBehind;
    }

    boolean weAreBehind() {
        return weAreBehind;
    }

    boolean peerIsBehind() {
        return peerIsBehind;
    }

    /// Whether a side with a NAT goes to port 4500.
    boolean changesPort() {
        return isDetected() && draft.filter(NattDraft::changesPort).isPresent();
    }

    /// The two payloads we send: the peer's address first, then ours.
    List<Payload.NatDetection> own(
            IkeHash hash, Cookies cookies, InetSocketAddress local, InetSocketAddress remote) {
        if (draft.isEmpty()) {
            return List.of();
        }
        List<Payload.NatDetection> payloads =
                List.of(
                        new Payload.NatDetection(
                                draft.get().numbers(), sent(hash, cookies, remote)),
                        new Payload.NatDetection(
                                draft.get().numbers(), sent(hash, cookies, local)));
        context.info("Adding remote and local NAT-D payloads.");
        return payloads;
    }

    private Bytes sent(IkeHash hash, Cookies cookies, InetSocketAddress place) {
        reportHashing(hash, place, forced ? "(NAT-T forced)" : "");
        return forced
                ? NatDetectionHash.of(hash, cookies, nowhere(place.getAddress()), 0)
                : NatDetectionHash.of(hash, cookies, place.getAddress(), place.getPort());
    }

    private static InetAddress nowhere(InetAddress like) {
        try {
            return InetAddress.getByAddress(new byte[like.getAddress().length]);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    /// Compares what the peer sees: the first payload is of our address, the others of its own,
    /// which may have several.
    ///
    /// @throws NegotiationException when there is one only
    void check(
            IkeHash hash,
            Cookies cookies,
            InetSocketAddress local,
            InetSocketAddress remote,
            PayloadChain chain)
            throws NegotiationException {
        List<Payload.NatDetection> told = chain.all(Payload.NatDetection.class).toList();
        if (draft.isEmpty() || told.isEmpty()) {
            return;
        }
        if (told.size() < 2) {
            throw NegotiationException.silently(
                    Cause.MALFORMED, "NAT-D: one payload, where two or more are needed");
        }
        weAreBehind = !matches(hash, cookies, local, told.subList(0, 1), 0);
        peerIsBehind = !matches(hash, cookies, remote, told.subList(1, told.size()), 1);
        context.info(
                isDetected()
                        ? "NAT detected: %s%s"
                                .formatted(weAreBehind ? "ME " : "", peerIsBehind ? "PEER" : "")
                        : "NAT not detected ");
    }

    private boolean matches(
            IkeHash hash,
            Cookies cookies,
            InetSocketAddress place,
            List<Payload.NatDetection> told,
            int number) {
        boolean same = false;
        if (!forced) {
            reportHashing(hash, place, "");
            Bytes own = NatDetectionHash.of(hash, cookies, place.getAddress(), place.getPort());
            same = told.stream().anyMatch(each -> each.body().matches(own));
        }
        context.info("NAT-D payload #%d %s".formatted(number, same ? "verified" : "doesn't match"));
        return same;
    }

    private void reportHashing(IkeHash hash, InetSocketAddress place, String note) {
        context.info(
                place.getAddress(),
                "Hashing %s[%d] with algo #%d %s"
                        .formatted(
                                IpText.text(place.getAddress()),
                                place.getPort(),
                                hash.number(),
                                note));
    }

    static boolean isForced(NatTraversal setting) {
        return setting == NatTraversal.FORCE;
    }
}

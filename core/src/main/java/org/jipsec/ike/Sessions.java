package org.jipsec.ike;

import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.Header;
import org.jipsec.sadb.SaId;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All phase 1s and phase 2s there are, by what they are looked for.
///
/// Strangers' negotiations are bounded in number: when there are too many, the eldest that has not
/// shown more than a first message goes. Who is really there sends it again; who forges addresses
/// gets nothing.
final class Sessions {
    /// Negotiations that strangers began and nobody has proved anything in.
    static final int MOST_HALF_OPEN = 2048;

    private record Phase2Key(Phase1 phase1, int messageId) {}

    private final Map<Cookies, Phase1> byCookies = new LinkedHashMap<>();
    private final Map<Cookie, Phase1> unanswered = new HashMap<>();
    private final LinkedHashMap<Phase1, Boolean> halfOpen = new LinkedHashMap<>();
    private final Map<InetAddress, List<Phase1>> byPeer = new HashMap<>();
    private final Map<Phase2Key, Phase2> phase2s = new LinkedHashMap<>();
    private final Map<Phase1, List<Phase2>> byPhase1 = new HashMap<>();
    private final Map<SaId, Phase2> bySa = new HashMap<>();

    /// @return one that has to end, for there are too many
    Optional<Phase1> add(Phase1 phase1) {
        byPeer.computeIfAbsent(phase1.peer(), _ -> new ArrayList<>(1)).add(phase1);
        if (phase1.cookies().responder().isZero()) {
            unanswered.put(phase1.cookies().initiator(), phase1);
            return Optional.empty();
        }
        byCookies.put(phase1.cookies(), phase1);
        halfOpen.put(phase1, true);
        return halfOpen.size() > MOST_HALF_OPEN
                ? Optional.of(halfOpen.firstEntry().getKey())
                : Optional.empty();
    }

    void named(Phase1 phase1) {
        unanswered.remove(phase1.cookies().initiator());
        byCookies.put(phase1.cookies(), phase1);
    }

    /// It is more than a stranger's first message.
    void trust(Phase1 phase1) {
        halfOpen.remove(phase1);
    }

    void remove(Phase1 phase1) {
        unanswered.remove(phase1.cookies().initiator(), phase1);
        byCookies.remove(phase1.cookies(), phase1);
        halfOpen.remove(phase1);
        byPeer.computeIfPresent(
                phase1.peer(),
                (_, all) -> {
                    all.remove(phase1);
                    return all.isEmpty() ? null : all;
                });
    }

    /// Its peer has another address now.
    void moved(Phase1 phase1, InetAddress before) {
        if (before.equals(phase1.peer()) || phase1.isEnded()) {
            return;
        }
        byPeer.computeIfPresent(
                before,
                (_, all) -> {
                    all.remove(phase1);
                    return all.isEmpty() ? null : all;
                });
        byPeer.computeIfAbsent(phase1.peer(), _ -> new ArrayList<>(1)).add(phase1);
    }

    Optional<Phase1> find(Header header) {
        return find(Cookies.of(header));
    }

    /// Both cookies; or the initiator's, while the responder's is not known.
    Optional<Phase1> find(Cookies cookies) {
        return Optional.ofNullable(byCookies.get(cookies))
                .or(() -> Optional.ofNullable(unanswered.get(cookies.initiator())));
    }

    List<Phase1> phase1s(InetAddress peer) {
        return List.copyOf(byPeer.getOrDefault(peer, List.of()));
    }

    /// What a new quick mode between two addresses runs under: the youngest ISAKMP SA that is not
    /// about to end.
    Optional<Phase1> usable(InetAddress local, InetAddress remote) {
        return byPeer.getOrDefault(remote, List.of()).stream()
                .filter(each -> each.local().getAddress().equals(local))
                .filter(each -> each.established().isPresent() && !each.isDying())
                .max(Comparator.comparing(each -> each.established().orElseThrow().since()));
    }

    /// Whether one of the two is negotiating.
    boolean isNegotiating(InetAddress local, InetAddress remote) {
        return byPeer.getOrDefault(remote, List.of()).stream()
                .filter(each -> each.local().getAddress().equals(local))
                .anyMatch(each -> each.established().isEmpty() && !each.isEnded());
    }

    Collection<Phase1> phase1s() {
        List<Phase1> all = new ArrayList<>(byCookies.values());
        all.addAll(unanswered.values());
        return all;
    }

    void add(Phase2 phase2) {
        phase2s.put(new Phase2Key(phase2.phase1(), phase2.messageId()), phase2);
        byPhase1.computeIfAbsent(phase2.phase1(), _ -> new ArrayList<>(1)).add(phase2);
    }

    void done(Phase2 phase2) {
        phase2.saIds().forEach(id -> bySa.put(id, phase2));
    }

    void remove(Phase2 phase2) {
        phase2s.remove(new Phase2Key(phase2.phase1(), phase2.messageId()));
        byPhase1.computeIfPresent(
                phase2.phase1(),
                (_, all) -> {
                    all.remove(phase2);
                    return all.isEmpty() ? null : all;
                });
        phase2.saIds().forEach(id -> bySa.remove(id, phase2));
    }

    /// Its SAs have followed the peer.
    void followed(Phase2 phase2, InetSocketAddress now) {
        phase2.saIds().forEach(id -> bySa.remove(id, phase2));
        phase2.followed(now);
        done(phase2);
    }

    Optional<Phase2> find(Phase1 phase1, int messageId) {
        return Optional.ofNullable(phase2s.get(new Phase2Key(phase1, messageId)));
    }

    Optional<Phase2> find(SaId id) {
        return Optional.ofNullable(bySa.get(id));
    }

    List<Phase2> phase2s(Phase1 phase1) {
        return List.copyOf(byPhase1.getOrDefault(phase1, List.of()));
    }

    Collection<Phase2> phase2s() {
        return List.copyOf(phase2s.values());
    }

    /// They go on under another ISAKMP SA.
    void handOver(Phase1 from, Phase1 to) {
        for (Phase2 each : phase2s(from)) {
            if (each.isDone()) {
                remove(each);
                each.moveTo(to);
                add(each);
                done(each);
            }
        }
    }
}

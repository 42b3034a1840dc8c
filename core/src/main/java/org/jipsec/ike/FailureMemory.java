package org.jipsec.ike;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;

/// The last failures of each peer. Bounded in peers, whose eldest is forgotten first, and in
/// failures of each, so that forged addresses fill nothing.
final class FailureMemory {
    static final int PEERS = 1024;
    static final int EACH = 8;

    private final LinkedHashMap<InetAddress, Deque<Failure>> byPeer = new LinkedHashMap<>();

    void add(Failure failure) {
        InetAddress peer = failure.remote().getAddress();
        Deque<Failure> own = byPeer.remove(peer);
        if (own == null) {
            own = new ArrayDeque<>();
            if (byPeer.size() == PEERS) {
                byPeer.pollFirstEntry();
            }
        }
        byPeer.put(peer, own);
        if (own.size() == EACH) {
            own.removeFirst();
        }
        own.addLast(failure);
    }

    /// Of one peer, the eldest first.
    List<Failure> of(InetAddress peer) {
        return List.copyOf(byPeer.getOrDefault(peer, new ArrayDeque<>()));
    }

    /// Of all, the peers in the order of their last failure.
    List<Failure> all() {
        return byPeer.values().stream().flatMap(Deque::stream).toList();
    }
}

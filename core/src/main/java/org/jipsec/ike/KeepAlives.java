package org.jipsec.ike;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// The ways that a NAT is kept open on (RFC 3948 4), each as long as any ISAKMP SA uses it.
final class KeepAlives {
    private record Way(InetSocketAddress local, InetSocketAddress remote) {
        @Override
        public String toString() {
            return Places.text(local) + "->" + Places.text(remote);
        }
    }

    private final Context context;
    private final Map<Phase1, Way> used = new HashMap<>();
    private final Map<Way, Integer> users = new HashMap<>();

    KeepAlives(Context context) {
        this.context = context;
    }

    /// From now on on its way, if a NAT is there.
    void follow(Phase1 phase1) {
        Way way = new Way(phase1.local(), phase1.remote());
        if (!phase1.isOnNatPort() || way.equals(used.get(phase1))) {
            return;
        }
        forget(phase1);
        used.put(phase1, way);
        int count = users.merge(way, 1, Integer::sum);
        if (count == 1) {
            context.info("KA list add: " + way);
            arm(way);
        } else {
            context.debug("KA found: %s (in_use=%d)".formatted(way, count));
        }
    }

    void forget(Phase1 phase1) {
        Way way = used.remove(phase1);
        if (way == null) {
            return;
        }
        int left = users.merge(way, -1, Integer::sum);
        if (left == 0) {
            users.remove(way);
            context.agenda().disarm(way, Agenda.Kind.KEEP_ALIVE);
            context.info("KA remove: " + way);
        }
    }

    private void arm(Way way) {
        Duration interval = context.settings().timers().nattKeepalive();
        if (!interval.isPositive()) {
            return;
        }
        context.agenda()
                .arm(
                        way,
                        Agenda.Kind.KEEP_ALIVE,
                        context.now().plus(interval),
                        () -> {
                            context.keepAlive(way.local(), way.remote());
                            arm(way);
                        });
    }
}

package org.jipsec.ike;

import org.jipsec.ike.settings.Timers;

import java.util.List;

/// The last message of an exchange, sent again until it is answered. One of an exchange at a time.
final class Transmission {
    private final Context context;
    private List<UdpDatagram> datagrams = List.of();
    private int left;
    private Runnable givenUp = () -> {};

    Transmission(Context context) {
        this.context = context;
    }

    /// Sends, and sends again as `timer` says.
    ///
    /// @param message its datagrams: several of a fragmented one
    /// @param onGivingUp an interval after the last time
    void repeat(List<UdpDatagram> message, Runnable onGivingUp) {
        datagrams = message;
        left = context.settings().timers().retransmissions();
        givenUp = onGivingUp;
        again();
    }

    /// Sends now, and not again.
    void once(List<UdpDatagram> message) {
        stop();
        emit(message);
    }

    void stop() {
        datagrams = List.of();
        context.agenda().disarm(this, Agenda.Kind.RETRANSMIT);
    }

    private void again() {
        if (left == 0) {
            stop();
            givenUp.run();
            return;
        }
        left--;
        emit(datagrams);
        context.agenda()
                .arm(
                        this,
                        Agenda.Kind.RETRANSMIT,
                        context.now().plus(context.settings().timers().interval()),
                        this::again);
    }

    private void emit(List<UdpDatagram> message) {
        Timers timers = context.settings().timers();
        for (int copy = 0; copy < timers.perSend(); copy++) {
            message.forEach(context::send);
        }
    }
}

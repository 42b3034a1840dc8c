package org.jipsec.ike;

import org.jipsec.ike.settings.DeadPeerDetection;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Protocol;
import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.time.Duration;

/// Dead peer detection on one ISAKMP SA (RFC 3706).
final class Liveness {
    private static final int FIRST_NUMBERS = 4096;
    private static final long MODULUS = 1L << 32;

    private final Context context;
    private final Informational informational;
    private final Phase1 phase1;
    private final Runnable dead;
    private long sent;
    private long acknowledged;
    private int failures;

    /// @param dead the peer is
    Liveness(Context context, Informational informational, Phase1 phase1, Runnable dead) {
        this.context = context;
        this.informational = informational;
        this.phase1 = phase1;
        this.dead = dead;
        this.sent = context.random().nextInt(FIRST_NUMBERS);
        this.acknowledged = sent;
    }

    void start() {
        DeadPeerDetection settings = phase1.settings().deadPeerDetection();
        if (settings.probes() && phase1.announcements().deadPeerDetection(phase1.settings())) {
            arm(settings.delay());
        }
    }

    private void arm(Duration after) {
        context.agenda().arm(phase1, Agenda.Kind.PROBE, context.now().plus(after), this::probe);
    }

    private void probe() {
        DeadPeerDetection settings = phase1.settings().deadPeerDetection();
        if (failures >= settings.maximumFailures()) {
            context.info(
                    phase1.peer(),
                    "DPD: remote (ISAKMP-SA spi=%s) seems to be dead."
                            .formatted(phase1.cookiesText()));
            dead.run();
            return;
        }
        failures++;
        sent = (sent + 1) % MODULUS;
        informational.send(phase1, payload(NotifyType.R_U_THERE, sent));
        arm(settings.retry());
    }

    private Payload.Notify payload(NotifyType type, long number) {
        return Payload.Notify.of(
                Protocol.ISAKMP,
                Informational.spi(phase1.cookies()),
                type,
                Bytes.of(ByteBuffer.allocate(4).putInt((int) number).array()));
    }

    /// A probe of the peer's: always answered.
    void asked(Payload.Notify notify) {
        if (notify.sequence().isEmpty() || !isOurs(notify.spi())) {
            context.error(phase1.peer(), "malformed R-U-THERE received.");
            return;
        }
        informational.send(
                phase1, payload(NotifyType.R_U_THERE_ACK, notify.sequence().getAsLong()));
    }

    /// An answer to a probe of ours.
    void acknowledged(Payload.Notify notify) {
        if (!isOurs(notify.spi())) {
            context.warning("Cookie mismatch in DPD ACK!.");
            return;
        }
        if (notify.sequence().isEmpty() || !isAwaited(notify.sequence().getAsLong())) {
            context.warning("Wrong DPD sequence number");
            return;
        }
        acknowledged = notify.sequence().getAsLong();
        failures = 0;
        arm(phase1.settings().deadPeerDetection().delay());
    }

    /// Behind the last one answered, and not in the future; the number may have wrapped.
    private boolean isAwaited(long number) {
        long age = Math.floorMod(sent - number, MODULUS);
        long open = Math.floorMod(sent - acknowledged, MODULUS);
        return age < open;
    }

    /// Both cookies; some have them the other way round.
    private boolean isOurs(Bytes spi) {
        Cookies cookies = phase1.cookies();
        return spi.equals(Informational.spi(cookies))
                || spi.equals(
                        Informational.spi(new Cookies(cookies.responder(), cookies.initiator())));
    }
}

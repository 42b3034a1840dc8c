package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyDump;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.function.Predicate;

/// `-x`: each message with the time before it, as the original prints it.
final class MonitorPrinter implements Predicate<ByteBuffer> {
    private static final int HEADER = 16;
    private static final int X_PROMISC = 11;

    private final Host host;
    private final PrintWriter out;
    private final boolean hex;
    private final boolean bareSeconds;

    MonitorPrinter(Host host, PrintWriter out, boolean hex, boolean bareSeconds) {
        this.host = host;
        this.out = out;
        this.hex = hex;
        this.bareSeconds = bareSeconds;
    }

    /// False when nobody reads any more.
    @Override
    public boolean test(ByteBuffer message) {
        StringBuilder text = new StringBuilder();
        appendTime(text, host.clock().instant());
        if (hex) {
            text.append(PfkeyDump.hex(message));
        }
        // What a promiscuous socket hears may come wrapped; the wrapper alone is only an answer.
        ByteBuffer inner = message.slice();
        if (inner.remaining() >= 2 && inner.get(1) == X_PROMISC) {
            inner.position(Math.min(HEADER, inner.limit()));
        }
        if (inner.hasRemaining()) {
            text.append(PfkeyDump.text(inner)).append('\n');
        }
        out.append(text).flush();
        return !out.checkError();
    }

    private void appendTime(StringBuilder text, Instant now) {
        if (bareSeconds) {
            text.append(now.getEpochSecond());
        } else {
            ZonedDateTime local = now.atZone(host.zone().get());
            appendTwoDigits(text, local.getHour());
            appendTwoDigits(text.append(':'), local.getMinute());
            appendTwoDigits(text.append(':'), local.getSecond());
        }
        String micros = Integer.toString(now.getNano() / 1000);
        text.append('.').append("0".repeat(6 - micros.length())).append(micros).append(" \n");
    }

    private static void appendTwoDigits(StringBuilder text, int number) {
        if (number < 10) {
            text.append('0');
        }
        text.append(number);
    }
}

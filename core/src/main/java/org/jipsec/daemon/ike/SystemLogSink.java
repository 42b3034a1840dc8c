package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;
import org.jipsec.os.OsException;
import org.jipsec.os.SystemLog;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The system's log, facility daemon. A log daemon that is restarted is found again; without one,
/// lines are lost.
public final class SystemLogSink implements LogSink {
    private static final int FACILITY = 3 << 3; // LOG_DAEMON
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    private final String path;
    private final String tag;
    private final InstantSource clock;
    private final ZoneId zone;
    private @Nullable SystemLog socket;

    /// @param path of the log daemon's socket, [SystemLog#SOCKET]
    /// @param tag who we are: `jracoon[1234]`
    public SystemLogSink(String path, String tag, InstantSource clock, ZoneId zone) {
        this.path = path;
        this.tag = tag;
        this.clock = clock;
        this.zone = zone;
    }

    @Override
    public void write(IkeReport.Level level, String line) {
        String message =
                "<%d>%s %s: %s"
                        .formatted(
                                FACILITY + severity(level),
                                DATE.format(clock.instant().atZone(zone)),
                                tag,
                                line);
        if (!sent(message)) {
            close();
            sent(message);
        }
    }

    private boolean sent(String message) {
        try {
            SystemLog open = socket;
            if (open == null) {
                open = SystemLog.open(path);
                socket = open;
            }
            return open.send(message).isEmpty();
        } catch (OsException nobodyThere) {
            return false;
        }
    }

    private static int severity(IkeReport.Level level) {
        return switch (level) {
            case ERROR -> 3;
            case WARNING -> 4;
            case NOTIFY -> 5;
            case INFO -> 6;
            case DEBUG, DEBUG2 -> 7;
        };
    }

    @Override
    public void close() {
        SystemLog open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}

package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The log: what is at the level asked for, in one form, to one sink. Whatever strangers send, it
/// is bounded: of each kind so many lines at once and so many a second after that, the rest is
/// counted. Any thread.
public final class IkeLog implements Consumer<IkeReport>, AutoCloseable {
    private final LogForm form;
    private final LogSink sink;
    private final InstantSource clock;
    private final LogAllowance troubles;
    private final LogAllowance news;
    private volatile IkeReport.Level level;

    /// @param clock the host's, as people read it
    /// @param level up to which lines are written
    public IkeLog(LogForm form, LogSink sink, InstantSource clock, IkeReport.Level level) {
        this.form = form;
        this.sink = sink;
        this.clock = clock;
        this.level = level;
        Instant now = clock.instant();
        this.troubles = new LogAllowance(500, 50, now);
        this.news = new LogAllowance(20_000, 2_000, now);
    }

    public void level(IkeReport.Level newLevel) {
        level = newLevel;
    }

    @Override
    public void accept(IkeReport report) {
        if (report.level().compareTo(level) > 0) {
            return;
        }
        synchronized (sink) {
            Instant now = clock.instant();
            switch (report.level()) {
                case ERROR, WARNING, NOTIFY -> write(troubles, report, now);
                case INFO -> write(news, report, now);
                case DEBUG, DEBUG2 -> write(report, now); // who asks for these wants all
            }
        }
    }

    private void write(LogAllowance allowance, IkeReport report, Instant now) {
        if (!allowance.take(now)) {
            return;
        }
        long withheld = allowance.withheld();
        if (withheld > 0) {
            write(
                    new IkeReport(
                            IkeReport.Level.WARNING,
                            Optional.empty(),
                            withheld + " lines withheld: there were too many at once",
                            Map.of()),
                    now);
        }
        write(report, now);
    }

    private void write(IkeReport report, Instant now) {
        sink.write(report.level(), form.line(report, now));
    }

    public void reopen() {
        synchronized (sink) {
            sink.reopen();
        }
    }

    @Override
    public void close() {
        synchronized (sink) {
            sink.close();
        }
    }
}

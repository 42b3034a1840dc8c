package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeReport;

/// Where lines of a log go. One thread at a time; nothing here fails: a log that cannot be written
/// is no reason to stop.
public interface LogSink extends AutoCloseable {
    void write(IkeReport.Level level, String line);

    /// A file is opened anew, as somebody may have put the old one away.
    default void reopen() {}

    @Override
    default void close() {}
}

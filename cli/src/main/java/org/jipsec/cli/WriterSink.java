package org.jipsec.cli;

import org.jipsec.daemon.ike.LogSink;
import org.jipsec.ike.IkeReport;

import java.io.PrintWriter;

/// A log on a stream of the program's.
record WriterSink(PrintWriter out) implements LogSink {
    @Override
    public void write(IkeReport.Level level, String line) {
        out.println(line);
        out.flush();
    }
}

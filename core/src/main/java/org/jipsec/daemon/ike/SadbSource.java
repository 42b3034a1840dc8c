package org.jipsec.daemon.ike;

import org.jipsec.sadb.SadbBackend;

import java.io.IOException;

/// Opens the databases: at the start, and anew when the way to them broke.
@FunctionalInterface
public interface SadbSource {
    /// @throws IOException they cannot be reached now; the message is for the log
    SadbBackend open() throws IOException;
}

package org.jipsec.cli;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;

import java.io.IOException;
import java.util.function.Consumer;

/// Connects a service to the network.
@FunctionalInterface
interface WireOpener {
    /// Packets flow when it returns.
    ///
    /// @param messages is told what the administrator should know, a line each
    /// @param failed is told, once and by any thread, why the wire cannot go on
    /// @throws IOException the network cannot be had; the message is for the user
    WireLink open(
            SadbEngine engine,
            KeyService service,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException;
}

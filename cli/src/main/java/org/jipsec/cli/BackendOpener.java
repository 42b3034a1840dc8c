package org.jipsec.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Finds the backend that a program talks to.
interface BackendOpener {
    /// @param socket what `--socket` names
    /// @param notice is told, in one line, what the user should know: that a service was started
    /// @throws IOException there is none; the message is for the user
    BackendLink open(BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
            throws IOException;

    /// The same, for `--classic`: a kernel's PF_KEY is spoken to as the original does.
    default BackendOpener asSetkey() {
        return this;
    }

    /// Whether [#open] would go to the running kernel, which is then to be asked what it can do
    /// before a text is checked. Starts nothing.
    default boolean leadsToKernel(BackendChoice choice, Optional<Path> socket) throws IOException {
        return false;
    }
}

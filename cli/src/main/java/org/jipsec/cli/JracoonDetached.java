package org.jipsec.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// jracoon in the background: a process of its own, that the one at the terminal waits for until it
/// listens or says why it cannot.
final class JracoonDetached {
    /// In the environment of that process.
    private static final String VARIABLE = "JIPSEC_DETACHED";

    private static final String READY = "jracoon: ready, pid ";

    private JracoonDetached() {}

    /// Whether we are that process.
    static boolean isSelf(Host host) {
        return host.variable(VARIABLE).isPresent();
    }

    /// Returns when it listens.
    ///
    /// @return the exit status
    static int start(Host host, JracoonOptions options, PrintWriter err) {
        List<String> command = new ArrayList<>(ServiceStarter.detached(options.program()));
        command.addAll(ServiceStarter.program(host, "jracoon"));
        command.addAll(options.arguments(host));
        ProcessBuilder builder = ServiceStarter.process(command);
        builder.environment().put(VARIABLE, "yes");
        builder.directory(host.folder().toAbsolutePath().toFile()); // names mean what they do here
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        try {
            Process process = builder.start();
            // not closed when it is ready: what it might still say would end it
            BufferedReader said =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith(READY)) {
                    return 0;
                }
                err.println(line);
                err.flush();
            }
            return Math.max(1, process.waitFor());
        } catch (IOException failed) {
            err.println(
                    options.program() + ": failed to be daemon. (" + Reasons.message(failed) + ")");
            return 1;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /// Tells the one who waits, if somebody does.
    static void announce(Host host, PrintWriter out) {
        if (isSelf(host)) {
            out.println(READY + ProcessHandle.current().pid());
            out.flush();
        }
    }
}

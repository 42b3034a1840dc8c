package org.jipsec.daemon.ike;

import org.jipsec.testing.Namespaces;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What passes a device, as tcpdump(8) reads it while it passes.
final class LiveCapture implements AutoCloseable {
    private final Process tcpdump;
    private final BufferedReader text;
    private final List<String> lines = new ArrayList<>();

    /// Listens when it returns.
    LiveCapture(Namespaces hosts, String host, String device) throws IOException {
        tcpdump =
                hosts.start(
                        host,
                        "timeout",
                        "60",
                        "tcpdump",
                        "-n",
                        "-l",
                        "--immediate-mode",
                        "-i",
                        device,
                        "ip");
        text =
                new BufferedReader(
                        new InputStreamReader(tcpdump.getInputStream(), StandardCharsets.US_ASCII));
        while (!line().startsWith("listening")) {
            // it says what it is, and that -v would say more
        }
    }

    private String line() throws IOException {
        String line = text.readLine();
        if (line == null) {
            throw new IOException("tcpdump has ended; before: " + lines);
        }
        return line;
    }

    /// Waits for packets.
    ///
    /// @param count so many that contain `what`, since the last call
    /// @return a line for each packet so far
    List<String> until(int count, String what) throws IOException {
        for (int left = count; left > 0; ) {
            String line = line();
            lines.add(line);
            if (line.contains(what)) {
                left--;
            }
        }
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        tcpdump.destroy();
    }
}

package org.jipsec.cli;

import org.jipsec.testing.Namespaces;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What tcpdump sees on a device: every packet of IPv4 and IPv6, whole, in a file.
final class WireCapture implements AutoCloseable {
    private final Namespaces hosts;
    private final String host;
    private final Path file;
    private final Process tcpdump;

    private WireCapture(Namespaces hosts, String host, Path file, Process tcpdump) {
        this.hosts = hosts;
        this.host = host;
        this.file = file;
        this.tcpdump = tcpdump;
    }

    /// Returns when it listens.
    static WireCapture start(Namespaces hosts, String host, String device, Path file) {
        Process tcpdump =
                hosts.start(
                        host,
                        "tcpdump",
                        "-n",
                        "-U",
                        "--immediate-mode",
                        "-B",
                        "16384",
                        "-Z",
                        "root",
                        "-i",
                        device,
                        "-w",
                        file.toString(),
                        "ip or ip6");
        // The file's header is written once the device is open.
        Patience.until(
                () -> size(file) >= 24 || !tcpdump.isAlive(), () -> "tcpdump does not listen");
        return new WireCapture(hosts, host, file, tcpdump);
    }

    /// Ends it; what was seen can be asked for from now on.
    WireCapture stop() {
        tcpdump.destroy();
        try {
            if (!tcpdump.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("tcpdump does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return this;
    }

    /// As tcpdump prints them, without times, and without AH's check values: it once left them out.
    ///
    /// @param filter in tcpdump's language
    List<String> lines(String filter) {
        return hosts.run(host, "tcpdump", "-n", "-t", "-r", file.toString(), filter)
                .lines()
                .filter(line -> line.startsWith("IP"))
                .map(line -> line.replaceFirst(",icv=0x[0-9a-f]+", ""))
                .toList();
    }

    /// Whether these octets are anywhere in it.
    boolean shows(String text) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    }

    @Override
    public void close() {
        tcpdump.destroyForcibly();
    }

    private static long size(Path file) {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

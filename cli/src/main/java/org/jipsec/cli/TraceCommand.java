package org.jipsec.cli;

import org.jipsec.diag.Rendering;
import org.jipsec.diag.SourceText;
import org.jipsec.trace.FilterException;
import org.jipsec.trace.TraceFilter;
import org.jipsec.trace.TraceFrame;
import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// `jipsec trace`: packets as they pass, on the screen and in a file.
final class TraceCommand {
    private final Host host;
    private final BackendOpener backends;

    TraceCommand(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends;
    }

    /// @param words of the filter
    /// @throws UsageException an option makes no sense
    int run(GivenOptions given, List<String> words, PrintWriter out, PrintWriter err)
            throws UsageException {
        long most = count(given);
        String filter = String.join(" ", words);
        try {
            TraceFilter.parse(filter);
        } catch (FilterException wrong) {
            SourceText source = SourceText.of("filter", filter, (octets, from, to) -> List.of());
            boolean color =
                    ColorChoice.of(given.value("--color", "auto"))
                            .onStream(host.errorIsTerminal(), host);
            err.print(new Rendering(source, color).one(wrong.diagnostic()));
            return 2;
        }
        try {
            Optional<Path> socket = ServicePlace.option(given);
            try (Watch watch = watch(given, socket, filter, out, err)) {
                return follow(watch, most, out, err);
            }
        } catch (IOException failed) {
            err.println("jipsec: " + Reasons.message(failed));
            return 1;
        }
    }

    /// What is open while we watch.
    private record Watch(
            ServiceClient client, @Nullable OutputStream file, @Nullable KeyExport keys)
            implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try (client;
                    OutputStream _ = file;
                    KeyExport _ = keys) {
                // all three, whatever one of them says
            }
        }
    }

    private static long count(GivenOptions given) throws UsageException {
        String text = given.value("--count", "0");
        try {
            long count = Long.parseLong(text);
            if (count < 0 || (count == 0 && given.has("--count"))) {
                throw new UsageException("-c needs a number of packets, not " + text);
            }
            return count == 0 ? Long.MAX_VALUE : count;
        } catch (NumberFormatException wrong) {
            throw new UsageException("-c needs a number of packets, not " + text);
        }
    }

    private Watch watch(
            GivenOptions given,
            Optional<Path> socket,
            String filter,
            PrintWriter out,
            PrintWriter err)
            throws IOException {
        ServicePlace place = running(socket, filter);
        ServiceClient client = ServiceClient.trace(place, filter);
        KeyExport keys = null;
        try {
            if (given.has("--keys")) {
                Path folder = host.path(given.value("--keys", ""));
                keys = KeyExport.start(backends, place, folder, err);
            }
            return new Watch(
                    client, given.has("--write") ? create(given.value("--write", "")) : null, keys);
        } catch (IOException failed) {
            client.close();
            if (keys != null) {
                keys.close();
            }
            throw failed;
        }
    }

    /// The first place where a service answers.
    private ServicePlace running(Optional<Path> socket, String filter) throws IOException {
        for (ServicePlace place : ServicePlace.candidates(host, socket)) {
            if (place.isClosedToUs()) {
                throw new java.nio.file.AccessDeniedException(place.socket().toString());
            }
            if (ServiceClient.state(place).isPresent()) {
                return place;
            }
        }
        throw new IOException(
                "no jipsecd is running that could be asked: start it with jipsecd, or jsetkey -f"
                        + " FILE");
    }

    /// Readable only by us: it holds traffic in the clear.
    private OutputStream create(String name) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        host.path(name),
                        EnumSet.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        return new BufferedOutputStream(java.nio.channels.Channels.newOutputStream(channel));
    }

    private int follow(Watch watch, long most, PrintWriter out, PrintWriter err)
            throws IOException {
        TracePrinter printer = new TracePrinter(out, host.zone().get());
        boolean served = false;
        try (EndSignal interrupted = new EndSignal(watch.client::close)) {
            err.println("jipsec: watching, end with ctrl-c");
            err.flush();
            TraceFrame frame = watch.client.next();
            while (frame != null) {
                save(watch.file, frame);
                printer.print(frame);
                if (printer.packets() >= most || out.checkError()) {
                    break;
                }
                served = true;
                frame = watch.client.next();
            }
            if (frame == null) {
                err.println("jipsec: jipsecd has ended");
            }
        } catch (ClosedChannelException end) {
            served = true;
        } finally {
            err.println(
                    "jipsec: %d packets shown, %d lost"
                            .formatted(printer.packets(), printer.lost()));
            err.flush();
            out.flush();
        }
        return served || printer.packets() > 0 ? 0 : 1;
    }

    private static void save(@Nullable OutputStream file, TraceFrame frame) throws IOException {
        if (file != null) {
            file.write(frame.blocks());
            file.flush();
        }
    }
}

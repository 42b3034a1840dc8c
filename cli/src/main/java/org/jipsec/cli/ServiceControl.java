package org.jipsec.cli;

import org.jipsec.dataplane.OwnerSocket;
import org.jipsec.trace.FilterException;
import org.jipsec.trace.TraceFeed;
import org.jipsec.trace.TraceFilter;
import org.jipsec.trace.TraceFrame;
import org.jipsec.trace.TraceListener;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The socket on which a service is asked about itself: one line of the client's, then
///
/// ```
/// status          ok STATE
/// trace [FILTER]  ok, or no and why; then TraceFrames until either side closes
/// ```
final class ServiceControl implements AutoCloseable {
    /// Clients at the same time; more are sent away.
    static final int MOST_CLIENTS = 16;

    private static final int LONGEST_REQUEST = 8192;
    private static final long PATIENCE_MILLIS = 250;

    private final Optional<TraceFeed> feed;
    private final Supplier<String> state;
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final OwnerSocket socket;

    private ServiceControl(Path path, Optional<TraceFeed> feed, Supplier<String> state)
            throws IOException {
        this.feed = feed;
        this.state = state;
        this.socket = OwnerSocket.open(path, this::welcome);
    }

    /// @param feed empty where no packets pass
    /// @param state what to say to `status`, one line
    static ServiceControl open(Path path, Optional<TraceFeed> feed, Supplier<String> state)
            throws IOException {
        return new ServiceControl(path, feed, state);
    }

    private void welcome(SocketChannel client) throws IOException {
        if (clients.size() >= MOST_CLIENTS) {
            client.close();
            return;
        }
        clients.add(client);
        Thread.ofPlatform().daemon().name("control").start(() -> serve(client));
    }

    private void serve(SocketChannel client) {
        try (client) {
            String request = request(client);
            if (request.equals("status")) {
                answer(client, "ok " + state.get());
            } else if (request.equals("trace") || request.startsWith("trace ")) {
                trace(client, request.substring("trace".length()));
            } else {
                answer(client, "no, that is neither status nor trace");
            }
        } catch (IOException gone) {
            // the client, and with it the wish
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } finally {
            clients.remove(client);
        }
    }

    private void trace(SocketChannel client, String filter)
            throws IOException, InterruptedException {
        if (feed.isEmpty()) {
            answer(client, "no, this jipsecd runs in memory: no packets pass it");
            return;
        }
        TraceFilter wanted;
        try {
            wanted = TraceFilter.parse(filter);
        } catch (FilterException wrong) {
            answer(client, "no, " + wrong.getMessage());
            return;
        }
        try (TraceListener listener = feed.get().listen(wanted)) {
            answer(client, "ok");
            send(client, TraceFrame.header(Version.line("jipsecd")).encode());
            // What a client sends now is only its end; seen also while no packet passes.
            Thread waiting =
                    Thread.ofPlatform().daemon().name("control-end").start(() -> drain(client));
            while (waiting.isAlive() && client.isOpen()) {
                Optional<TraceFrame> frame = listener.next(PATIENCE_MILLIS);
                if (frame.isPresent()) {
                    send(client, frame.get().encode());
                }
            }
        }
    }

    private static void drain(SocketChannel client) {
        ByteBuffer ignored = ByteBuffer.allocate(64);
        try {
            while (client.read(ignored.clear()) >= 0) {
                // nothing more is understood
            }
        } catch (IOException gone) {
            // that is an end, too
        }
    }

    private static String request(SocketChannel client) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ByteBuffer octet = ByteBuffer.allocate(1);
        while (line.size() < LONGEST_REQUEST && client.read(octet.clear()) > 0) {
            if (octet.get(0) == '\n') {
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(octet.get(0));
        }
        throw new IOException("no request");
    }

    private static void answer(SocketChannel client, String line) throws IOException {
        send(client, StandardCharsets.UTF_8.encode(line + "\n"));
    }

    private static void send(SocketChannel client, ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            client.write(octets);
        }
    }

    /// Those who still watch see their end.
    @Override
    public void close() throws IOException {
        socket.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}

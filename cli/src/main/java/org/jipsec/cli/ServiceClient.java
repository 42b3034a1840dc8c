package org.jipsec.cli;

import org.jipsec.trace.TraceFrame;
import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The other side of [ServiceControl].
final class ServiceClient implements AutoCloseable {
    private static final int LONGEST_ANSWER = 8192;

    private final SocketChannel socket;
    private final DataInputStream in;

    private ServiceClient(SocketChannel socket) {
        this.socket = socket;
        this.in = new DataInputStream(new java.io.BufferedInputStream(stream(socket), 1 << 16));
    }

    /// How the service here is connected; empty when none can be asked.
    static Optional<String> state(ServicePlace place) {
        try (ServiceClient client = connect(place)) {
            return Optional.of(client.ask("status"));
        } catch (IOException nobody) {
            return Optional.empty();
        }
    }

    /// Packets from now on.
    ///
    /// @throws IOException the service refuses, or there is none; the message is for the user
    static ServiceClient trace(ServicePlace place, String filter) throws IOException {
        ServiceClient client = connect(place);
        try {
            client.ask("trace " + filter);
            return client;
        } catch (IOException refused) {
            client.close();
            throw refused;
        }
    }

    private static ServiceClient connect(ServicePlace place) throws IOException {
        return new ServiceClient(
                SocketChannel.open(UnixDomainSocketAddress.of(place.controlSocket())));
    }

    /// @return null when the service has ended
    @Nullable TraceFrame next() throws IOException {
        return TraceFrame.read(in);
    }

    private String ask(String request) throws IOException {
        ByteBuffer octets = StandardCharsets.UTF_8.encode(request + "\n");
        while (octets.hasRemaining()) {
            socket.write(octets);
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int octet = in.read();
        while (octet >= 0 && octet != '\n' && line.size() < LONGEST_ANSWER) {
            line.write(octet);
            octet = in.read();
        }
        String answer = line.toString(StandardCharsets.UTF_8);
        if (answer.equals("ok") || answer.startsWith("ok ")) {
            return answer.substring(2).strip();
        }
        throw new IOException(
                answer.startsWith("no, ") ? answer.substring(4) : "jipsecd does not answer");
    }

    /// Not that of `Channels`: there a reader keeps the closer waiting.
    private static InputStream stream(SocketChannel socket) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return socket.read(ByteBuffer.wrap(into, offset, length));
            }
        };
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

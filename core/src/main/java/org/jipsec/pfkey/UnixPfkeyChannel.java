package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Messages one behind the other on a stream socket of the UNIX domain.
public final class UnixPfkeyChannel implements PfkeyChannel {
    private final SocketChannel socket;
    private final MessageStream messages;

    /// @param socket connected and blocking; closed with this channel
    public UnixPfkeyChannel(SocketChannel socket) {
        this.socket = socket;
        this.messages = new MessageStream(socket);
    }

    /// @throws IOException nobody listens there, or we may not
    public static UnixPfkeyChannel connect(Path path) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
            return new UnixPfkeyChannel(socket);
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
    }

    @Override
    public void send(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            socket.write(octets);
        }
    }

    @Override
    public @Nullable ByteBuffer receive() throws IOException {
        return messages.next();
    }

    @Override
    public boolean hasReceived() {
        return messages.hasNext();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

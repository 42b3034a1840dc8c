package org.jipsec.dataplane;

import org.jipsec.pfkey.UnixPfkeyChannel;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;

/// Where the clients of a [KeyService] come: an [OwnerSocket] on which PF_KEY is spoken.
public final class KeyServiceSocket implements AutoCloseable {
    private final OwnerSocket socket;

    private KeyServiceSocket(OwnerSocket socket) {
        this.socket = socket;
    }

    /// Listens at `path`; a socket that a dead process left there is replaced. The folder must
    /// exist.
    ///
    /// @throws BindException somebody else listens there
    /// @throws IOException the path cannot be made a socket of ours
    public static KeyServiceSocket open(KeyService service, Path path) throws IOException {
        return new KeyServiceSocket(
                OwnerSocket.open(path, client -> service.attach(new UnixPfkeyChannel(client))));
    }

    /// Clients that are connected stay.
    @Override
    public void close() throws IOException {
        socket.close();
    }
}

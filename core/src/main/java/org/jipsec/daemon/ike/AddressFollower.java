package org.jipsec.daemon.ike;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Consumer;

/// Knows which addresses this host has.
public interface AddressFollower extends AutoCloseable {
    /// Once.
    ///
    /// @param changed is told, on a thread of this, all addresses there are after a change
    /// @param failed is told why nothing more will be told
    /// @return those that are there now
    List<InetAddress> follow(Consumer<List<InetAddress>> changed, Consumer<String> failed)
            throws IOException;

    @Override
    void close();
}

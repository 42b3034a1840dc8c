package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.UdpDatagram;

import java.io.IOException;
import java.util.function.Consumer;

/// Opens the places where IKE is spoken; which ones, [Listening] decides.
public interface IkePorts extends AutoCloseable {
    /// @param place with an address of this host, never a wildcard
    /// @param received is told what comes, markers and keepalives taken away; on any thread, and
    /// is quick
    /// @throws IOException why not: in use, not there (any more), no right to it
    IkePort open(ListeningPlace place, Consumer<UdpDatagram> received) throws IOException;

    /// After all that was opened is closed.
    @Override
    void close();
}

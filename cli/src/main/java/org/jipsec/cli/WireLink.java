package org.jipsec.cli;

import org.jipsec.daemon.ike.IkePorts;
import org.jipsec.dataplane.PacketTap;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

/// The host's network, as far as a [Service] has to do with it.
interface WireLink extends AutoCloseable {
    /// Lets `tap` see the packets of both directions; null for nobody.
    void tap(@Nullable PacketTap tap);

    /// Where IKE is spoken beside ESP in UDP: by the wire itself.
    ///
    /// @param others for places that are not the wire's
    IkePorts ikePorts(IkePorts others);

    /// What there is now, in one line: device, table, filter.
    String state();

    /// Leaves the host as it was.
    @Override
    void close() throws IOException;
}

package org.jipsec.daemon;

import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.PathMtu;

import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;

/// What the [Wire] wants of the host around its device: [Diversion], but in tests of the wire
/// alone.
interface HostSide extends AutoCloseable {
    /// Diverts packets into a device that is there and up.
    @FunctionalInterface
    interface Starter {
        /// @param deviceMtu octets of the longest packet that the device takes
        /// @param failed is told, by any thread, why packets are diverted no more
        HostSide start(int deviceMtu, LearntPathMtus learnt, Consumer<String> failed)
                throws IOException;
    }

    /// Which addresses are this host's own, now and whenever asked.
    Locality locality();

    /// Of the ways beyond this host, for the thread that sends.
    PathMtu pathMtu();

    /// Returns when routes and filter hold every change of the SPD so far.
    void awaitApplied();

    /// The UDP ports where ESP in UDP is received now.
    void encapsulationPorts(Set<Integer> ports);

    /// Whether clear text that policies forbid is kept out.
    boolean isFiltering();

    /// Another path MTU was learnt, or forgotten.
    void pathMtuChanged();

    /// The device was made anew: what led to the old one is gone.
    void deviceReopened();

    /// Ends, and undoes what was done to the host.
    @Override
    void close();

    /// Ends as [#close], because something is broken, but leaves in the host what keeps clear text
    /// of policies from leaving and from coming in.
    void abandon();
}

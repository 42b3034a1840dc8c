package org.jipsec.dataplane;

/// Which addresses are this host's own: packets to them are for us, all others pass through.
@FunctionalInterface
public interface Locality {
    /// @param flow of which only the destination counts
    boolean isLocal(FlowKey flow);
}

package org.jipsec.os;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/// Work that the kernel may leave to us or take from us, so that fewer, larger units cross between.
public enum Offload {
    /// TUN hands out packets whose TCP or UDP checksum is still to be filled in, and takes such.
    TUN_CHECKSUM(Layouts.TUN_F_CSUM),
    /// TUN hands out TCP over IPv4 larger than the MTU, to be segmented here.
    TUN_TSO4(Layouts.TUN_F_TSO4),
    TUN_TSO6(Layouts.TUN_F_TSO6),
    /// TUN hands out UDP over IPv4 larger than the MTU, to be segmented here.
    TUN_USO4(Layouts.TUN_F_USO4),
    TUN_USO6(Layouts.TUN_F_USO6),
    /// A UDP socket takes several datagrams as one and segments them.
    UDP_SEGMENT(0),
    /// A UDP socket hands out several datagrams of one flow as one.
    UDP_GRO(0);

    private final int tunFlag;

    Offload(int tunFlag) {
        this.tunFlag = tunFlag;
    }

    /// What one asks for, unless told otherwise.
    public static Set<Offload> all() {
        return Collections.unmodifiableSet(EnumSet.allOf(Offload.class));
    }

    /// The argument of TUNSETOFFLOAD.
    static int tunFlags(Set<Offload> offloads) {
        int flags = 0;
        for (Offload each : offloads) {
            flags |= each.tunFlag;
        }
        return flags;
    }
}

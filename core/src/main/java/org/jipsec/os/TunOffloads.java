package org.jipsec.os;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Finds the most that TUNSETOFFLOAD grants: it takes a set whole or refuses it whole.
final class TunOffloads {
    private static final Set<Offload> SEGMENTATION_OF_UDP =
            EnumSet.of(Offload.TUN_USO4, Offload.TUN_USO6);
    private static final Set<Offload> SEGMENTATION =
            EnumSet.of(Offload.TUN_TSO4, Offload.TUN_TSO6, Offload.TUN_USO4, Offload.TUN_USO6);
    private static final Set<Offload> OF_TUN =
            EnumSet.range(Offload.TUN_CHECKSUM, Offload.TUN_USO6);

    private TunOffloads() {}

    /// TUNSETOFFLOAD, or something that refuses as it does.
    @FunctionalInterface
    interface Request {
        /// @return whether it was granted
        boolean grants(int flags) throws OsException;
    }

    /// @return what was granted of `wanted`; other offloads in `wanted` are not looked at
    static Set<Offload> negotiate(Set<Offload> wanted, Request request) throws OsException {
        for (Set<Offload> attempt : attempts(wanted)) {
            if (request.grants(Offload.tunFlags(attempt))) {
                return Collections.unmodifiableSet(attempt);
            }
        }
        return Set.of();
    }

    /// From the most to the least. Linux wants both halves of USO (6.2 and later know it), and
    /// nothing without the checksum.
    private static List<Set<Offload>> attempts(Set<Offload> wanted) {
        EnumSet<Offload> all = EnumSet.copyOf(OF_TUN);
        all.retainAll(wanted);
        if (!all.contains(Offload.TUN_CHECKSUM)) {
            all.clear();
        }
        if (!all.containsAll(SEGMENTATION_OF_UDP)) {
            all.removeAll(SEGMENTATION_OF_UDP);
        }
        List<Set<Offload>> attempts = new ArrayList<>();
        attempts.add(all);
        attempts.add(without(all, SEGMENTATION_OF_UDP));
        attempts.add(
                without(all, EnumSet.of(Offload.TUN_TSO6, Offload.TUN_USO4, Offload.TUN_USO6)));
        attempts.add(without(all, SEGMENTATION));
        attempts.add(EnumSet.noneOf(Offload.class));
        return attempts.stream().distinct().toList();
    }

    private static Set<Offload> without(EnumSet<Offload> all, Set<Offload> some) {
        EnumSet<Offload> rest = EnumSet.copyOf(all);
        rest.removeAll(some);
        return rest;
    }
}

package org.jipsec.ike;

import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.isakmp.NattDraft;
import org.jipsec.isakmp.NattVersion;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.isakmp.VendorId;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What both sides of a phase 1 say they can, by vendor ids.
final class Announcements {
    private final Set<VendorId> heard = EnumSet.noneOf(VendorId.class);
    private boolean fragmentsAnnounced;

    /// By which numbers NAT traversal's payloads go.
    Optional<NattVersion> natTraversalNumbers(RemoteSettings remote) {
        return natTraversal(remote).map(NattDraft::numbers);
    }

    /// Takes a message's vendor ids, and logs the new ones.
    void hear(PayloadChain chain, Context context) {
        chain.all(Payload.Vendor.class)
                .forEach(
                        vendor -> {
                            Optional<VendorId> known = VendorId.of(vendor.body());
                            if (known.isPresent() && !heard.add(known.get())) {
                                return;
                            }
                            fragmentsAnnounced |= known.equals(Optional.of(VendorId.FRAGMENTATION));
                            String text = VendorId.logText(vendor.body());
                            if (known.filter(VendorId::isRacoons).isPresent()) {
                                context.info(text);
                            } else {
                                context.debug(text);
                            }
                        });
    }

    /// What we announce: all that the configuration has as initiator, of it what the peer has too
    /// as responder.
    List<Payload.Vendor> own(RemoteSettings remote, Role role) {
        List<Payload.Vendor> own = new ArrayList<>();
        if (remote.natTraversal() != NatTraversal.OFF) {
            if (role == Role.INITIATOR) {
                NattDraft.ANNOUNCED.forEach(draft -> own.add(draft.vendorId().payload()));
            } else {
                natTraversal(remote).ifPresent(draft -> own.add(draft.vendorId().payload()));
            }
        }
        if (remote.fragmentation() != IkeFragmentation.OFF
                && (role == Role.INITIATOR || fragmentsAnnounced)) {
            own.add(
                    VendorId.fragmentationPayload(
                            VendorId.FRAGMENTS_MAIN_MODE | VendorId.FRAGMENTS_BASE_MODE));
        }
        if (remote.deadPeerDetection().answers()
                && (role == Role.INITIATOR || heard.contains(VendorId.DPD))) {
            own.add(VendorId.DPD.payload());
        }
        return own;
    }

    /// The latest document on NAT traversal that both know.
    Optional<NattDraft> natTraversal(RemoteSettings remote) {
        return remote.natTraversal() == NatTraversal.OFF ? Optional.empty() : NattDraft.best(heard);
    }

    /// Whether both do dead peer detection.
    boolean deadPeerDetection(RemoteSettings remote) {
        return remote.deadPeerDetection().answers() && heard.contains(VendorId.DPD);
    }

    /// Whether long messages are sent in fragments.
    boolean fragments(RemoteSettings remote) {
        return switch (remote.fragmentation()) {
            case OFF -> false;
            case ON -> fragmentsAnnounced;
            case FORCE -> true;
        };
    }

    /// Whether the peer named itself so.
    boolean has(VendorId vendorId) {
        return heard.contains(vendorId);
    }
}

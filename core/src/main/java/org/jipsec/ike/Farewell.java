package org.jipsec.ike;

import org.jipsec.ike.settings.HookEvent;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How things end: by a peer's word (RFC 2408 3.15), by its death, by its rebirth, by ours.
final class Farewell {
    private final Context context;
    private final Sessions sessions;
    private final Informational informational;

    Farewell(Context context, Sessions sessions, Informational informational) {
        this.context = context;
        this.sessions = sessions;
        this.informational = informational;
    }

    /// The SAs are gone already: nothing is left to do but to know nothing of them.
    void forget(Phase2 phase2) {
        sessions.remove(phase2);
        phase2.end();
    }

    /// Takes the SAs away, without a word.
    void purge(Phase2 phase2) {
        for (SaReference reference : takeAway(phase2)) {
            context.info("purged IPsec-SA spi=%d.".formatted(reference.spi().unsigned()));
        }
    }

    private List<SaReference> takeAway(Phase2 phase2) {
        List<SaReference> references = phase2.references();
        forget(phase2);
        references.forEach(reference -> context.order(new SadbOperation.DeleteSa(reference)));
        return references;
    }

    /// Takes the SAs away, and tells the peer.
    void delete(Phase2 phase2) {
        tell(phase2);
        purge(phase2);
    }

    /// What we no longer take: the numbers that are ours.
    void tell(Phase2 phase2) {
        if (!(phase2.state() instanceof Phase2State.Done done)) {
            return;
        }
        Optional<Phase1> way =
                Optional.of(phase2.phase1())
                        .filter(each -> each.established().isPresent())
                        .or(
                                () ->
                                        sessions.usable(
                                                phase2.phase1().local().getAddress(),
                                                phase2.phase1().peer()));
        if (way.isEmpty()) {
            return;
        }
        for (int i = 0; i < done.inbound().size(); i++) {
            Protocol protocol = done.choice().parts().get(i).protocol();
            informational.send(
                    way.get(),
                    Payload.Delete.of(
                            protocol, SaInstaller.octets(protocol, done.inbound().get(i))));
        }
    }

    /// That an ISAKMP SA ends.
    void tell(Phase1 phase1) {
        informational.send(
                phase1, Payload.Delete.of(Protocol.ISAKMP, Informational.spi(phase1.cookies())));
    }

    /// The peer says that it has taken something away.
    void received(Phase1 phase1, Payload.Delete delete, Peers peers) {
        if (delete.doi() != Payload.Sa.DOI_IPSEC && delete.doi() != Payload.Sa.DOI_ISAKMP) {
            context.error(
                    phase1.peer(), "delete payload with invalid doi:%d.".formatted(delete.doi()));
            return;
        }
        if (delete.protocol() == Protocol.ISAKMP.number()) {
            receivedIsakmp(phase1, delete, peers);
            return;
        }
        Optional<IpsecProtocol> protocol = protocol(delete);
        if (protocol.isEmpty()) {
            context.error(
                    phase1.peer(),
                    "delete payload with invalid SPI size %d or protocol %d"
                            .formatted(delete.spiLength(), delete.protocol()));
            return;
        }
        for (Bytes octets : delete.spis()) {
            Spi spi = spi(octets);
            Optional<Phase2> found =
                    sessions.find(new SaId(phase1.peer(), protocol.get(), spi))
                            .filter(each -> each.phase1().peer().equals(phase1.peer()));
            if (found.isPresent()) {
                takeAway(found.get());
                context.info(
                        "purged IPsec-SA proto_id=%s spi=%d."
                                .formatted(Protocol.text(delete.protocol()), spi.unsigned()));
            }
        }
    }

    private static Optional<IpsecProtocol> protocol(Payload.Delete delete) {
        int length = delete.spiLength();
        if (delete.protocol() == Protocol.ESP.number() && length == 4) {
            return Optional.of(IpsecProtocol.ESP);
        }
        if (delete.protocol() == Protocol.AH.number() && length == 4) {
            return Optional.of(IpsecProtocol.AH);
        }
        if (delete.protocol() == Protocol.IPCOMP.number() && (length == 4 || length == 2)) {
            return Optional.of(IpsecProtocol.IPCOMP);
        }
        return Optional.empty();
    }

    private static Spi spi(Bytes octets) {
        long value = 0;
        for (byte octet : octets.toArray()) {
            value = value << Byte.SIZE | octet & 0xff;
        }
        return Spi.of(value);
    }

    /// Only an ISAKMP SA with that very peer.
    private void receivedIsakmp(Phase1 phase1, Payload.Delete delete, Peers peers) {
        if (delete.spiLength() != 16) {
            context.error(
                    phase1.peer(),
                    "delete payload with strange spi size %d(proto_id:%d)"
                            .formatted(delete.spiLength(), delete.protocol()));
            return;
        }
        for (Bytes spi : delete.spis()) {
            sessions.phase1s(phase1.peer()).stream()
                    .filter(each -> Informational.spi(each.cookies()).equals(spi))
                    .findFirst()
                    .ifPresent(
                            meant -> {
                                context.info("ISAKMP-SA expired " + meant.text());
                                sessions.usable(meant.local().getAddress(), meant.peer())
                                        .filter(other -> other != meant)
                                        .ifPresent(other -> sessions.handOver(meant, other));
                                peers.delete(meant);
                            });
        }
    }

    /// The peer no longer answers: nothing that rests on it is worth keeping.
    void dead(Phase1 phase1, Peers peers) {
        peers.hook(phase1, HookEvent.PHASE1_DEAD);
        context.failures()
                .add(
                        new Failure(
                                context.now(),
                                phase1.local(),
                                phase1.remote(),
                                1,
                                "DPD",
                                phase1.role(),
                                0,
                                Cause.DEAD,
                                List.of(),
                                List.of(),
                                phase1.established().map(done -> done.peer().toString()),
                                Optional.empty(),
                                ""));
        purgeAll(phase1.local().getAddress(), phase1.peer(), peers);
    }

    /// All between two ends, without a word.
    void purgeAll(InetAddress local, InetAddress remote, Peers peers) {
        for (Phase2 each : sessions.phase2s()) {
            if (each.phase1().peer().equals(remote)
                    && each.phase1().local().getAddress().equals(local)
                    && each.isDone()) {
                purge(each);
            }
        }
        peers.between(local, remote).forEach(peers::delete);
    }

    /// The peer has started anew: it knows nothing of what was before.
    void initialContact(Phase1 fresh) {
        InetAddress peer = fresh.peer();
        InetAddress own = fresh.local().getAddress();
        Set<SaId> kept = new HashSet<>();
        for (Phase2 each : sessions.phase2s()) {
            boolean same =
                    each.phase1().peer().equals(peer)
                            && each.phase1().local().getAddress().equals(own);
            if (same && !each.isDone()) {
                kept.addAll(each.reservedIds());
            } else if (same) {
                if (each.phase1() == fresh) {
                    kept.addAll(each.saIds());
                } else {
                    forget(each);
                }
            }
        }
        context.ask(
                new SadbOperation.DumpSas(IpsecProtocol.UNSPEC),
                reply -> {
                    if (reply instanceof SadbReply.Sas(List<SaSnapshot> all)) {
                        all.stream()
                                .filter(each -> each.state() != SaState.LARVAL)
                                .map(SaSnapshot::association)
                                .filter(each -> isBetween(each, own, peer))
                                .filter(each -> !kept.contains(each.id()))
                                .filter(each -> sessions.find(each.id()).isEmpty())
                                .forEach(this::takeAway);
                    }
                });
    }

    private static boolean isBetween(
            SecurityAssociation association, InetAddress one, InetAddress other) {
        InetAddress source = association.source().address();
        InetAddress destination = association.destination().address();
        return source.equals(one) && destination.equals(other)
                || source.equals(other) && destination.equals(one);
    }

    private void takeAway(SecurityAssociation association) {
        context.info("purging spi=%d.".formatted(association.spi().unsigned()));
        context.order(
                new SadbOperation.DeleteSa(
                        new SaReference(
                                association.source(),
                                association.destination(),
                                association.protocol(),
                                association.spi(),
                                association.mode())));
    }
}

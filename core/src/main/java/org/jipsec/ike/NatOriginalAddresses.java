package org.jipsec.ike;

import org.jipsec.isakmp.NattDraft;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.sadb.SaMode;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// What the peers call themselves on their side of a NAT (RFC 3947 5.2): told in transport mode,
/// where the other side repairs checksums by it.
final class NatOriginalAddresses {
    private NatOriginalAddresses() {}

    /// NAT-OAi and NAT-OAr as we see them; nothing where they are of no use.
    static List<Payload.NatOriginalAddress> own(Phase2 exchange, Phase2Wanted wanted) {
        Phase1 phase1 = exchange.phase1();
        Optional<NattDraft> draft = wanted.draft();
        boolean transport =
                wanted.udp()
                        && wanted.rules().stream()
                                .anyMatch(
                                        rule ->
                                                wanted.encapsulation(rule).mode()
                                                        == SaMode.TRANSPORT);
        if (!transport || draft.isEmpty()) {
            return List.of();
        }
        Payload.NatOriginalAddress ours = payload(draft.get(), phase1.local().getAddress());
        Payload.NatOriginalAddress theirs = payload(draft.get(), phase1.peer());
        return exchange.role() == Role.INITIATOR ? List.of(ours, theirs) : List.of(theirs, ours);
    }

    private static Payload.NatOriginalAddress payload(NattDraft draft, InetAddress address) {
        return new Payload.NatOriginalAddress(draft.numbers(), Bytes.of(address.getAddress()));
    }

    /// The peer's own address, where it told it and it differs from the one we see.
    static Optional<InetAddress> peer(Phase2 exchange, PayloadChain chain) {
        List<Payload.NatOriginalAddress> told =
                chain.all(Payload.NatOriginalAddress.class).toList();
        if (told.size() != 2) {
            return Optional.empty();
        }
        Payload.NatOriginalAddress theirs = told.get(exchange.role() == Role.INITIATOR ? 1 : 0);
        return Optional.of(QuickInitiator.address(theirs.address()))
                .filter(address -> !address.equals(exchange.phase1().peer()));
    }
}

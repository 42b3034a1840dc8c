package org.jipsec.ike;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// What the SADB is asked for when the peer's NAT has given it another address or port: the
/// outbound SA goes on under the new one, with its numbers.
final class Remapping {
    private Remapping() {}

    static List<SadbOperation> of(SaSnapshot snapshot, InetSocketAddress now) {
        SecurityAssociation old = snapshot.association();
        Optional<UdpEncapsulation> encapsulation = old.encapsulation();
        if (encapsulation.isEmpty()) {
            return List.of();
        }
        UdpEncapsulation udp = encapsulation.get();
        boolean sameAddress = old.destination().address().equals(now.getAddress());
        if (sameAddress && udp.destinationPort() == now.getPort()) {
            return List.of();
        }
        SecurityAssociation moved =
                old.toBuilder()
                        .between(old.source(), Endpoint.of(now.getAddress()))
                        .encapsulation(
                                new UdpEncapsulation(
                                        udp.sourcePort(),
                                        now.getPort(),
                                        udp.originalAddress(),
                                        udp.fragmentSize()))
                        .build();
        if (sameAddress) {
            return List.of(new SadbOperation.UpdateSa(moved));
        }
        SaSnapshot numbered =
                new SaSnapshot(
                        moved,
                        snapshot.state(),
                        snapshot.current(),
                        snapshot.mark(),
                        snapshot.sequence(),
                        snapshot.unknown(),
                        snapshot.own());
        return List.of(
                new SadbOperation.RestoreSa(numbered.ahead()),
                new SadbOperation.DeleteSa(
                        new SaReference(
                                old.source(),
                                old.destination(),
                                old.protocol(),
                                old.spi(),
                                old.mode())));
    }
}

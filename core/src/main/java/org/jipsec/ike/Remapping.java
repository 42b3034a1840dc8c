package org.jipsec.ike;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;

import java.net.InetAddress;
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

    /// Policies that were made for the peer: what goes out, goes to its new address. What comes in
    /// is of the SAs there are, which keep the old one.
    static List<Policy> policies(List<Policy> made, InetAddress before, InetAddress now) {
        return made.stream()
                .map(
                        policy ->
                                policy.direction() == Direction.OUT
                                        ? policy.withRules(rules(policy.rules(), before, now))
                                        : policy)
                .toList();
    }

    private static List<PolicyRule> rules(
            List<PolicyRule> rules, InetAddress before, InetAddress now) {
        return rules.stream()
                .map(
                        rule ->
                                new PolicyRule(
                                        rule.protocol(),
                                        rule.mode(),
                                        rule.level(),
                                        rule.reqid(),
                                        rule.endpoints().map(ends -> moved(ends, before, now))))
                .toList();
    }

    private static PolicyRule.Endpoints moved(
            PolicyRule.Endpoints ends, InetAddress before, InetAddress now) {
        return ends.destination().address().equals(before)
                ? new PolicyRule.Endpoints(ends.source(), Endpoint.of(now))
                : ends;
    }
}

package org.jipsec.ike;

import org.jipsec.isakmp.Protocol;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the SADB is asked for in a phase 2: numbers, and then the SAs with their keys.
///
/// @param local our end, with IKE's port
/// @param remote the peer's
/// @param peerOriginal the peer's own address behind its NAT, in transport mode
/// @param espFragment of `esp_frag`; 0: none
/// @param inboundReqids of what comes in, one for each rule: those that the `in` policy wants,
/// which need not be those of the `out` policy
record SaInstaller(
        Phase2Wanted wanted,
        InetSocketAddress local,
        InetSocketAddress remote,
        Optional<InetAddress> peerOriginal,
        int espFragment,
        List<Integer> inboundReqids) {
    /// Packets that may come late: KAME's four octets of a bit each. (racoon on Linux has four
    /// packets, which is less than a queue of a network card mixes up.)
    private static final int REPLAY_WINDOW = 32;

    private static final Spi FIRST_SPI = Spi.of(0x100);
    private static final Spi LAST_SPI = Spi.of(0x0fff_ffff);
    private static final Spi LAST_CPI = Spi.of(0xffff);
    private static final int SOFT_PERCENT = 80;
    private static final int KIBI = 1024;

    SadbOperation reserve(PolicyRule rule) {
        boolean compression = Phase2Wanted.protocol(rule) == Protocol.IPCOMP;
        return new SadbOperation.ReserveSpi(
                Endpoint.of(remote.getAddress()),
                Endpoint.of(local.getAddress()),
                rule.protocol(),
                wanted.encapsulation(rule).mode(),
                inboundReqids.get(wanted.rules().indexOf(rule)),
                FIRST_SPI,
                compression ? LAST_CPI : LAST_SPI);
    }

    SaReference inboundReference(PolicyRule rule, Spi spi) {
        return new SaReference(
                Endpoint.of(remote.getAddress()),
                Endpoint.of(local.getAddress()),
                rule.protocol(),
                spi,
                wanted.encapsulation(rule).mode());
    }

    /// @param to where the peer is now, which may be elsewhere than when this began
    SaReference outboundReference(PolicyRule rule, Spi spi, InetAddress to) {
        return new SaReference(
                Endpoint.of(local.getAddress()),
                Endpoint.of(to),
                rule.protocol(),
                spi,
                wanted.encapsulation(rule).mode());
    }

    /// What comes in: each is larval, and gets its keys.
    List<SadbOperation> inbound(Phase2Choice choice, List<Spi> spis, Keymat keymat) {
        List<SadbOperation> operations = new ArrayList<>();
        for (int i = 0; i < spis.size(); i++) {
            operations.add(
                    new SadbOperation.UpdateSa(
                            association(
                                    choice,
                                    choice.parts().get(i),
                                    remote,
                                    local,
                                    spis.get(i),
                                    inboundReqids.get(i),
                                    keymat)));
        }
        return operations;
    }

    /// What goes out, with the numbers the peer chose.
    ///
    /// @param to where the peer is now
    List<SadbOperation> outbound(Phase2Choice choice, Keymat keymat, InetSocketAddress to) {
        List<SadbOperation> operations = new ArrayList<>();
        for (Phase2Choice.Part part : choice.parts()) {
            operations.add(
                    new SadbOperation.AddSa(
                            association(
                                    choice,
                                    part,
                                    local,
                                    to,
                                    peerSpi(part),
                                    reqid(part.rule()),
                                    keymat)));
        }
        return operations;
    }

    static Spi peerSpi(Phase2Choice.Part part) {
        long value = 0;
        for (byte octet : part.proposal().spi().toArray()) {
            value = value << Byte.SIZE | octet & 0xff;
        }
        return Spi.of(value);
    }

    /// The octets of an SPI in a proposal of its protocol.
    static Bytes octets(Protocol protocol, Spi spi) {
        byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt(spi.value()).array();
        return protocol == Protocol.IPCOMP ? Bytes.of(octets, 2, 2) : Bytes.of(octets);
    }

    private SecurityAssociation association(
            Phase2Choice choice,
            Phase2Choice.Part part,
            InetSocketAddress from,
            InetSocketAddress to,
            Spi spi,
            int reqid,
            Keymat keymat) {
        PolicyRule rule = part.rule();
        Protection protection = part.protection();
        Encapsulation encapsulation = part.encapsulation();
        SecurityAssociation.Builder builder =
                SecurityAssociation.builder(
                                Endpoint.of(from.getAddress()),
                                Endpoint.of(to.getAddress()),
                                rule.protocol(),
                                spi)
                        .mode(encapsulation.mode())
                        .reqid(reqid)
                        .hard(lifetime(choice, 100))
                        .soft(lifetime(choice, SOFT_PERCENT));
        switch (part.protocol()) {
            case IPCOMP -> builder.compression(protection.compression());
            case ESP, AH -> {
                Keymat.Keys keys =
                        keymat.keys(
                                part.protocol().number(),
                                octets(part.protocol(), spi),
                                protection.encryptionKeyLength(),
                                protection.authenticationKeyLength());
                builder.encryption(protection.encryption(), keys.encryption())
                        .authentication(protection.authentication(), keys.authentication())
                        .replayWindow(REPLAY_WINDOW);
            }
            case ISAKMP -> {}
        }
        if (encapsulation.udp()) {
            builder.encapsulation(
                    new UdpEncapsulation(from.getPort(), to.getPort(), peerOriginal, espFragment));
        }
        return builder.build();
    }

    private static int reqid(PolicyRule rule) {
        return rule.level() == PolicyLevel.UNIQUE ? rule.reqid() : 0;
    }

    /// Those that a policy for the other direction wants, rule by rule.
    ///
    /// @param rules of the `out` policy
    /// @param inbound the `in` policy; where there is none, or it is built otherwise, what comes in
    /// gets what goes out
    static List<Integer> inboundReqids(List<PolicyRule> rules, Optional<Policy> inbound) {
        List<PolicyRule> from =
                inbound.map(Policy::rules)
                        .filter(others -> protocols(others).equals(protocols(rules)))
                        .orElse(rules);
        return from.stream().map(SaInstaller::reqid).toList();
    }

    private static List<IpsecProtocol> protocols(List<PolicyRule> rules) {
        return rules.stream().map(PolicyRule::protocol).toList();
    }

    private static Lifetime lifetime(Phase2Choice choice, int percent) {
        Duration seconds = Duration.ofSeconds(choice.lifetime().toSeconds() * percent / 100);
        return new Lifetime(0, choice.kilobytes() * KIBI * percent / 100, seconds, Duration.ZERO);
    }

    /// `ESP/Tunnel 192.168.1.100[500]->192.168.2.100[500] spi=233059469(0xde4348d)`: racoon has
    /// both directions from our end to the peer's.
    String text(Phase2Choice.Part part, Spi spi) {
        String mode = wanted.encapsulation(part.rule()).mode().word();
        return "%s/%s %s->%s spi=%d(0x%x)"
                .formatted(
                        part.protocol().text(),
                        Character.toUpperCase(mode.charAt(0)) + mode.substring(1),
                        Places.text(local),
                        Places.text(remote),
                        spi.unsigned(),
                        spi.unsigned());
    }
}

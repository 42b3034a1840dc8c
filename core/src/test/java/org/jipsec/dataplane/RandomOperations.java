package org.jipsec.dataplane;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Operations over so few SAs and policies that they meet again and again. Few are refused.
final class RandomOperations {
    private static final InetAddress LEFT = InetAddress.ofLiteral("10.0.0.1");
    private static final InetAddress RIGHT = InetAddress.ofLiteral("10.0.0.2");
    private static final List<String> NETWORKS =
            List.of("10.0.0.0/8", "10.0.0.0/24", "10.0.0.2/32", "192.0.2.0/24");

    private final RandomGenerator random;
    private final SadbEngine model;

    /// @param model where what was said already has been done: hardly anything is refused there
    RandomOperations(RandomGenerator random, SadbEngine model) {
        this.random = random;
        this.model = model;
    }

    List<SadbOperation> next(int count) {
        List<SadbOperation> operations = new ArrayList<>();
        while (operations.size() < count) {
            SadbOperation operation = next();
            if (!(model.execute(operation) instanceof org.jipsec.sadb.SadbReply.Refused)) {
                operations.add(operation);
            }
        }
        return operations;
    }

    private SadbOperation next() {
        return switch (random.nextInt(40)) {
            case 0 -> new SadbOperation.FlushSas(IpsecProtocol.UNSPEC);
            case 1 -> new SadbOperation.FlushSas(IpsecProtocol.AH);
            case 2 -> new SadbOperation.FlushPolicies();
            case 3 -> {
                SecurityAssociation some = association();
                yield new SadbOperation.DeleteAllSas(
                        some.source(), some.destination(), some.protocol());
            }
            case 4 -> {
                SecurityAssociation some = association();
                yield new SadbOperation.ReserveSpi(
                        some.source(),
                        some.destination(),
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        0,
                        new Spi(0x2000),
                        new Spi(0x2010));
            }
            case 5, 6 -> new SadbOperation.UpdateSa(association());
            case 7, 8, 9, 10 -> {
                SecurityAssociation some = association();
                yield new SadbOperation.DeleteSa(
                        new SaReference(
                                some.source(),
                                some.destination(),
                                some.protocol(),
                                some.spi(),
                                SaMode.ANY));
            }
            case 11, 12, 13, 14, 15, 16, 17, 18 -> new SadbOperation.AddSa(association());
            case 19, 20, 21 -> new SadbOperation.UpdatePolicy(policy());
            case 22, 23, 24, 25 -> new SadbOperation.DeletePolicy(policy());
            case 26 -> new SadbOperation.DumpPolicies();
            case 27 -> new SadbOperation.DumpSas(IpsecProtocol.UNSPEC);
            default -> new SadbOperation.AddPolicy(policy());
        };
    }

    private SecurityAssociation association() {
        boolean back = random.nextBoolean();
        InetAddress from = back ? RIGHT : LEFT;
        InetAddress to = back ? LEFT : RIGHT;
        int spi = 0x1000 + random.nextInt(6);
        Lifetime life = Lifetime.ofSeconds(1_000_000 + random.nextInt(3));
        return (random.nextInt(3) == 0 ? TestSas.ah(from, to, spi) : TestSas.esp(from, to, spi))
                .hard(life)
                .soft(life)
                .build();
    }

    private Policy policy() {
        Selector selector =
                new Selector(prefix(), 0, prefix(), 0, random.nextInt(4) == 0 ? 6 : 255);
        Direction direction = random.nextBoolean() ? Direction.OUT : Direction.FWD;
        Policy policy =
                random.nextBoolean()
                        ? Policy.of(selector, direction, PolicyAction.DISCARD)
                        : Policy.of(
                                selector,
                                direction,
                                PolicyAction.IPSEC,
                                TestSas.transport(IpsecProtocol.ESP, PolicyLevel.REQUIRE));
        return policy.withPriority(PolicyPriority.DEFAULT + random.nextInt(2));
    }

    private Prefix prefix() {
        String[] parts = NETWORKS.get(random.nextInt(NETWORKS.size())).split("/");
        return new Prefix(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1]));
    }
}

package org.jipsec.daemon;

import org.jipsec.dataplane.FlowKey;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;

/// Policies and packets between few addresses, 10.0.0.0 to .3, 10.0.1.0 to .3 and the same below
/// 2000::, so that policies overlap and packets meet them.
final class RandomPolicies {
    private static final int[] PROTOCOLS = {6, 17, 1, 58, 50, 47, 135, 89};

    private RandomPolicies() {}

    static Policy policy(Random random, Selector selector, Direction direction) {
        return switch (random.nextInt(5)) {
            case 0 -> TestPolicies.none(direction, selector);
            case 1 -> TestPolicies.discard(direction, selector);
            case 2 -> TestPolicies.espIfThere(direction, selector);
            default -> TestPolicies.esp(direction, selector);
        };
    }

    static int priority(Random random) {
        return PolicyPriority.DEFAULT + (random.nextInt(3) == 0 ? random.nextInt(-2, 3) : 0);
    }

    static Selector selector(Random random) {
        boolean ipv4 = random.nextBoolean();
        int protocol =
                random.nextBoolean()
                        ? Selector.ANY_PROTOCOL
                        : PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        boolean ports = random.nextInt(3) == 0;
        return new Selector(
                prefix(random, ipv4),
                ports ? random.nextInt(3) : 0,
                prefix(random, ipv4),
                ports ? random.nextInt(3) : 0,
                protocol);
    }

    private static Prefix prefix(Random random, boolean ipv4) {
        int bits = ipv4 ? 32 : 128;
        int length =
                switch (random.nextInt(5)) {
                    case 0 -> 0;
                    case 1 -> bits - 8;
                    case 2 -> bits - 1;
                    default -> bits;
                };
        return new Prefix(address(random, ipv4), length);
    }

    /// One of few, so that policies overlap and packets meet them.
    static InetAddress address(Random random, boolean ipv4) {
        byte[] octets = new byte[ipv4 ? 4 : 16];
        octets[0] = ipv4 ? (byte) 10 : 0x20;
        octets[octets.length - 2] = (byte) random.nextInt(2);
        octets[octets.length - 1] = (byte) random.nextInt(4);
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static FlowKey flow(Random random, boolean ipv4) {
        FlowKey flow = new FlowKey();
        SelectorKey addresses =
                SelectorKey.of(
                        Selector.between(
                                Prefix.host(address(random, ipv4)),
                                Prefix.host(address(random, ipv4))),
                        SelectorShape.of(whole(ipv4)));
        flow.ipv4 = ipv4;
        flow.sourceHigh = addresses.sourceHigh();
        flow.sourceLow = addresses.sourceLow();
        flow.destinationHigh = addresses.destinationHigh();
        flow.destinationLow = addresses.destinationLow();
        flow.protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        boolean has = flow.protocol != 50 && flow.protocol != 89;
        flow.portsKnown = has && random.nextInt(8) != 0;
        if (flow.portsKnown) {
            flow.sourcePort = random.nextInt(3);
            flow.destinationPort = flow.protocol == 135 ? 0 : random.nextInt(3);
        }
        return flow;
    }

    static Selector whole(boolean ipv4) {
        return ipv4
                ? TestPolicies.between("10.0.0.0", "10.0.0.0")
                : TestPolicies.between("::", "::");
    }
}

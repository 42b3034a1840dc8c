package org.jipsec.dataplane;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.net.InetAddress;
import java.util.Optional;

/// SAs and policies for tests.
final class TestSas {
    private TestSas() {}

    static Secret key(int octets) {
        byte[] key = new byte[octets];
        for (int i = 0; i < octets; i++) {
            key[i] = (byte) (0x11 + 7 * i);
        }
        return Secret.of(key);
    }

    static SecurityAssociation.Builder sa(
            IpsecProtocol protocol, InetAddress from, InetAddress to, int spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(from), Endpoint.of(to), protocol, new Spi(spi))
                .replayWindow(protocol == IpsecProtocol.IPCOMP ? 0 : 64);
    }

    /// AES-128 with HMAC-SHA1.
    static SecurityAssociation.Builder esp(InetAddress from, InetAddress to, int spi) {
        return sa(IpsecProtocol.ESP, from, to, spi)
                .encryption(EncryptionAlgorithm.AES_CBC, key(16))
                .authentication(AuthAlgorithm.HMAC_SHA1, key(20));
    }

    static SecurityAssociation.Builder ah(InetAddress from, InetAddress to, int spi) {
        return sa(IpsecProtocol.AH, from, to, spi)
                .authentication(AuthAlgorithm.HMAC_SHA256, key(32));
    }

    static SecurityAssociation.Builder ipcomp(InetAddress from, InetAddress to, int cpi) {
        return sa(IpsecProtocol.IPCOMP, from, to, cpi).compression(CompressionAlgorithm.DEFLATE);
    }

    static PolicyRule transport(IpsecProtocol protocol) {
        return transport(protocol, PolicyLevel.REQUIRE);
    }

    static PolicyRule transport(IpsecProtocol protocol, PolicyLevel level) {
        return new PolicyRule(protocol, SaMode.TRANSPORT, level, 0, Optional.empty());
    }

    static PolicyRule tunnel(IpsecProtocol protocol, InetAddress from, InetAddress to) {
        return new PolicyRule(
                protocol,
                SaMode.TUNNEL,
                PolicyLevel.REQUIRE,
                0,
                Optional.of(new PolicyRule.Endpoints(Endpoint.of(from), Endpoint.of(to))));
    }

    static Policy policy(
            Direction direction, InetAddress from, InetAddress to, PolicyRule... rules) {
        return Policy.of(
                Selector.between(Prefix.host(from), Prefix.host(to)),
                direction,
                rules.length == 0 ? PolicyAction.NONE : PolicyAction.IPSEC,
                rules);
    }

    static Policy discard(Direction direction, InetAddress from, InetAddress to) {
        return Policy.of(
                Selector.between(Prefix.host(from), Prefix.host(to)),
                direction,
                PolicyAction.DISCARD);
    }
}

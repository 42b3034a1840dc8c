package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.util.List;

/// Hosts with wire and IKE daemon that negotiate, each in a network namespace.
@RequiresWire
class WireNegotiationTests {
    private static final String EVERYTHING =
            """
            spdadd %1$s %2$s any -P out ipsec esp/transport//require;
            spdadd %2$s %1$s any -P in ipsec esp/transport//require;
            """;
    private static final String PEER =
            """
            %s
            remote %s {
                exchange_mode main;
                %s
                proposal {
                    encryption_algorithm aes 128;
                    hash_algorithm sha1;
                    authentication_method pre_shared_key;
                    dh_group modp1024;
                }
            }
            sainfo anonymous {
                encryption_algorithm aes 128;
                authentication_algorithm hmac_sha1;
                compression_algorithm deflate;
            }
            """;
    private static final String KEYS = "10.1.0.1 secret\n10.1.0.2 secret\n";

    /// The policies are for everything between the two, IKE among it.
    @Test
    void aPingStartsTheNegotiationAndIsNotLost() throws Exception {
        try (Namespaces hosts = Namespaces.create("a", "b")) {
            hosts.join("a", "10.1.0.1/24", "b", "10.1.0.2/24");
            try (IkeHost a = host(hosts, "a", "10.1.0.1", "10.1.0.2");
                    IkeHost b = host(hosts, "b", "10.1.0.2", "10.1.0.1");
                    LiveCapture wire = new LiveCapture(hosts, "b", "veth0")) {
                String pings = hosts.run("a", "ping", "-n", "-c3", "-i0.3", "-W10", "10.1.0.2");
                assertThat(pings).contains("3 packets transmitted, 3 received");
                assertThat(pings).contains("icmp_seq=1 ").contains("icmp_seq=2 ");
                assertThat(a.matureSas()).hasSize(2);
                assertThat(b.matureSas()).hasSize(2);
                List<String> seen = wire.until(6, "ESP(");
                assertThat(seen)
                        .allMatch(line -> line.contains("ESP(") || line.contains(".500: isakmp"));
                assertThat(seen).filteredOn(line -> line.contains("phase 1")).hasSize(6);
            }
        }
    }

    private static IkeHost host(Namespaces hosts, String name, String own, String peer)
            throws Exception {
        return new IkeHost(
                hosts, name, KEYS, PEER.formatted("", peer, ""), EVERYTHING.formatted(own, peer));
    }
}

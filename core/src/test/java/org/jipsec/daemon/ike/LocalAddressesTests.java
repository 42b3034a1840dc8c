package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;

class LocalAddressesTests {
    @Test
    @RequiresWire
    void followsWhatComesAndGoes() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "10.0.0.1/24", "right", "10.0.0.2/24");
            Recorded<List<InetAddress>> told = new Recorded<>();
            try (LocalAddresses addresses = hosts.in("left", LocalAddresses::open)) {
                List<InetAddress> first =
                        addresses.follow(
                                told,
                                why -> {
                                    throw new IllegalStateException(why);
                                });
                assertThat(texts(first)).contains("10.0.0.1");

                hosts.run("left", "ip", "address", "add", "10.0.0.7/32", "dev", "lo");
                told.await(now -> texts(now).contains("10.0.0.7"));
                hosts.run("left", "ip", "address", "del", "10.0.0.7/32", "dev", "lo");
                told.await(now -> told.all().size() > 1 && !texts(now).contains("10.0.0.7"));
            }
        }
    }

    private static List<String> texts(List<InetAddress> addresses) {
        return addresses.stream().map(IpText::text).toList();
    }
}

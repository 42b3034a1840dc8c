package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;

/// Two hosts, each with a wire, in two network namespaces: what their kernels send each other goes
/// through the stacks of both.
@RequiresWire
class WireTests {
    private static final String KEYS =
            """
            -E aes-gcm-16 0x000102030405060708090a0b0c0d0e0f10111213\
            """;
    private static final String CBC =
            """
            -E aes-cbc 0x000102030405060708090a0b0c0d0e0f \
            -A hmac-sha2-256 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
            """;
    private static final String AH =
            """
            -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213\
            """;

    /// How the two protect what they send. A and B stand for their addresses.
    enum Protection {
        ESP_IN_UDP(
                """
                add A B esp-udp 0x1001 -m MODE KEYS;
                """,
                "esp/MODE/ENDS/require"),
        ESP("add A B esp 0x1001 -m MODE KEYS;\n", "esp/MODE/ENDS/require"),
        ESP_CBC("add A B esp 0x1001 -m MODE CBC;\n", "esp/MODE/ENDS/require"),
        AUTHENTICATED("add A B ah 0x1001 -m MODE AH;\n", "ah/MODE/ENDS/require"),
        AH_OVER_ESP(
                "add A B esp 0x1001 -m MODE CBC;\nadd A B ah 0x1001 -m transport AH;\n",
                "esp/MODE/ENDS/require ah/transport//require"),
        COMPRESSED("add A B ipcomp 0x1001 -m MODE -C deflate;\n", "ipcomp/MODE/ENDS/require");

        final String sa;
        final String rules;

        Protection(String sa, String rules) {
            this.sa = sa;
            this.rules = rules;
        }
    }

    private static String configuration(
            Protection how, String mode, String a, String b, boolean left) {
        String ab = how.sa.replace("A B", a + " " + b);
        String ba = how.sa.replace("A B", b + " " + a).replace("0x1001", "0x1002");
        if (how == Protection.COMPRESSED) { // a CPI has 16 bits
            ab = ab.replace("0x1001", "0x101");
            ba = ba.replace("0x1002", "0x102");
        }
        String ends = mode.equals("tunnel") ? "A-B" : "";
        String out = how.rules.replace("ENDS", ends.replace("A", a).replace("B", b));
        String in = how.rules.replace("ENDS", ends.replace("A", b).replace("B", a));
        return (ab
                        + ba
                        + "spdadd %s %s any -P %s ipsec %s;\n"
                                .formatted(a, b, left ? "out" : "in", out)
                        + "spdadd %s %s any -P %s ipsec %s;\n"
                                .formatted(b, a, left ? "in" : "out", in))
                .replace("MODE", mode)
                .replace("KEYS", KEYS)
                .replace("CBC", CBC)
                .replace("AH;", AH + ";");
    }

    private static void talk(Protection how, String mode, String a, String b, int prefix)
            throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", a + "/" + prefix, "right", b + "/" + prefix);
            try (WireHost left = new WireHost(hosts, "left", a, b);
                    WireHost right = new WireHost(hosts, "right", b, a)) {
                left.setkey(configuration(how, mode, a, b, true));
                right.setkey(configuration(how, mode, a, b, false));

                assertThat(left.run("ping", "-c3", "-i0.05", "-W5", b)).contains(" 0% packet loss");
                assertThat(right.run("ping", "-c2", "-i0.05", "-s", "7000", "-W5", a))
                        .contains(" 0% packet loss");
                transfer(hosts, "left", "right", b, 8 << 20);
                transfer(hosts, "right", "left", a, 1 << 20);

                assertThat(left.failures).isEmpty();
                assertThat(right.failures).isEmpty();
                assertThat(left.drops()).doesNotContainKeys("bad-icv", "policy-unprotected");
                assertThat(left.protectedPackets()).isGreaterThan(1000);
                assertThat(right.protectedPackets()).isGreaterThan(1000);
            }
        }
    }

    /// TCP, with a checksum over what arrived.
    static void transfer(Namespaces hosts, String from, String to, String address, int octets)
            throws Exception {
        byte[] sent = new byte[octets];
        new Random(octets).nextBytes(sent);
        CRC32 expected = new CRC32();
        expected.update(sent);
        try (ExecutorService pool = Executors.newSingleThreadExecutor();
                ServerSocket server =
                        hosts.in(
                                to, () -> new ServerSocket(0, 1, InetAddress.getByName(address)))) {
            CompletableFuture<Long> received =
                    CompletableFuture.supplyAsync(() -> checksum(server), pool);
            try (Socket socket =
                            hosts.in(
                                    from,
                                    () ->
                                            new Socket(
                                                    InetAddress.getByName(address),
                                                    server.getLocalPort()));
                    OutputStream out = socket.getOutputStream()) {
                out.write(sent);
            }
            assertThat(received.get()).isEqualTo(expected.getValue());
        }
    }

    private static long checksum(ServerSocket server) {
        CRC32 crc = new CRC32();
        try (Socket peer = server.accept();
                InputStream in = peer.getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                crc.update(buffer, 0, got);
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return crc.getValue();
    }

    @ParameterizedTest
    @EnumSource(Protection.class)
    void carriesTransportModeOverIpv4(Protection how) throws Exception {
        talk(how, "transport", "10.9.0.1", "10.9.0.2", 24);
    }

    @ParameterizedTest
    @EnumSource(Protection.class)
    void carriesTransportModeOverIpv6(Protection how) throws Exception {
        talk(how, "transport", "fd00:9::1", "fd00:9::2", 64);
    }

    @ParameterizedTest
    @EnumSource(Protection.class)
    void carriesTunnelModeOverIpv4(Protection how) throws Exception {
        talk(how, "tunnel", "10.9.0.1", "10.9.0.2", 24);
    }

    @ParameterizedTest
    @EnumSource(Protection.class)
    void carriesTunnelModeOverIpv6(Protection how) throws Exception {
        talk(how, "tunnel", "fd00:9::1", "fd00:9::2", 64);
    }
}

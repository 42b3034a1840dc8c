package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.SocketError;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;

class QuotedPacketsTests {
    private static final String PEER = "192.0.2.2";
    private static final String SAS =
            """
            add 192.0.2.1 192.0.2.2 esp 0x1001 -E null -A null;
            add 192.0.2.1 192.0.2.2 ah 0x1002 -A hmac-sha1 0x000102030405060708090a0b0c0d0e0f10111213;
            add 192.0.2.1 192.0.2.2 ipcomp 0x1003 -C deflate;
            add 2001:db8::1 2001:db8::2 esp 0x1004 -E null -A null;
            """;

    private final SadbEngine engine =
            new SadbEngine(InstantSource.fixed(Instant.EPOCH), new Random(1), 1);
    private final QuotedPackets quoted = new QuotedPackets(engine.associations());

    QuotedPacketsTests() {
        SetkeyText.load(engine, SAS);
    }

    private static SocketError error(
            SocketError.Origin origin, String destination, int protocol, String quoted) {
        InetAddress address = TestPolicies.address(destination);
        return new SocketError(
                address,
                0,
                ErrorNumber.EMSGSIZE.number(),
                600,
                origin,
                3,
                4,
                Optional.of(address),
                protocol,
                Bytes.ofHex(quoted));
    }

    private boolean believes(String destination, int protocol, String octets) {
        return quoted.contain(error(SocketError.Origin.ICMP, destination, protocol, octets));
    }

    @Test
    void believesWhatQuotesAnSaOfOurs() {
        assertThat(believes(PEER, 50, "0000100100000001")).isTrue();
        assertThat(believes(PEER, 17, "0000100100000001")).as("ESP in UDP").isTrue();
        assertThat(believes(PEER, 51, "3204000000001002")).isTrue();
        assertThat(believes(PEER, 108, "06001003")).isTrue();
        assertThat(
                        quoted.contain(
                                error(
                                        SocketError.Origin.ICMPV6,
                                        "2001:db8::2",
                                        50,
                                        "0000100400000001")))
                .isTrue();
    }

    @Test
    void refusesAnotherSpi() {
        assertThat(believes(PEER, 50, "0000100900000001")).isFalse();
        assertThat(believes(PEER, 51, "3204000000001009")).isFalse();
        assertThat(believes(PEER, 108, "06001009")).isFalse();
    }

    @Test
    void refusesAnotherDestination() {
        assertThat(believes("192.0.2.3", 50, "0000100100000001")).isFalse();
        assertThat(believes("2001:db8::2", 50, "0000100100000001")).isFalse();
    }

    @Test
    void refusesAnotherProtocol() {
        assertThat(believes(PEER, 51, "3204000000001001")).isFalse();
        assertThat(believes(PEER, 50, "0000100200000001")).isFalse();
        assertThat(believes(PEER, 6, "0000100100000001")).isFalse();
    }

    @Test
    void refusesWhatQuotesTooLittle() {
        assertThat(believes(PEER, 50, "000010")).isFalse();
        assertThat(believes(PEER, 51, "32040000")).isFalse();
        assertThat(believes(PEER, 108, "0600")).isFalse();
        assertThat(believes(PEER, 17, "")).as("the UDP header alone").isFalse();
    }

    @Test
    void refusesWhatIsForIke() {
        assertThat(believes(PEER, 17, "0000000011223344")).isFalse();
    }

    @Test
    void refusesOthersIpInIpUnlessACompressingTunnelLeadsThere() {
        assertThat(believes(PEER, 4, "45000054")).isFalse();
        quoted.addCompressingTunnel(TestPolicies.address(PEER));
        assertThat(believes(PEER, 4, "45000054")).isTrue();
        assertThat(believes("192.0.2.3", 4, "45000054")).isFalse();
    }

    @Test
    void believesThisHostAndNobodyUnknown() {
        assertThat(quoted.contain(error(SocketError.Origin.LOCAL, "192.0.2.3", 255, ""))).isTrue();
        assertThat(quoted.contain(error(SocketError.Origin.OTHER, PEER, 50, "0000100100000001")))
                .isFalse();
    }
}

package org.jipsec.ike.settings;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;

class IdentityTests {
    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.1.0, 24, IPV4_SUBNET, 0a000100ffffff00",
        "10.0.1.7, 25, IPV4_SUBNET, 0a000107ffffff80",
        "0.0.0.0, 0, IPV4_SUBNET, 0000000000000000",
        "fe80::, 10, IPV6_SUBNET, fe80000000000000000000000000000"
                + "0ffc00000000000000000000000000000",
    })
    void writesNetworksAsAddressAndMask(
            String network, int length, IdentityType type, String octets) {
        Prefix prefix = new Prefix(address(network), length);
        Identity identity = Identity.of(prefix, 17, 500);
        assertThat(identity).isEqualTo(new Identity(type, 17, 500, Bytes.ofHex(octets)));
        assertThat(identity.prefix()).contains(prefix);
    }

    @Test
    void printsAsRacoonDoes() {
        assertThat(Identity.of(address("10.0.0.1"))).hasToString("10.0.0.1");
        assertThat(Identity.of(new Prefix(address("10.0.1.0"), 24), 0, 0))
                .hasToString("10.0.1.0/24[any]");
        assertThat(Identity.fqdn("a.example")).hasToString("a.example");
        assertThat(Identity.keyId(Bytes.of((byte) 1, (byte) 'a'))).hasToString("0x0161");
        assertThat(Identity.ofRange(address("10.0.0.1"), address("10.0.0.9"), 0, 0))
                .hasToString("10.0.0.1-10.0.0.9[any]");
    }

    @Test
    void hasNoPrefixForAMaskWithHolesOrAValueOfTheWrongLength() {
        assertThat(new Identity(IdentityType.IPV4_SUBNET, 0, 0, Bytes.ofHex("0a000000ff00ff00")))
                .extracting(Identity::prefix)
                .isEqualTo(java.util.Optional.empty());
        Identity cut = new Identity(IdentityType.IPV4_ADDRESS, 0, 0, Bytes.ofHex("0a00"));
        assertThat(cut.address()).isEmpty();
        assertThat(cut).hasToString("0a00");
        assertThat(new Identity(IdentityType.IPV4_SUBNET, 0, 0, Bytes.ofHex("0a00")).prefix())
                .isEmpty();
    }
}

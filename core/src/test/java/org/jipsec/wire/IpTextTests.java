package org.jipsec.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Random;

class IpTextTests {
    /// The examples of RFC 5952 section 4 and RFC 4291 section 2.2.
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8::A, 2001:db8::a",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "ff01:0:0:0:0:0:0:0, ff01::",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "::ffff:129.144.52.38, ::ffff:129.144.52.38",
        "0:0:0:0:0:ffff:8190:3426, ::ffff:129.144.52.38",
        "64:ff9b::1.2.3.4, 64:ff9b::102:304",
        "fe80::1%999999, fe80::1%999999",
        "10.0.0.1, 10.0.0.1",
        "255.255.255.255, 255.255.255.255",
    })
    void readsAndWritesAddresses(String written, String canonical) {
        assertThat(IpText.parse(written).map(IpText::text)).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.1",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.1.2",
                "010.0.0.1",
                "10.0.0.1.",
                "10..0.1",
                "1.2.3.4x",
                "0x0a000001",
                "localhost",
                ":",
                ":::",
                "1",
                "1::2::3",
                "12345::",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                ":1::",
                "::1:",
                "::g",
                "::1.2.3",
                "1:2:3:4:5:6:7:1.2.3.4",
                "::1%",
                "::1%no-such-device",
                "fe80::1%99999999999",
                "::\uff11"
            })
    void refusesWhatIsNoAddress(String text) {
        assertThat(IpText.parse(text)).isEmpty();
    }

    @Test
    void keepsAMappedAddressInItsFamily() {
        assertThat(IpText.parse("::ffff:10.0.0.1").orElseThrow()).isInstanceOf(Inet6Address.class);
        assertThat(IpText.parse("10.0.0.1").orElseThrow()).isInstanceOf(Inet4Address.class);
    }

    @Test
    void agreesWithTheJdkOnEveryOtherAddress() throws Exception {
        Random random = new Random(5952);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = new byte[16];
            random.nextBytes(octets);
            int zeros = random.nextInt(17);
            for (int z = 0; z < zeros; z++) {
                octets[random.nextInt(16)] = 0;
            }
            InetAddress address = Inet6Address.getByAddress(null, octets, -1);
            InetAddress back = IpText.parse(IpText.text(address)).orElseThrow();
            assertThat(back.getAddress()).isEqualTo(octets);
            assertThat(IpText.parse(address.getHostAddress()).orElseThrow().getAddress())
                    .isEqualTo(octets);
        }
    }

    @Test
    void takesTheNameOfADeviceThatHasNoAddressOfTheKind() {
        assertThat(IpText.parse("fe80::1%lo").map(IpText::text)).contains("fe80::1%lo");
        assertThat(IpText.parse("fe80::1%nosuchdevice")).isEmpty();
    }
}

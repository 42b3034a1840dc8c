package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Against what iproute2 6.1 sent and what Linux 6.18 answered, recorded with strace. Device 20 is
/// `v0`; the sequence number of a request, octets 8 to 11, is that of the recording.
class NetlinkCodecTests {
    private static final int TABLE = 27248;
    private static final int SEQUENCE = 0x6b044896;

    @Test
    void addsARouteAsIprouteDoes() {
        // ip route add 10.9.0.0/16 dev v0 src 10.1.0.1 mtu 1400 table 27248 protocol 106
        assertThat(hex(RouteCodec.add(ipv4Route())))
                .isEqualTo(
                        "48000000180005069648046b0000000002100000006afd0100000000080001000a090000"
                                + "080007000a01000108000f00706a000008000400140000000c000800080002"
                                + "0078050000");
    }

    @Test
    void replacesARouteOfIpv6AsIprouteDoes() {
        // ip -6 route replace 2001:db8:9::/48 dev v0 src 2001:db8:1::1 mtu 1400 table 27248 ...
        NetworkRoute route =
                NetworkRoute.device(prefix("2001:db8:9::", 48), TABLE, 106, 20)
                        .withSource(Optional.of(address("2001:db8:1::1")))
                        .withMtu(1400);
        assertThat(hex(RouteCodec.replace(route)))
                .isEqualTo(
                        "60000000180005059648046b000000000a300000006a0001000000001400010020010db8"
                                + "0009000000000000000000001400070020010db8000100000000000000000001"
                                + "08000f00706a000008000400140000000c0008000800020078050000");
    }

    @Test
    void addsARouteToNowhereAsIprouteDoes() {
        // ip route add throw 224.0.0.0/4 table 27248 protocol 106
        NetworkRoute route =
                NetworkRoute.nowhere(prefix("224.0.0.0", 4), NetworkRoute.Type.THROW, TABLE, 106);
        assertThat(hex(RouteCodec.add(route)))
                .isEqualTo(
                        "2c000000180005069648046b0000000002040000006a00090000000008000100e0000000"
                                + "08000f00706a0000");
    }

    @Test
    void asksForARouteAsIprouteDoes() {
        // ip route get 10.9.1.1 mark 27248
        assertThat(hex(RouteCodec.lookUp(address("10.9.1.1"), TABLE)))
                .isEqualTo(
                        "2c0000001a0001009648046b00000000022000000000000000100000080001000a090101"
                                + "08001000706a0000");
    }

    @Test
    void asksForATableAsIprouteDoes() {
        // ip route show table 27248
        assertThat(hex(RouteCodec.dump(IpFamily.IPV4, TABLE)))
                .isEqualTo(
                        "240000001a0001039648046b0000000002000000000000000000000008000f00706a0000");
    }

    @Test
    void addsAndDeletesARuleAsIprouteDoes() {
        // ip rule add not fwmark 27248 lookup 27248 priority 27248 protocol 106
        NetworkRule rule = NetworkRule.unlessMarked(IpFamily.IPV4, TABLE, TABLE, TABLE, 106);
        assertThat(hex(rule.add()))
                .isEqualTo(
                        "3c000000200005069648046b0000000002000000000000010200000008000a00706a0000"
                                + "08000f00706a000008000600706a0000050015006a000000");
        NetworkRule ipv6 = NetworkRule.unlessMarked(IpFamily.IPV6, TABLE, TABLE, TABLE, 106);
        assertThat(hex(ipv6.add()))
                .isEqualTo(
                        "3c000000200005069648046b000000000a000000000000010200000008000a00706a0000"
                                + "08000f00706a000008000600706a0000050015006a000000");
    }

    @Test
    void readsTheRoutesOfATable() throws Exception {
        List<NetlinkAnswer> answers =
                split(
                        "48000000180022009648046b220e000002100000fc6afd010000000008000f00706a0000"
                                + "080001000a0900000c0008000800020078050000080007000a010001"
                                + "0800040014000000"
                                + "2c000000180022009648046b220e000002040000fc6a00090000000008000f00"
                                + "706a000008000100e0000000");
        assertThat(RouteCodec.decode(answers.get(0))).contains(ipv4Route());
        assertThat(RouteCodec.decode(answers.get(1)))
                .contains(
                        NetworkRoute.nowhere(
                                prefix("224.0.0.0", 4), NetworkRoute.Type.THROW, TABLE, 106));
    }

    @Test
    void readsARouteOfIpv6WithTheDefaultMetricAsOneWithout() throws Exception {
        NetlinkAnswer answer =
                split(
                                "94000000180022009648046b270e00000a300000fc6a00010000000008000f00"
                                    + "706a00001400010020010db800090000000000000000000014000700"
                                    + "20010db80001000000000000000000010c0008000800020078050000"
                                    + "0800060000040000080004001400000024000c000000000000000000"
                                    + "0000000000000000000000000000000000000000000000000500140000000000")
                        .getFirst();
        assertThat(RouteCodec.decode(answer))
                .contains(
                        NetworkRoute.device(prefix("2001:db8:9::", 48), TABLE, 106, 20)
                                .withSource(Optional.of(address("2001:db8:1::1")))
                                .withMtu(1400));
    }

    @Test
    void readsRules() throws Exception {
        NetlinkAnswer answer =
                split(
                                "4c000000200002009648046b2c0e000002000000fc0000010200000008000f00"
                                        + "706a000008000e00ffffffff050015006a00000008000600706a0000"
                                        + "08000a00706a000008001000ffffffff")
                        .getFirst();
        assertThat(NetworkRule.decode(answer))
                .contains(NetworkRule.unlessMarked(IpFamily.IPV4, TABLE, TABLE, TABLE, 106));
    }

    @Test
    void readsAddresses() throws Exception {
        List<NetlinkAnswer> answers =
                split(
                        "4c000000140022009848046b310e00000218800014000000080001000a01000108000200"
                                + "0a0100010700030076300000080008008000000014000600ffffffffffffffff"
                                + "4988150049881500"
                                + "50000000140022009848046b310e00000a40c0fd1400000014000100fe800000"
                                + "00000000a40231fffe57744514000600ffffffffffffffff4888150048881500"
                                + "08000800c000000005000b0003000000");
        assertThat(NetworkAddress.decode(answers.get(0)))
                .contains(new NetworkAddress(20, prefix("10.1.0.1", 24), Optional.empty(), 0x80));
        NetworkAddress tentative = NetworkAddress.decode(answers.get(1)).orElseThrow();
        assertThat(tentative.isTentative()).isTrue();
        assertThat(tentative.address()).isEqualTo(address("fe80::a402:31ff:fe57:7445"));
    }

    @Test
    void readsARefusalWithTheKernelsWords() throws Exception {
        NetlinkAnswer answer =
                split(
                                "6c000000020000029748046b4f0e0000eaffffff3c000000180005069748046b"
                                    + "00000000021000000003fd0100000000080001000a090000080007000a"
                                    + "01004d08000f00706a000008000400140000001c000100496e76616c69"
                                    + "642070726566737263206164647265737300")
                        .getFirst();
        assertThat(answer.errno()).isEqualTo(ErrorNumber.EINVAL.number());
        assertThat(answer.explanation()).isEqualTo("Invalid prefsrc address");
    }

    @Test
    void readsTheKernelsWordsAtTheEndOfADump() throws Exception {
        NetlinkAnswer answer =
                split("20000000030002020000000000000000" + "feffffff" + "090001006e6f6e6500000000")
                        .getFirst();
        assertThat(answer.type()).isEqualTo(Netlink.NLMSG_DONE);
        assertThat(answer.errno()).isEqualTo(ErrorNumber.ENOENT.number());
        assertThat(answer.explanation()).isEqualTo("none");
    }

    @Test
    void readsAnAcknowledgement() throws Exception {
        NetlinkAnswer answer =
                split("24000000020000019648046b040e00000000000048000000180005069648046b00000000")
                        .getFirst();
        assertThat(answer.errno()).isZero();
        assertThat(answer.explanation()).isEmpty();
    }

    @Test
    void takesTheFirstOfSeveralNextHops() throws Exception {
        // RTA_MULTIPATH: two struct rtnexthop, via 10.1.0.7 dev 20 and via 10.1.0.8 dev 21
        NetlinkAnswer answer =
                split(
                                "48000000180000000000000000000000"
                                        + "02100000fe03000100000000"
                                        + "080001000a090000"
                                        + "24000900"
                                        + "1000000014000000080005000a010007"
                                        + "1000000015000000080005000a010008")
                        .getFirst();
        NetworkRoute route = RouteCodec.decode(answer).orElseThrow();
        assertThat(route.interfaceIndex()).isEqualTo(20);
        assertThat(route.gateway()).contains(address("10.1.0.7"));
    }

    @Test
    void refusesOctetsThatAreNoMessage() {
        assertThatThrownBy(() -> split("ff000000180000000000000000000000"))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("netlink message of 255 octets");
        assertThatThrownBy(
                        () ->
                                RouteCodec.decode(
                                        split("14000000180000000000000000000000" + "02100000")
                                                .getFirst()))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(
                        () ->
                                RouteCodec.decode(
                                        split(
                                                        "20000000180000000000000000000000"
                                                                + "02100000fe03000100000000"
                                                                + "02000100")
                                                .getFirst()))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("attribute of 2 octets");
    }

    private static NetworkRoute ipv4Route() {
        return NetworkRoute.device(prefix("10.9.0.0", 16), TABLE, 106, 20)
                .withSource(Optional.of(address("10.1.0.1")))
                .withMtu(1400);
    }

    private static String hex(NetlinkRequest request) {
        return HexFormat.of().formatHex(request.toOctets(SEQUENCE));
    }

    private static List<NetlinkAnswer> split(String hex) throws WireException {
        byte[] octets = HexFormat.of().parseHex(hex);
        return NetlinkAnswer.split(octets, octets.length);
    }

    private static Prefix prefix(String address, int length) {
        return new Prefix(address(address), length);
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }
}

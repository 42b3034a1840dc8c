package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Combination;
import org.jipsec.pfkey.PfkeyExtension.Context;
import org.jipsec.pfkey.PfkeyExtension.Count;
import org.jipsec.pfkey.PfkeyExtension.Counts;
import org.jipsec.pfkey.PfkeyExtension.EndpointPair;
import org.jipsec.pfkey.PfkeyExtension.ExtendedAssociation;
import org.jipsec.pfkey.PfkeyExtension.Features;
import org.jipsec.pfkey.PfkeyExtension.Filter;
import org.jipsec.pfkey.PfkeyExtension.Identity;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.KeyManagerAddress;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.Limits;
import org.jipsec.pfkey.PfkeyExtension.NatPort;
import org.jipsec.pfkey.PfkeyExtension.NatType;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.pfkey.PfkeyExtension.Proposal;
import org.jipsec.pfkey.PfkeyExtension.Reason;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.Sensitivity;
import org.jipsec.pfkey.PfkeyExtension.SpiRange;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.pfkey.PfkeyExtension.Unknown;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

class PfkeyCodecTests {
    static List<KernelMessages.Seen> kernelMessages() {
        return KernelMessages.all();
    }

    static List<PfkeyExtension> everyExtension() throws UnknownHostException {
        Endpoint four = endpoint("192.0.2.1", 500);
        Endpoint six = endpoint("2001:db8::1", 4500);
        Limits limits = new Limits(0xffff_ffffL, -1, 86400, 28800);
        return List.of(
                new Association(new Spi(0x8765_4321), 255, 1, 251, 12, 0x4000_0040),
                new Lifetimes(ExtensionType.LIFETIME_CURRENT, 0xffff_ffffL, -1, 1, 2),
                new Lifetimes(ExtensionType.LIFETIME_HARD, 1, 2, 3, 4),
                new Lifetimes(ExtensionType.LIFETIME_SOFT, 0, 0, 0, 0),
                new Address(ExtensionType.ADDRESS_SOURCE, 255, 24, four),
                new Address(ExtensionType.ADDRESS_DESTINATION, 58, 128, six),
                new Address(ExtensionType.ADDRESS_PROXY, 6, 0, endpoint("::ffff:192.0.2.1", 1)),
                new Address(ExtensionType.X_NAT_T_ORIGINAL_ADDRESS, 0, 32, four),
                new Key(ExtensionType.KEY_AUTHENTICATION, 128, Secret.of(new byte[16])),
                new Key(ExtensionType.KEY_ENCRYPTION, 9, Secret.ofHex("ff80")),
                new Identity(ExtensionType.IDENTITY_SOURCE, 2, -1, Bytes.ofHex("6100000000000000")),
                new Identity(ExtensionType.IDENTITY_DESTINATION, 3, 7, Bytes.EMPTY),
                new Sensitivity(1, 2, Bytes.of(new byte[16]), 3, Bytes.of(new byte[8])),
                new Proposal(
                        32, List.of(new Combination(3, 12, 1, 160, 160, 128, 256, limits, limits))),
                new Supported(
                        ExtensionType.SUPPORTED_AUTHENTICATION,
                        List.of(new Algorithm(2, 0, 128, 128), new Algorithm(251, 8, 0, 65535))),
                new Supported(ExtensionType.SUPPORTED_ENCRYPTION, List.of()),
                new SpiRange(new Spi(256), new Spi(-1)),
                new PolicyData(2, 3, 58, 0x8000_0000, List.of(request(four), request(six))),
                new PolicyData(
                        2, 1, 0, 0, List.of(new PolicyRequest(51, 1, 3, -1, Optional.empty()))),
                new Sa2(2, 9, -1),
                new NatType(2),
                new NatPort(ExtensionType.X_NAT_T_SOURCE_PORT, 4500),
                new NatPort(ExtensionType.X_NAT_T_DESTINATION_PORT, 65535),
                new Context(1, 1, Bytes.ofHex("7300")),
                new KeyManagerAddress(5, new EndpointPair(six, six)),
                new Filter(Bytes.of(new byte[16]), 32, Bytes.of(new byte[16]), 0, 2),
                new ExtendedAssociation(0x0240, 4096, true, 1400),
                new Reason("no such SA"),
                new Counts(ExtensionType.JIPSEC_COUNTERS, List.of(new Count("in", "", -1))),
                new Counts(
                        ExtensionType.JIPSEC_DROPS,
                        List.of(new Count("replayed", "was here before", 3))),
                new Features("userspace", 0x7f, 4),
                new Unknown(17, Bytes.of(new byte[12])),
                new Unknown(999, Bytes.of(new byte[4])));
    }

    @ParameterizedTest
    @MethodSource("kernelMessages")
    void encodesEveryMessageOfAKernelToTheOctetsItCameFrom(KernelMessages.Seen seen)
            throws WireException {
        PfkeyMessage message = PfkeyCodec.decode(seen.buffer());
        assertThat(PfkeyCodec.encode(message).array()).isEqualTo(seen.octets());
    }

    @Test
    void readsAnAddOfSetkey() throws WireException, UnknownHostException {
        PfkeyMessage add =
                KernelMessages.all().stream()
                        .filter(seen -> seen.octets()[1] == 3)
                        .findFirst()
                        .map(PfkeyCodecTests::decoded)
                        .orElseThrow();
        assertThat(add)
                .isEqualTo(
                        PfkeyMessage.of(
                                MessageType.ADD,
                                3,
                                0,
                                1168,
                                List.of(
                                        new Key(
                                                ExtensionType.KEY_ENCRYPTION,
                                                192,
                                                Secret.ofHex(
                                                        "7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831")),
                                        new Key(
                                                ExtensionType.KEY_AUTHENTICATION,
                                                128,
                                                Secret.ofHex("c0291ff014dccdd03874d9e8e4cdf3e6")),
                                        new Association(new Spi(0x201), 0, 0, 2, 3, 0x40),
                                        new Sa2(2, 0, 0),
                                        new Address(
                                                ExtensionType.ADDRESS_SOURCE,
                                                255,
                                                32,
                                                endpoint("192.168.1.100", 0)),
                                        new Address(
                                                ExtensionType.ADDRESS_DESTINATION,
                                                255,
                                                32,
                                                endpoint("192.168.2.100", 0)))));
    }

    @ParameterizedTest
    @MethodSource("everyExtension")
    void readsWhatItWrote(PfkeyExtension extension) throws WireException {
        PfkeyMessage message =
                new PfkeyMessage(2, 200, 17, 3, 0xffff, -1, -2, List.of(extension, extension));
        ByteBuffer octets = PfkeyCodec.encode(message);
        assertThat(octets.remaining() % 8).isZero();
        assertThat(PfkeyCodec.decode(octets)).isEqualTo(message);
        assertThat(octets.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("everyExtension")
    void refusesEveryTruncationWithoutFailing(PfkeyExtension extension) {
        byte[] whole =
                PfkeyCodec.encode(PfkeyMessage.of(MessageType.ADD, 3, 0, 1, List.of(extension)))
                        .array();
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            assertThatThrownBy(() -> PfkeyCodec.decode(cut)).isInstanceOf(WireException.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // spotless:off
                // version, type, errno, satype, len, reserved, seq, pid, then extensions
                "02090000 0200                                                        | octet 6:"
                        + " needs 2",
                "02090000 00000000 00000000 00000000                                  | octet 4:"
                        + " message length 0 is below",
                "02090000 01000000 00000000 00000000                                  | octet 4:"
                        + " message length 8 is below",
                "02090000 03000000 00000000 00000000                                  | octet 4:"
                        + " message length 24, there are 16",
                "02090000 03000000 00000000 00000000 00000100 00000000                | octet 16:"
                        + " extension 1 of length 0",
                "02090000 03000000 00000000 00000000 01000000 00000000                | octet 18:"
                        + " extension type 0",
                "02090000 03000000 00000000 00000000 02000100 00000000                | octet 16:"
                        + " extension 1 of length 16 passes",
                "02090000 03000000 00000000 00000000 01000100 00000000                | octet 24:"
                        + " in extension 1: needs",
                "02090000 03000000 00000000 00000000 01000900 08000000                | octet 24:"
                        + " in extension 9: needs 1 octets",
                "02090000 04000000 00000000 00000000 02000500 ff200000 07000000 00000000 | in"
                        + " extension 5: no socket address",
                "02090000 05000000 00000000 00000000 03001200 02000100 00000000 00000000 0f003200"
                        + " 01010000 | in extension 18: ipsecrequest of 15",
                "02090000 05000000 00000000 00000000 03001200 02000100 00000000 00000000 10003200"
                        + " 01010000 | in extension 18: needs",
                // spotless:on
            })
    void saysWhichOctetCannotBe(String hex, String complaint) {
        ByteBuffer octets = ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
        assertThatThrownBy(() -> PfkeyCodec.decode(octets))
                .isInstanceOf(WireException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void believesNoCountOfCounters() {
        PfkeyMessage message =
                PfkeyMessage.of(
                        MessageType.JIPSEC_STATISTICS,
                        0,
                        0,
                        1,
                        List.of(new Counts(ExtensionType.JIPSEC_DROPS, List.of())));
        ByteBuffer octets = PfkeyCodec.encode(message);
        octets.putInt(20, -1);
        assertThat(decoded(octets)).isEqualTo(message);
    }

    @Test
    void doesNotEncodeWhatTheLengthFieldCannotSay() {
        PfkeyMessage long_ =
                PfkeyMessage.of(
                        MessageType.ADD,
                        0,
                        0,
                        1,
                        List.of(new Unknown(999, Bytes.of(new byte[PfkeyCodec.MAXIMUM]))));
        assertThatIllegalArgumentException().isThrownBy(() -> PfkeyCodec.encode(long_));
    }

    @Test
    void keepsAMappedAddressIpv6AndItsScope() throws UnknownHostException {
        byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
        Endpoint scoped = new Endpoint(Inet6Address.getByAddress(null, linkLocal, 3), 7);
        PfkeyMessage message =
                PfkeyMessage.of(
                        MessageType.GET,
                        3,
                        0,
                        1,
                        List.of(new Address(ExtensionType.ADDRESS_SOURCE, 0, 128, scoped)));
        Address read = decoded(PfkeyCodec.encode(message)).first(Address.class).orElseThrow();
        assertThat(((Inet6Address) read.endpoint().address()).getScopeId()).isEqualTo(3);
        assertThat(endpoint("::ffff:192.0.2.1", 0).address()).isInstanceOf(Inet6Address.class);
    }

    @Test
    void takesAwayOnlyThePrivateExtensionsAtTheEnd() {
        PfkeyMessage plain = PfkeyMessage.of(MessageType.ADD, 3, 0, 1, List.of(new Sa2(1, 0, 5)));
        PfkeyMessage extended =
                plain.withExtensions(
                        List.of(
                                new Sa2(1, 0, 5),
                                new ExtendedAssociation(1, 2, false, 0),
                                new Reason("because")));
        assertThat(decoded(PfkeyCodec.withoutPrivate(PfkeyCodec.encode(extended))))
                .isEqualTo(plain);
        ByteBuffer odd = ByteBuffer.allocate(17);
        assertThat(PfkeyCodec.withoutPrivate(odd)).isSameAs(odd);
        ByteBuffer untouched = PfkeyCodec.encode(plain);
        assertThat(PfkeyCodec.withoutPrivate(untouched)).isSameAs(untouched);
    }

    private static PolicyRequest request(Endpoint end) {
        return new PolicyRequest(50, 2, 3, 16385, Optional.of(new EndpointPair(end, end)));
    }

    private static Endpoint endpoint(String address, int port) throws UnknownHostException {
        return address.startsWith("::ffff:")
                ? new Endpoint(
                        Inet6Address.getByAddress(
                                null,
                                HexFormat.of().parseHex("00000000000000000000ffffc0000201"),
                                -1),
                        port)
                : new Endpoint(InetAddress.getByName(address), port);
    }

    private static PfkeyMessage decoded(KernelMessages.Seen seen) {
        return decoded(seen.buffer());
    }

    private static PfkeyMessage decoded(ByteBuffer octets) {
        try {
            return PfkeyCodec.decode(octets);
        } catch (WireException wrong) {
            throw new AssertionError(wrong);
        }
    }
}

package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

class PfkeyDumpTests {
    static List<KernelMessages.Seen> kernelMessages() {
        return KernelMessages.all();
    }

    @ParameterizedTest
    @MethodSource("kernelMessages")
    void printsAMessageAsTheOriginalDid(KernelMessages.Seen seen) {
        assertThat(PfkeyDump.hex(seen.buffer())).isEqualTo(seen.hex());
        if (seen.octets()[1] != MessageType.X_PROMISC.number()) {
            assertThat(PfkeyDump.text(seen.buffer())).isEqualTo(seen.text());
        }
    }

    static List<byte[]> recordedMessages() {
        return KernelMessages.text("/pfkey/linux-6.1.messages")
                .lines()
                .filter(line -> line.startsWith("< "))
                .map(line -> HexFormat.of().parseHex(line.substring(2)))
                .toList();
    }

    /// Acquires, expiries, NAT-T, algorithms and errors too, which the golden has not.
    @Test
    void printsEachExtensionOfWhatAKernelWasRecordedToSay() {
        Set<Integer> types = new TreeSet<>();
        for (byte[] octets : recordedMessages()) {
            ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
            List<String> lines = new ArrayList<>();
            lines.add(
                    "sadb_msg{ version=2 type=%d errno=%d satype=%d"
                            .formatted(octets[1], octets[2], octets[3]));
            types.add((int) octets[1]);
            for (int at = 16; at < octets.length; at += in.getShort(at) * 8) {
                int type = in.getShort(at + 2);
                lines.add("sadb_ext{ len=%d type=%d }".formatted(in.getShort(at), type));
                types.add(1000 + type);
            }
            assertThat(
                            PfkeyDump.text(ByteBuffer.wrap(octets))
                                    .lines()
                                    .filter(line -> line.matches("sadb_(msg|ext)\\{.*"))
                                    .toList())
                    .isEqualTo(lines);
        }
        assertThat(types).contains(6, 8, 10, 1013, 1018, 1020, 1021, 1022);
    }

    @Test
    void hasTheStrayMessageOfTheGolden() {
        assertThat(KernelMessages.resource("cli-verbose.out.txt"))
                .contains("refcnt=0\n" + PfkeyDump.STRAY + "\nsadb_msg{ version=2 type=10");
        assertThat(PfkeyDump.text(ByteBuffer.allocate(16))).isEqualTo(PfkeyDump.STRAY);
    }

    /// The place 64 octets on lies in the second key here, where the original prints it.
    @Test
    void printsZerosWhereTheSlipWouldShowAKey() {
        String secret = "5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2";
        PfkeyMessage message =
                PfkeyMessage.of(
                        MessageType.ADD,
                        3,
                        0,
                        1,
                        List.of(
                                new Key(
                                        ExtensionType.KEY_AUTHENTICATION,
                                        512,
                                        Secret.ofHex(secret + secret)),
                                new Key(ExtensionType.KEY_ENCRYPTION, 256, Secret.ofHex(secret))));
        assertThat(PfkeyDump.text(PfkeyCodec.encode(message)))
                .contains("bits=512")
                .doesNotContain("5ec2", "c2e7", "e75e");
    }

    @ParameterizedTest
    @MethodSource("org.jipsec.pfkey.PfkeyCodecTests#everyExtension")
    void printsAnyOctetsWithoutFailing(PfkeyExtension extension) {
        byte[] octets =
                PfkeyCodec.encode(
                                PfkeyMessage.of(
                                        MessageType.ADD, 3, 0, 1, List.of(extension, extension)))
                        .array();
        for (int length = 0; length < octets.length; length++) {
            assertThat(PfkeyDump.text(ByteBuffer.wrap(octets, 0, length))).startsWith("sadb_msg{");
        }
    }

    @Test
    void printsAnAddressOfIpv6() throws WireException {
        byte[] octets =
                HexFormat.of()
                        .parseHex(
                                "02050003070000000000000001000000"
                                        + "05000500ff800000"
                                        + "0a0011940000000020010db800000000000000000000000100000000"
                                        + "00000000");
        assertThat(PfkeyDump.text(ByteBuffer.wrap(octets)))
                .isEqualTo(
                        """
                        sadb_msg{ version=2 type=5 errno=0 satype=3
                          len=7 reserved=0 seq=0 pid=1
                        sadb_ext{ len=5 type=5 }
                        sadb_address{ proto=255 prefixlen=128 reserved=0x0000 }
                        sockaddr{ len=28 family=10 port=4500
                          flowinfo=0x00000000, scope_id=0x00000000
                         20010db8 00000000 00000000 00000001  }
                        """);
    }

    /// 65535 words of eight octets, in each two of them a key that claims 8191 octets.
    @Test
    void printsNoMoreOfAKeyThanItsExtensionHas() {
        ByteBuffer message = ByteBuffer.allocate(65_535 * 8).order(PfkeyCodec.HOST);
        message.putShort(4, (short) 65_535);
        for (int at = 16; at + 16 <= message.limit(); at += 16) {
            message.putShort(at, (short) 2)
                    .putShort(at + 2, (short) 9)
                    .putShort(at + 4, (short) -1);
        }

        assertThat(PfkeyDump.text(message).length()).isLessThan(200 * 65_535 / 2);
    }

    @Test
    void stopsAtAnExtensionTheOriginalDoesNotKnow() {
        byte[] octets =
                HexFormat.of().parseHex("02050003030000000000000001000000" + "0100e70300000000");
        assertThat(PfkeyDump.text(ByteBuffer.wrap(octets)))
                .endsWith(
                        "sadb_ext{ len=1 type=999 }\n"
                                + "kdebug_sadb: invalid ext_type 999 was passed.\n");
    }
}

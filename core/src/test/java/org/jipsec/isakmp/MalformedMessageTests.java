package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Each kind of octets that are not a message, with the octet that says so.
class MalformedMessageTests {
    private static final int BODY = Header.LENGTH + 4;

    /// A header and what follows it, the length right.
    private static Bytes message(int first, String... payloads) {
        Bytes body = Bytes.ofHex(String.join("", payloads));
        return MessageCodec.encode(
                new EncryptedMessage(
                        Header.of(new Cookie(1), new Cookie(2), ExchangeType.AGGRESSIVE, 0),
                        first,
                        body));
    }

    /// A payload that is the last one.
    private static String payload(String body) {
        return "0000%04x".formatted(4 + body.length() / 2) + body;
    }

    private static Bytes one(int type, String body) {
        return message(type, payload(body));
    }

    private static void refuses(Bytes datagram, int offset, String text) {
        assertThatThrownBy(() -> MessageCodec.decode(datagram.buffer()))
                .isInstanceOfSatisfying(
                        WireException.class, wrong -> assertThat(wrong.offset()).isEqualTo(offset))
                .hasMessage("octet %d: %s".formatted(offset, text));
    }

    private static Payload accepts(Bytes datagram) throws WireException {
        Message message = (Message) MessageCodec.decode(datagram.buffer());
        return message.payloads().getFirst();
    }

    // the header

    @ParameterizedTest
    @CsvSource({"0", "1", "4", "27"})
    void aDatagramShorterThanAHeader(int length) {
        refuses(
                Bytes.of(new byte[length]),
                length,
                "datagram of %d octets, an ISAKMP header has 28".formatted(length));
    }

    /// CVE-2005-0398.
    @ParameterizedTest
    @CsvSource({"0", "1", "27"})
    void aLengthShorterThanTheHeader(int length) {
        refuses(
                withLength(one(13, "00"), length),
                24,
                "message length %d is shorter than its own header".formatted(length));
    }

    /// CVE-2004-0403: the original made room for as much as the header says.
    @ParameterizedTest
    @CsvSource({"65536", "2147483647", "2147483648", "4294967295"})
    void aLengthOfMoreThanUdpCarries(long length) {
        refuses(
                withLength(one(13, "00"), length),
                24,
                "message length %d is more than 65535".formatted(length));
    }

    /// As in racoon: a datagram may be shorter than its header says as long as its payloads fit.
    @Test
    void aDatagramShorterThanItsHeaderSaysIsReadIfItsPayloadsFit() throws WireException {
        assertThat(accepts(withLength(one(13, "0011"), 60000)))
                .isEqualTo(new Payload.Vendor(Bytes.ofHex("0011")));
        refuses(
                withLength(message(13, "00000008" + "0011"), 60000),
                Header.LENGTH + 2,
                "payload length 8, 6 are left");
    }

    @Test
    void octetsBehindTheLengthAreCutOff() throws WireException {
        Bytes datagram = one(13, "0011");
        ByteBuffer longer = ByteBuffer.allocate(datagram.length() + 5).put(datagram.buffer());
        Message message = (Message) MessageCodec.decode(longer.rewind());
        assertThat(message.chain().padding()).isEqualTo(Bytes.EMPTY);
    }

    private static Bytes withLength(Bytes message, long length) {
        byte[] octets = message.toArray();
        ByteBuffer.wrap(octets).putInt(24, (int) length);
        return Bytes.of(octets);
    }

    // the generic header

    @ParameterizedTest
    @CsvSource({"0, ''", "1, 00", "4, 0d000004"})
    void lessThanFiveOctetsForAPayload(int left, String body) {
        refuses(
                message(13, body),
                Header.LENGTH,
                "payload needs 5 octets at least, %d are left".formatted(left));
    }

    /// CVE-2004-0392: a payload that is shorter than its own header made the original read it for
    /// ever.
    @ParameterizedTest
    @CsvSource({"0", "1", "2", "3"})
    void aPayloadShorterThanItsOwnHeader(int length) {
        refuses(
                message(13, "0d00%04x".formatted(length), "0000000000"),
                Header.LENGTH + 2,
                "payload length %d is shorter than its own header".formatted(length));
    }

    @Test
    void aPayloadThatRunsPastTheEnd() {
        refuses(
                message(13, "0000ffff", "00"),
                Header.LENGTH + 2,
                "payload length 65535, 5 are left");
    }

    @Test
    void aSuccessorThatIsNotThere() {
        refuses(
                message(13, "0d000005", "00"),
                Header.LENGTH + 5,
                "payload needs 5 octets at least, 0 are left");
    }

    @Test
    void moreEmptyPayloadsThanAnybodySends() {
        String[] payloads = new String[129];
        Arrays.fill(payloads, "0d000005" + "00");
        refuses(message(13, payloads), Header.LENGTH + 127 * 5, "more than 128 payloads");
    }

    @Test
    void aProposalOrTransformOutsideAnSa() {
        refuses(one(2, "0101000101"), Header.LENGTH, "prop payload outside an SA payload");
        refuses(one(3, "0101000101"), Header.LENGTH, "trns payload outside an SA payload");
    }

    // SA

    private static final String IPSEC = "00000001" + "00000001";

    /// A proposal that is the last one, from its number on.
    private static String proposal(String body) {
        return IPSEC + payload(body);
    }

    private static final int PROPOSAL = BODY + 8;

    @Test
    void anSaWithoutRoomForItsDomain() {
        refuses(one(1, "000000"), BODY, "needs 4 octets, 3 are left");
        refuses(one(1, "00000001" + "00"), BODY + 4, "needs 4 octets, 1 are left");
    }

    @Test
    void anSaWithoutProposals() {
        refuses(one(1, IPSEC), PROPOSAL, "payload needs 5 octets at least, 0 are left");
    }

    @Test
    void aProposalWithoutTransforms() {
        refuses(one(1, proposal("01010000")), PROPOSAL + 7, "proposal without transforms");
    }

    @Test
    void aProposalThatAnnouncesMoreTransformsThanItHas() {
        refuses(
                one(1, proposal("01010002" + payload("01010000"))),
                PROPOSAL + 7,
                "2 transforms announced, there are 1");
    }

    @Test
    void aProposalThatHasMoreTransformsThanItAnnounces() {
        String two = "03000008" + "01010000" + payload("02010000");
        refuses(
                one(1, proposal("01010001" + two)),
                PROPOSAL + 7,
                "more transforms than the 1 announced");
    }

    @Test
    void anSpiThatRunsPastItsProposal() {
        refuses(
                one(1, proposal("01030801" + "00000000")),
                PROPOSAL + 6,
                "SPI of 8 octets, 4 are left");
    }

    @Test
    void proposalNumbersThatDescend() {
        String first = "02000010" + "02010001" + payload("01010000");
        String second = payload("01010001" + payload("01010000"));
        refuses(
                one(1, IPSEC + first + second),
                PROPOSAL + 16 + 4,
                "proposal 1 stands behind proposal 2");
    }

    @Test
    void somethingElseAmongProposalsOrTransforms() {
        String first = "05000010" + "01010001" + payload("01010000");
        refuses(
                one(1, IPSEC + first + payload("0000000000")),
                PROPOSAL + 16,
                "payload type 5 among proposals");
        String transform = "05000008" + "01010000";
        refuses(
                one(1, proposal("01010002" + transform + payload("01010000"))),
                PROPOSAL + 8 + 8,
                "payload type 5 among transforms");
    }

    @Test
    void octetsBehindTheLastProposalOrTransform() {
        String proposal = payload("01010001" + payload("01010000"));
        refuses(one(1, IPSEC + proposal + "00"), PROPOSAL + 16, "octets behind the last proposal");
        refuses(
                one(1, proposal("01010001" + payload("01010000") + "00")),
                PROPOSAL + 8 + 8,
                "octets behind the last transform");
    }

    @Test
    void anAttributeThatEndsInTheMiddle() {
        refuses(
                one(1, proposal("01010001" + payload("01010000" + "8001"))),
                PROPOSAL + 16,
                "attribute ends behind 2 octets");
    }

    @Test
    void anAttributeWhoseLengthRunsPastTheTransform() {
        refuses(
                one(1, proposal("01010001" + payload("01010000" + "000c0008" + "00007080"))),
                PROPOSAL + 16 + 2,
                "attribute of 8 octets, 4 are left");
    }

    @Test
    void moreAttributesTransformsAndProposalsThanAnybodySends() {
        String attributes = "80010007".repeat(65);
        refuses(
                one(1, proposal("01010001" + payload("01010000" + attributes))),
                PROPOSAL + 16 + 64 * 4,
                "more than 64 attributes");
        String proposals = ("02000010" + "01010001" + payload("01010000")).repeat(129);
        refuses(one(1, IPSEC + proposals), PROPOSAL + 128 * 16, "more than 128 proposals");
        StringBuilder many = new StringBuilder();
        for (int number = 1; number <= 5; number++) {
            String transforms = ("03000008" + "01010000").repeat(249) + payload("01010000");
            many.append("02000%03x".formatted(8 + 2000))
                    .append("%02x0100fa".formatted(number))
                    .append(transforms);
        }
        refuses(
                one(1, IPSEC + many),
                PROPOSAL + 4 * 2008 + 8 + 24 * 8,
                "more than 1024 transforms");
    }

    @Test
    void anSaOfAnotherDomainIsKeptAsItCame() throws WireException {
        Payload.Sa other = (Payload.Sa) accepts(one(1, "00000000" + "00000001" + "ffff"));
        assertThat(other.proposals()).isEmpty();
        assertThat(TransformReader.problem(other)).isPresent();
        Payload.Sa labels = (Payload.Sa) accepts(one(1, "00000001" + "00000002" + "ffff"));
        assertThat(labels.proposals()).isEmpty();
        assertThat(TransformReader.problem(labels)).isPresent();
    }

    // the other payloads

    @ParameterizedTest
    @CsvSource({"4, key exchange", "8, hash", "9, signature", "20, NAT-D hash", "130, NAT-D hash"})
    void anEmptyPayloadOfWhatMustNotBe(int type, String name) {
        // not the last, or it had too few octets already
        refuses(message(type, "0d000004", payload("00")), BODY, "empty " + name);
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "257", "2000"})
    void aNonceShorterThanEightOrLongerThan256(int length) {
        refuses(
                one(10, "00".repeat(length)),
                BODY,
                "nonce of %d octets: RFC 2409 wants 8 to 256".formatted(length));
    }

    @ParameterizedTest
    @CsvSource({"8", "256"})
    void noncesOfTheBoundsAreFine(int length) throws WireException {
        assertThat(accepts(one(10, "00".repeat(length))).body().length()).isEqualTo(length);
    }

    @ParameterizedTest
    @CsvSource({"1, 00", "2, 0000", "3, 000000"})
    void anIdentificationShorterThanFour(int length, String body) {
        assertThatThrownBy(() -> MessageCodec.decode(one(5, body).buffer()))
                .isInstanceOf(WireException.class)
                .hasMessageContaining("needs")
                .hasMessageContaining("octet " + (BODY + Math.min(length, 2)));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 3, IPv4_address of 3 octets instead of 4",
        "1, 5, IPv4_address of 5 octets instead of 4",
        "4, 4, IPv4_subnet of 4 octets instead of 8",
        "4, 9, IPv4_subnet of 9 octets instead of 8",
        "5, 4, IPv6_address of 4 octets instead of 16",
        "6, 16, IPv6_subnet of 16 octets instead of 32",
        "7, 4, IPv4_address_range of 4 octets instead of 8",
        "8, 33, IPv6_address_range of 33 octets instead of 32"
    })
    void anAddressOfTheWrongLength(int kind, int length, String text) {
        refuses(one(5, "%02x000000".formatted(kind) + "00".repeat(length)), BODY, text);
    }

    @Test
    void aMaskWithHoles() {
        refuses(one(5, "04000000" + "0a000000" + "ff00ff00"), BODY + 8, "subnet mask with gaps");
        refuses(
                one(5, "06000000" + "00".repeat(16) + "ff".repeat(8) + "01" + "00".repeat(7)),
                BODY + 20,
                "subnet mask with gaps");
    }

    @ParameterizedTest
    @CsvSource({"00000000", "80000000", "fffffe00", "ffffffff"})
    void masksWithoutHolesAreFine(String mask) throws WireException {
        assertThat(accepts(one(5, "04000000" + "0a000000" + mask)))
                .isInstanceOf(Payload.Identification.class);
    }

    @Test
    void aCertificateOfOneOctet() {
        refuses(one(6, "04"), BODY + 1, "empty certificate");
        refuses(message(6, "0d000004", payload("00")), BODY, "needs 1 octets, 0 are left");
    }

    @Test
    void aNotifyWhoseSpiRunsPastIt() {
        refuses(
                one(11, "00000001" + "0110" + "6002" + "0000"),
                BODY + 5,
                "SPI of 16 octets, 2 are left");
        refuses(one(11, "00000001" + "01"), BODY + 5, "needs 1 octets, 0 are left");
    }

    @ParameterizedTest
    @CsvSource({"04, 0002, 4", "04, 0001, 8", "ff, 0400, 0", "00, 0001, 4", "10, 0000, 4"})
    void aDeleteWhoseSpisDoNotFillIt(String size, String count, int octets) {
        refuses(
                one(12, "00000001" + "03" + size + count + "00".repeat(octets)),
                BODY + 5,
                "%d SPIs of %d octets do not fill %d octets"
                        .formatted(
                                Integer.parseInt(count, 16), Integer.parseInt(size, 16), octets));
    }

    /// 255 times 65535 SPIs are as many octets, in 16 bits, as 16384 * 4: none.
    @ParameterizedTest
    @CsvSource({"04, 4000", "ff, ffff", "00, ffff", "01, 0401"})
    void aDeleteOfMoreSpisThanAnybodySends(String size, String count) {
        refuses(
                one(12, "00000001" + "03" + size + count),
                BODY + 6,
                "%d SPIs, at most 1024 are read".formatted(Integer.parseInt(count, 16)));
    }

    @Test
    void attributesOfModeConfigThatRunPastTheirPayload() {
        refuses(
                one(14, "01000000" + "00010004" + "0a00"),
                BODY + 6,
                "attribute of 4 octets, 2 are left");
        refuses(one(14, "0100"), BODY + 2, "needs 2 octets, 0 are left");
        refuses(
                one(14, "01000000" + "80010000".repeat(513)),
                BODY + 4 + 512 * 4,
                "more than 512 attributes");
    }

    @Test
    void anOriginalAddressThatIsNone() {
        refuses(one(21, "04000000" + "0a000000ffffff00"), BODY, "original address of type 4");
        refuses(one(131, "01000000" + "0a0000"), BODY, "original address of 3 octets instead of 4");
        refuses(
                one(16, "05000000" + "0a000001"),
                BODY,
                "original address of 4 octets instead of 16");
    }

    /// CVE-2009-1574 is the second.
    @Test
    void aFragmentWithoutNumberOrData() {
        refuses(one(132, "0001" + "0000" + "ff"), BODY + 2, "fragment number 0: they count from 1");
        refuses(one(132, "0001" + "0101"), BODY + 4, "empty fragment");
    }

    static List<Bytes> everyKind() {
        return List.of(
                one(1, proposal("01030401" + "01020304" + payload("01010000" + "80010007"))),
                one(4, "0011"),
                one(5, "04000000" + "0a000000" + "ffffff00"),
                one(6, "0400"),
                one(7, "04"),
                one(8, "00"),
                one(9, "00"),
                one(10, "00".repeat(8)),
                one(11, "00000001" + "0304" + "6000" + "01020304" + "8001000100020004"),
                one(12, "00000001" + "0304" + "0002" + "01020304" + "05060708"),
                one(13, "00"),
                one(14, "01000000" + "00010004" + "0a000001"),
                one(20, "00"),
                one(21, "01000000" + "0a000001"),
                one(129, "00"),
                one(132, "0001" + "0101" + "ff"),
                one(200, "00"));
    }

    /// Nothing but an exception of ours, wherever a message breaks off or whichever octet is wrong;
    /// what is read all the same is written with the octets that were read.
    @ParameterizedTest
    @MethodSource("everyKind")
    void anyCutAndAnyOctetIsReadOrRefused(Bytes message) {
        for (int length = 0; length < message.length(); length++) {
            tries(Bytes.of(message.toArray(), 0, length));
        }
        for (int at = 0; at < message.length(); at++) {
            byte[] octets = message.toArray();
            byte right = octets[at];
            for (int wrong : new int[] {0, 1, 3, 4, 20, 0x7f, 0x80, 0xff, right - 1, right + 1}) {
                octets[at] = (byte) wrong;
                tries(Bytes.of(octets));
            }
        }
    }

    private static void tries(Bytes octets) {
        try {
            MessageCodecFuzzTests.readAgain(MessageCodec.decode(octets.buffer()));
        } catch (WireException refused) {
            assertThat(refused.offset()).isBetween(0, octets.length());
            assertThat(refused.getMessage().toLowerCase(Locale.ROOT)).startsWith("octet ");
        }
    }

    static List<String> tcpdump() {
        return Captures.names("tcpdump");
    }

    /// The captures that made tcpdump stumble: each message is read or refused, at an octet of it,
    /// in no time.
    @ParameterizedTest
    @MethodSource("tcpdump")
    void theCapturesOfTcpdumpAreReadOrRefusedWithinBounds(String name) {
        List<Bytes> messages = Captures.messages(name);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> messages.forEach(MalformedMessageTests::tries));
        assertThat(messages).allMatch(octets -> octets.length() <= Bounds.MESSAGE);
    }
}

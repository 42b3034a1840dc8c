package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

class MessageCodecTests {
    @Test
    void whatIsWrittenIsReadAgain() throws WireException {
        Set<PayloadType> seen = EnumSet.noneOf(PayloadType.class);
        for (int seed = 0; seed < 5000; seed++) {
            RandomMessages random = new RandomMessages(new Random(seed), false);
            Message message = random.message();
            message.payloads().forEach(payload -> seen.add(payload.type()));
            Bytes octets = MessageCodec.encode(message);
            assertThat(MessageCodec.decode(octets.buffer())).as("seed %d", seed).isEqualTo(message);
            EncryptedMessage encrypted = random.encrypted();
            assertThat(MessageCodec.decode(MessageCodec.encode(encrypted).buffer()))
                    .isEqualTo(encrypted);
        }
        assertThat(seen)
                .isEqualTo(
                        EnumSet.complementOf(
                                EnumSet.of(PayloadType.PROPOSAL, PayloadType.TRANSFORM)));
    }

    /// A body as it is before encryption: padded, and told apart from its padding again.
    @Test
    void paddingIsToldFromPayloads() throws WireException {
        for (int seed = 0; seed < 500; seed++) {
            Random chance = new Random(seed);
            PayloadChain chain = new RandomMessages(chance, false).message().chain();
            byte[] padding = new byte[chance.nextInt(16)];
            chance.nextBytes(padding);
            Bytes body =
                    Bytes.of(
                            ByteBuffer.allocate(chain.octets().length() + padding.length)
                                    .put(chain.octets().buffer())
                                    .put(padding)
                                    .array());
            PayloadChain read = MessageCodec.decodeBody(chain.first(), body);
            assertThat(read.payloads()).isEqualTo(chain.payloads());
            assertThat(read.octets()).isEqualTo(chain.octets());
            assertThat(read.padding()).isEqualTo(Bytes.of(padding));
        }
    }

    @Test
    void whatIsBehindTheFirstPayloadIsWhatItsHashCovers() {
        PayloadChain chain =
                PayloadChain.of(
                        new Payload.Hash(Bytes.ofHex("0102")),
                        new Payload.Vendor(Bytes.ofHex("ff")));
        assertThat(chain.behindFirst()).isEqualTo(Bytes.ofHex("00000005ff"));
        assertThatIllegalStateException().isThrownBy(() -> PayloadChain.of().behindFirst());
    }

    @Test
    void messagesAndPayloadsThatNoLengthFieldCanTellAreOurMistake() {
        Payload huge = new Payload.Vendor(Bytes.of(new byte[65532]));
        assertThatIllegalArgumentException().isThrownBy(() -> PayloadChain.of(huge));
        Payload large = new Payload.Vendor(Bytes.of(new byte[40000]));
        Header header = Header.of(Cookie.ZERO, Cookie.ZERO, ExchangeType.INFORMATIONAL, 1);
        Message message = Message.of(header, large, large);
        assertThatIllegalArgumentException().isThrownBy(() -> MessageCodec.encode(message));
        assertThatIllegalArgumentException().isThrownBy(() -> Payload.Sa.of(List.of()));
    }

    /// Messages that scapy built (`oracle/isakmp_oracle.py`), with what it was told to put in.
    @Test
    void readsTheMessagesOfScapyAsWhatScapyWasToldToBuild() throws IOException, WireException {
        List<String> lines;
        try (var in = MessageCodecTests.class.getResourceAsStream("/isakmp/scapy-messages.txt")) {
            lines =
                    new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII)
                            .lines()
                            .toList();
        }
        assertThat(lines).hasSizeGreaterThan(100);
        for (String line : lines) {
            int blank = line.indexOf(' ');
            Bytes octets = Bytes.ofHex(line.substring(0, blank));
            Datagram datagram = MessageCodec.decode(octets.buffer());
            assertThat(told(datagram)).isEqualTo(line.substring(blank + 1));
            assertThat(MessageCodec.encode(datagram)).isEqualTo(octets);
        }
    }

    /// In the words of the script.
    private static String told(Datagram datagram) {
        Header header = datagram.header();
        String head =
                "%s %s exchange=%d flags=%d id=%d"
                        .formatted(
                                header.initiator(),
                                header.responder(),
                                header.exchange(),
                                header.flags(),
                                Integer.toUnsignedLong(header.messageId()));
        return switch (datagram) {
            case EncryptedMessage(_, int first, Bytes body) ->
                    head + " encrypted=" + first + ":" + body;
            case Message message ->
                    head
                            + message.payloads().stream()
                                    .map(payload -> " " + told(payload))
                                    .collect(Collectors.joining());
        };
    }

    private static String told(Payload payload) {
        return switch (payload) {
            case Payload.Sa sa ->
                    sa.proposals().stream()
                            .map(MessageCodecTests::told)
                            .collect(Collectors.joining(",", "sa[", "]"));
            case Payload.Identification(int kind, int protocol, int port, Bytes value) ->
                    "id[%d,%d,%d,%s]".formatted(kind, protocol, port, value);
            default -> payload.type().text() + "[" + payload.body() + "]";
        };
    }

    private static String told(Proposal proposal) {
        return "%d/%d/%s/%s"
                .formatted(
                        proposal.number(),
                        proposal.protocol(),
                        proposal.spi(),
                        proposal.transforms().stream()
                                .map(MessageCodecTests::told)
                                .collect(Collectors.joining(";")));
    }

    private static String told(Transform transform) {
        return transform.number()
                + ":"
                + transform.id()
                + transform.attributes().stream()
                        .map(
                                attribute ->
                                        " %d=%d"
                                                .formatted(
                                                        attribute.type(),
                                                        attribute.number().orElseThrow()))
                        .collect(Collectors.joining());
    }
}

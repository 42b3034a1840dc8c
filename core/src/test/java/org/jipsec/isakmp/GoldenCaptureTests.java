package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/// What two racoons said to each other, and the captures with which tcpdump was made to stumble.
class GoldenCaptureTests {
    static List<String> racoon() {
        return Captures.names("racoon");
    }

    static List<String> tcpdump() {
        return Captures.names("tcpdump");
    }

    @ParameterizedTest
    @MethodSource("racoon")
    void everyMessageOfRacoonIsReadWithoutARestAndWrittenAgain(String name) throws WireException {
        List<Bytes> messages = Captures.messages(name);
        assertThat(messages).hasSizeGreaterThanOrEqualTo(10);
        for (Bytes octets : messages) {
            Datagram datagram = MessageCodec.decode(octets.buffer());
            assertThat(MessageCodec.encode(datagram)).isEqualTo(octets);
            switch (datagram) {
                case EncryptedMessage encrypted ->
                        assertThat(encrypted.body().length() % 8).isZero();
                case Message message -> {
                    assertThat(message.chain().padding()).isEqualTo(Bytes.EMPTY);
                    assertThat(fromValues(message)).isEqualTo(octets);
                }
            }
        }
    }

    /// The message built anew from what its fields say, raw bodies left aside.
    private static Bytes fromValues(Message message) {
        List<Payload> built =
                message.payloads().stream()
                        .map(
                                payload ->
                                        payload instanceof Payload.Sa sa
                                                ? Payload.Sa.of(sa.proposals())
                                                : payload)
                        .toList();
        return MessageCodec.encode(Message.of(message.header(), built));
    }

    @Test
    void readsTheFirstMessageOfAggressiveModeAsItsDebugLogTellsIt() throws WireException {
        Bytes octets = Captures.messages("racoon/aggr-debug.pcap").getFirst();
        Message message = (Message) MessageCodec.decode(octets.buffer());
        assertThat(message.header().exchangeType()).contains(ExchangeType.AGGRESSIVE);
        assertThat(message.header().initiator()).hasToString("a2bb9ca7ebaa8286");
        assertThat(message.header().responder().isZero()).isTrue();
        assertThat(message.payloads().stream().map(Payload::type))
                .containsExactly(
                        PayloadType.SA,
                        PayloadType.KEY_EXCHANGE,
                        PayloadType.NONCE,
                        PayloadType.IDENTIFICATION,
                        PayloadType.VENDOR_ID);
        Payload.Sa sa = message.chain().find(Payload.Sa.class).orElseThrow();
        Transform transform = sa.proposals().getFirst().transforms().getFirst();
        assertThat(transform.attributes())
                .containsExactly(
                        Attribute.of(Phase1Attribute.LIFE_TYPE, 1),
                        Attribute.of(Phase1Attribute.LIFE_DURATION, 28800),
                        Attribute.of(Phase1Attribute.ENCRYPTION_ALGORITHM, 5),
                        Attribute.of(Phase1Attribute.AUTHENTICATION_METHOD, 1),
                        Attribute.of(Phase1Attribute.HASH_ALGORITHM, 1),
                        Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, 2));
        assertThat(message.chain().find(Payload.Identification.class))
                .contains(
                        new Payload.Identification(
                                1,
                                17,
                                500,
                                Bytes.of((byte) 192, (byte) 168, (byte) 1, (byte) 100)));
        assertThat(message.chain().find(Payload.Nonce.class).orElseThrow().body())
                .isEqualTo(Bytes.ofHex("a223ba3280587fbb6cd9569a8dfc39b7"));
    }
}

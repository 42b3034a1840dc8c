package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

import org.jipsec.isakmp.FragmentReassembly.Limits;
import org.jipsec.isakmp.FragmentReassembly.Outcome;
import org.jipsec.isakmp.MessageRules.Proof;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Any octets at all. Without JAZZER_FUZZ=1 all captured messages are tried, and one of each
/// payload.
class MessageCodecFuzzTests {
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String folder : List.of("racoon", "tcpdump")) {
            for (String name : Captures.names(folder)) {
                Captures.messages(name).forEach(message -> seeds.add(message.toArray()));
            }
        }
        MalformedMessageTests.everyKind().forEach(message -> seeds.add(message.toArray()));
        for (String log : RacoonLogs.names()) {
            RacoonLogs.dumps(log, "decrypted.").forEach(dump -> seeds.add(dump.octets().toArray()));
        }
        return seeds;
    }

    static List<byte[]> lists() {
        return List.of(
                Bytes.ofHex("8001000100020004000070808003000e").toArray(),
                Bytes.ofHex("800b0001000c000400015180").toArray(),
                new byte[0]);
    }

    /// What can be read can be written, and reads the same then.
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "200s")
    void readsWhatItWroteOrRefuses(byte @NotNull [] octets) {
        try {
            readAgain(MessageCodec.decode(UdpFraming.withoutMarker(ByteBuffer.wrap(octets))));
        } catch (WireException refused) {
            assertThat(refused.offset()).isBetween(0, octets.length);
        }
    }

    /// The same of bodies that were decrypted, which come with octets behind their last payload.
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void readsAnyBody(byte @NotNull [] octets) {
        if (octets.length < Header.LENGTH) {
            return;
        }
        Bytes body = Bytes.of(octets, Header.LENGTH, octets.length - Header.LENGTH);
        try {
            PayloadChain chain = MessageCodec.decodeBody(octets[16] & 0xff, body);
            assertThat(chain.octets().length() + chain.padding().length()).isEqualTo(body.length());
            judge(chain);
        } catch (WireException refused) {
            assertThat(refused.offset()).isBetween(0, octets.length);
        }
    }

    @MethodSource("lists")
    @FuzzTest(maxDuration = "30s")
    void readsAnyListOfAttributes(byte @NotNull [] octets) {
        try {
            List<Attribute> attributes = AttributeCodec.decode(Bytes.of(octets));
            assertThat(AttributeCodec.encode(attributes)).isEqualTo(Bytes.of(octets));
            for (Protocol protocol : Protocol.values()) {
                assertThat(Lifetimes.read(protocol, attributes)).isNotNull();
            }
        } catch (WireException refused) {
            assertThat(refused.offset()).isBetween(0, octets.length);
        }
    }

    /// The octets are cut into pieces with numbers, lasts and ids of their own.
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void joinsOnlyWhatIsAMessage(byte @NotNull [] octets) {
        Limits limits = new Limits(1000, 2, 3000, Duration.ofSeconds(1));
        FragmentReassembly<Integer> reassembly = new FragmentReassembly<>(limits);
        Header header = new Header(new Cookie(0), new Cookie(0), 0x10, 2, 0, 0);
        ByteBuffer in = ByteBuffer.wrap(octets);
        Instant now = Instant.EPOCH;
        while (in.remaining() > 5) {
            int sender = in.get() & 1;
            int id = in.get() & 3;
            int index = Math.max(1, in.get() & 7);
            int flags = in.get() & 1;
            int length = 1 + (in.get() & 0xff);
            byte[] data = new byte[Math.min(length, in.remaining())];
            in.get(data);
            now = now.plusMillis(50);
            Payload.Fragment piece = new Payload.Fragment(id, index, flags, Bytes.of(data));
            Outcome outcome = reassembly.add(sender, header, piece, now);
            if (outcome instanceof Outcome.Complete(Bytes message)) {
                assertThat(message.length()).isBetween(Header.LENGTH, limits.message());
            }
            assertThat(reassembly.used()).isBetween(0L, limits.total());
            assertThat(reassembly.size()).isBetween(0, 2 * limits.perSender());
        }
        reassembly.expire(now.plus(limits.patience()));
        assertThat(reassembly.used()).isZero();
    }

    /// Writes what was read and reads it again; from the octets and from the values.
    static void readAgain(Datagram datagram) throws WireException {
        Bytes written = MessageCodec.encode(datagram);
        assertThat(MessageCodec.decode(written.buffer())).isEqualTo(datagram);
        if (datagram instanceof Message message) {
            PayloadChain built = PayloadChain.of(message.payloads());
            boolean endsEmpty =
                    !message.payloads().isEmpty() && message.payloads().getLast().body().isEmpty();
            if (!endsEmpty) {
                Message again = new Message(message.header(), built);
                assertThat(
                                ((Message) MessageCodec.decode(MessageCodec.encode(again).buffer()))
                                        .payloads())
                        .isEqualTo(message.payloads());
            }
            judge(message.chain());
        }
    }

    /// All that is asked of payloads before anybody believes them.
    private static void judge(PayloadChain chain) {
        for (Proof proof : Proof.values()) {
            for (MessageRule rule : MessageRules.all(proof)) {
                rule.violation(chain, Optional.of(NattVersion.RFC))
                        .ifPresent(wrong -> assertThat(wrong.text()).isNotBlank());
            }
        }
        chain.all(Payload.Vendor.class)
                .forEach(
                        vendor -> {
                            assertThat(VendorId.logText(vendor.body())).isNotBlank();
                            VendorId.fragmentation(vendor.body());
                        });
        chain.all(Payload.Sa.class).forEach(MessageCodecFuzzTests::judge);
    }

    private static void judge(Payload.Sa sa) {
        assertThat(TransformReader.problem(sa).isPresent()).isEqualTo(sa.proposals().isEmpty());
        for (Proposal proposal : sa.proposals()) {
            TransformReader.phase1Problem(proposal);
            Protocol protocol =
                    TransformReader.phase2Problem(proposal).isPresent()
                            ? Protocol.ESP
                            : Protocol.of(proposal.protocol()).orElseThrow();
            for (Transform transform : proposal.transforms()) {
                assertThat(AttributeText.proposalWith(proposal, transform)).isNotBlank();
                TransformReader.phase1(transform)
                        .asOptional()
                        .flatMap(Phase1Offer::lifetime)
                        .ifPresent(time -> assertThat(time).isPositive());
                TransformReader.phase2(protocol, transform)
                        .asOptional()
                        .flatMap(Phase2Offer::lifetime)
                        .ifPresent(time -> assertThat(time).isPositive());
                for (Attribute attribute : transform.attributes()) {
                    assertThat(AttributeText.phase1(attribute)).startsWith("type=");
                    assertThat(AttributeText.phase2(attribute)).startsWith("type=");
                }
            }
        }
    }
}

package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.isakmp.FragmentReassembly.Limits;
import org.jipsec.isakmp.FragmentReassembly.Outcome;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

class FragmentTests {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Header HEADER =
            new Header(new Cookie(0x0102), new Cookie(0x0304), 0x10, 2, Header.ENCRYPTED, 0);

    private final FragmentReassembly<String> reassembly = new FragmentReassembly<>(Limits.USUAL);

    /// An encrypted message of `length` octets.
    private static Bytes message(int length) {
        byte[] body = new byte[length - Header.LENGTH];
        new Random(length).nextBytes(body);
        return MessageCodec.encode(new EncryptedMessage(HEADER, 5, Bytes.of(body)));
    }

    private static List<Payload.Fragment> pieces(Bytes message, int limit) {
        List<Payload.Fragment> pieces = new ArrayList<>();
        for (Bytes datagram : FragmentCodec.split(message, limit)) {
            try {
                pieces.add(FragmentCodec.of(MessageCodec.decode(datagram.buffer())).orElseThrow());
            } catch (WireException wrong) {
                throw new AssertionError(wrong);
            }
        }
        return pieces;
    }

    private Outcome add(Payload.Fragment piece) {
        return reassembly.add("peer", HEADER, piece, START);
    }

    @Test
    void aMessageThatFitsStaysWhole() {
        assertThat(FragmentCodec.split(message(552), FragmentCodec.LIMIT))
                .containsExactly(message(552));
        assertThat(FragmentCodec.split(message(553), FragmentCodec.LIMIT)).hasSize(2);
    }

    @Test
    void piecesAreAsRacoonCutsThem() throws WireException {
        Bytes whole = message(1100);
        List<Bytes> datagrams = FragmentCodec.split(whole, FragmentCodec.LIMIT);
        assertThat(datagrams).hasSize(3);
        assertThat(datagrams.get(0).hex())
                .startsWith(
                        "00000000000001020000000000000304" // cookies
                                + "84100200" // next 132, version, exchange, no flags
                                + "00000000" // message id
                                + "00000224" // 28 + 8 + 512: with the marker 552
                                + "00000208" // next 0, length
                                + "00010100" // id 1, number 1, not the last
                                + Bytes.of(whole.toArray(), 0, 512).hex());
        assertThat(datagrams.get(1).hex()).contains("00000208" + "00010200");
        assertThat(datagrams.get(2).length()).isEqualTo(28 + 8 + 1100 - 1024);
        assertThat(datagrams.get(2).hex()).contains("00000054" + "00010301");
        assertThat(MessageCodec.decode(datagrams.get(2).buffer())).isInstanceOf(Message.class);
    }

    @Test
    void refusesLimitsThatTheNumberOfAPieceCannotReach() {
        assertThat(FragmentCodec.split(message(255 * 10), 50)).hasSize(255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FragmentCodec.split(message(255 * 10 + 1), 50));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FragmentCodec.split(message(100), 40));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FragmentCodec.split(Bytes.of(new byte[20]), 10));
    }

    @Test
    void joinsPiecesInWhateverOrder() {
        Bytes whole = message(20_000);
        for (int seed = 0; seed < 200; seed++) {
            List<Payload.Fragment> pieces = new ArrayList<>(pieces(whole, 552));
            Collections.shuffle(pieces, new Random(seed));
            Payload.Fragment last = pieces.removeLast();
            for (Payload.Fragment piece : pieces) {
                assertThat(add(piece)).isInstanceOf(Outcome.Waiting.class);
            }
            assertThat(add(last)).isEqualTo(new Outcome.Complete(whole));
            assertThat(reassembly.size()).isZero();
            assertThat(reassembly.used()).isZero();
        }
    }

    @Test
    void ignoresAPieceThatItHas() {
        List<Payload.Fragment> pieces = pieces(message(1500), 552);
        assertThat(add(pieces.get(2))).isEqualTo(new Outcome.Waiting(1));
        assertThat(add(pieces.get(2))).isEqualTo(new Outcome.Waiting(1));
        assertThat(add(pieces.get(0))).isEqualTo(new Outcome.Waiting(2));
        assertThat(add(pieces.get(0))).isEqualTo(new Outcome.Waiting(2));
        assertThat(add(pieces.get(1))).isEqualTo(new Outcome.Complete(message(1500)));
    }

    @Test
    void aPieceThatContradictsBeginsTheNextMessage() {
        add(pieces(message(1500), 552).get(0));
        add(pieces(message(1500), 552).get(2));
        List<Payload.Fragment> next = pieces(message(1400), 552);
        assertThat(add(next.get(0))).isEqualTo(new Outcome.Waiting(1));
        assertThat(add(next.get(1))).isEqualTo(new Outcome.Waiting(2));
        assertThat(add(next.get(2))).isEqualTo(new Outcome.Complete(message(1400)));
    }

    @Test
    void aPieceBehindTheLastOrASecondLastBeginsTheNextMessage() {
        Bytes data = message(40);
        add(new Payload.Fragment(1, 1, 0, data));
        add(new Payload.Fragment(1, 3, Payload.Fragment.LAST, data));
        assertThat(add(new Payload.Fragment(1, 4, 0, data))).isEqualTo(new Outcome.Waiting(1));
        assertThat(add(new Payload.Fragment(1, 3, Payload.Fragment.LAST, data)))
                .isEqualTo(new Outcome.Waiting(1));
        assertThat(add(new Payload.Fragment(1, 5, Payload.Fragment.LAST, data)))
                .isEqualTo(new Outcome.Waiting(1));
        assertThat(add(new Payload.Fragment(1, 5, 0, data))).isEqualTo(new Outcome.Waiting(1));
        assertThat(reassembly.size()).isOne();
    }

    @Test
    void messagesWithIdsOfTheirOwnDoNotMix() {
        Bytes first = message(900);
        Bytes second = message(800);
        List<Payload.Fragment> a = pieces(first, 552);
        List<Payload.Fragment> b =
                pieces(second, 552).stream()
                        .map(
                                piece ->
                                        new Payload.Fragment(
                                                2, piece.index(), piece.flags(), piece.data()))
                        .toList();
        add(a.get(0));
        add(b.get(0));
        assertThat(add(b.get(1))).isEqualTo(new Outcome.Complete(second));
        assertThat(add(a.get(1))).isEqualTo(new Outcome.Complete(first));
    }

    @Test
    void whatDoesNotMakeAMessageIsDropped() {
        Payload.Fragment tooLittle =
                new Payload.Fragment(1, 1, Payload.Fragment.LAST, Bytes.of(new byte[27]));
        assertThat(add(tooLittle)).isInstanceOf(Outcome.Refused.class);
        Payload.Fragment another = pieces(message(600), 552).get(0);
        Header ofOthers = new Header(new Cookie(1), new Cookie(2), 0x10, 2, 0, 0);
        reassembly.add("peer", ofOthers, another, START);
        assertThat(reassembly.add("peer", ofOthers, pieces(message(600), 552).get(1), START))
                .isEqualTo(
                        new Outcome.Refused(
                                "fragments of a message of 0000000000000102:0000000000000304,"
                                        + " not 0000000000000001:0000000000000002"));
        Payload.Fragment nested =
                new Payload.Fragment(
                        1,
                        1,
                        Payload.Fragment.LAST,
                        FragmentCodec.split(message(600), 552).getFirst());
        assertThat(add(nested)).isEqualTo(new Outcome.Refused("fragments of a fragment"));
        assertThat(reassembly.size()).isZero();
        assertThat(reassembly.used()).isZero();
    }

    /// CVE-2009-1574: a fragment with nothing behind its header.
    @Test
    void anEmptyFragmentIsNoMessage() {
        Bytes datagram =
                Bytes.ofHex(
                        "01020304050607080000000000000000"
                                + "841002000000000000000024"
                                + "0000000800010101");
        assertThatThrownBy(() -> MessageCodec.decode(datagram.buffer()))
                .isInstanceOfSatisfying(
                        WireException.class, wrong -> assertThat(wrong.offset()).isEqualTo(36))
                .hasMessage("octet 36: empty fragment");
    }

    /// CVE-2016-10396: fragments in reverse order, the last never coming, made racoon search a
    /// list for each and keep all of it for ever.
    @Test
    void aFloodOfPiecesCostsNoMoreThanItsBound() {
        Limits limits = new Limits(Bounds.MESSAGE, 2, 1 << 20, Duration.ofSeconds(30));
        FragmentReassembly<Integer> bounded = new FragmentReassembly<>(limits);
        Random random = new Random(1);
        byte[] data = new byte[1400];
        for (int i = 0; i < 200_000; i++) {
            int sender = random.nextInt(5000);
            Payload.Fragment piece =
                    new Payload.Fragment(
                            random.nextInt(4), 255 - random.nextInt(254), 0, Bytes.of(data));
            Outcome outcome = bounded.add(sender, HEADER, piece, START);
            assertThat(outcome).isNotInstanceOf(Outcome.Complete.class);
            assertThat(bounded.used()).isLessThanOrEqualTo(limits.total());
        }
        assertThat(bounded.size()).isLessThanOrEqualTo(1000);
        assertThat(bounded.expire(START.plusSeconds(30))).isPositive();
        assertThat(bounded.size()).isZero();
        assertThat(bounded.used()).isZero();
    }

    @Test
    void aSenderHasFewUnfinishedMessages() {
        Bytes data = message(40);
        for (int id = 0; id < 10; id++) {
            add(new Payload.Fragment(id, 1, 0, data));
        }
        assertThat(reassembly.size()).isEqualTo(2);
        reassembly.add("other", HEADER, new Payload.Fragment(1, 1, 0, data), START);
        assertThat(reassembly.size()).isEqualTo(3);
        reassembly.forget("peer");
        reassembly.forget("peer");
        assertThat(reassembly.size()).isEqualTo(1);
        assertThat(reassembly.used()).isEqualTo(40 + FragmentReassembly.OVERHEAD);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, 66_000, 100_000})
    void aMessageLongerThanUdpCarriesIsRefused(int length) {
        byte[] octets = new byte[length];
        List<Outcome> outcomes =
                IntStream.range(0, (length + 999) / 1000)
                        .mapToObj(
                                i ->
                                        add(
                                                new Payload.Fragment(
                                                        1,
                                                        i + 1,
                                                        0,
                                                        Bytes.of(
                                                                octets,
                                                                i * 1000,
                                                                Math.min(
                                                                        1000, length - i * 1000)))))
                        .toList();
        assertThat(outcomes)
                .filteredOn(Outcome.Refused.class::isInstance)
                .containsExactly(new Outcome.Refused("fragments of more than 65535 octets"));
    }

    @Test
    void waitsForSoLongAndNoLonger() {
        List<Payload.Fragment> pieces = pieces(message(1500), 552);
        reassembly.add("peer", HEADER, pieces.get(0), START);
        reassembly.add("peer", HEADER, pieces.get(1), START.plusSeconds(29));
        assertThat(reassembly.nextExpiry()).contains(START.plusSeconds(30));
        assertThat(reassembly.expire(START.plusSeconds(29))).isZero();
        assertThat(reassembly.add("peer", HEADER, pieces.get(2), START.plusSeconds(30)))
                .isEqualTo(new Outcome.Waiting(1));
        assertThat(reassembly.expire(START.plusSeconds(60))).isOne();
        assertThat(reassembly.nextExpiry()).isEmpty();
    }
}

package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Answers as they should not be.
class XfrmExchangeTests {
    private static final int PORT = 4711;
    private static final int ENOENT = 2;
    private static final int EEXIST = 17;
    private static final int EINVAL = 22;

    private static XfrmExchange exchange(ScriptedKernel.Script script) {
        return exchange(new ScriptedKernel(PORT, script));
    }

    private static XfrmExchange exchange(ScriptedKernel kernel) {
        return new XfrmExchange(kernel, Duration.ofMillis(50));
    }

    private static NetlinkRequest request(int type) {
        return new NetlinkRequest(type, NetlinkRequest.ACKNOWLEDGED).octets(new byte[24]);
    }

    private static NetlinkRequest dump() {
        return new NetlinkRequest(Xfrm.MSG_GETSA, NetlinkRequest.DUMP).octets(new byte[24]);
    }

    // ---- one request ----

    @Test
    void passesOverWhatIsNotItsAnswer() throws IOException {
        XfrmExchange exchange =
                exchange(
                        (request, kernel) -> {
                            kernel.say(
                                    ScriptedKernel.message(
                                            ScriptedKernel.ERROR,
                                            0,
                                            request.sequence() - 1,
                                            PORT,
                                            ScriptedKernel.capped(request, EINVAL)));
                            kernel.say(
                                    ScriptedKernel.message(
                                            ScriptedKernel.ERROR,
                                            0,
                                            request.sequence(),
                                            PORT + 1,
                                            ScriptedKernel.capped(request, EINVAL)));
                            kernel.say(kernel.answer(request, 0x10, 0, new byte[8]));
                            kernel.acknowledge(request);
                        });
        XfrmExchange.Answer answer = exchange.ask(request(Xfrm.MSG_GETSA));
        assertThat(answer.refusal()).isEmpty();
        assertThat(answer.messages()).extracting(NetlinkAnswer::type).containsExactly(0x10);
    }

    @Test
    void tellsAnErrnoWithoutAName() throws IOException {
        XfrmExchange exchange = exchange((request, kernel) -> kernel.refuse(request, 4242));
        assertThat(exchange.ask(request(Xfrm.MSG_NEWSA)).refusal())
                .contains(new Refused(Errno.EINVAL, "errno 4242"));
    }

    @Test
    void tellsTheKernelsWordsAndTheAttributeTheyAreAbout() throws IOException {
        // the offset is that of the second attribute: 16 + 24 + 8
        XfrmExchange exchange =
                exchange(
                        (request, kernel) ->
                                kernel.say(
                                        kernel.answer(
                                                request,
                                                ScriptedKernel.ERROR,
                                                0x300,
                                                extended(request, "Not so", 2, 48))));
        NetlinkRequest request =
                request(Xfrm.MSG_NEWSA).attributeU32(Xfrm.IF_ID, 1).attributeU32(Xfrm.ALG_CRYPT, 1);
        assertThat(exchange.ask(request).refusal())
                .contains(new Refused(Errno.EINVAL, "Not so (encryption algorithm)"));
    }

    @Test
    void tellsTheAttributeThatIsMissing() throws IOException {
        XfrmExchange exchange =
                exchange(
                        (request, kernel) ->
                                kernel.say(
                                        kernel.answer(
                                                request,
                                                ScriptedKernel.ERROR,
                                                0x300,
                                                extended(request, "", 5, Xfrm.ALG_AEAD))));
        assertThat(exchange.ask(request(Xfrm.MSG_NEWSA)).refusal())
                .contains(new Refused(Errno.EINVAL, "AEAD algorithm is missing"));
    }

    @Test
    void findsNoAttributeBeyondTheRequest() throws IOException {
        for (int offset : new int[] {-1, 39, 40, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            XfrmExchange exchange =
                    exchange(
                            (request, kernel) ->
                                    kernel.say(
                                            kernel.answer(
                                                    request,
                                                    ScriptedKernel.ERROR,
                                                    0x300,
                                                    extended(request, "No", 2, offset))));
            assertThat(exchange.ask(request(Xfrm.MSG_NEWSA)).refusal())
                    .contains(new Refused(Errno.EINVAL, "No"));
        }
    }

    private static byte[] extended(NetlinkAnswer request, String text, int type, int number) {
        byte[] words = (text + "\0\0\0\0").getBytes(StandardCharsets.US_ASCII);
        int length = (words.length / 4) * 4;
        ByteBuffer out = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        out.put(ScriptedKernel.capped(request, EINVAL));
        if (!text.isEmpty()) {
            out.putShort((short) (4 + length)).putShort((short) 1).put(words, 0, length);
        }
        out.putShort((short) 8).putShort((short) type).putInt(number);
        byte[] body = new byte[out.position()];
        out.flip().get(body);
        return body;
    }

    @Test
    void endsWhenNothingComes() {
        XfrmExchange exchange = exchange((_, _) -> {});
        assertThatThrownBy(() -> exchange.ask(request(Xfrm.MSG_GETSA)))
                .isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void endsWhenAnswersWereLost() {
        XfrmExchange exchange = exchange((_, kernel) -> kernel.lose());
        assertThatThrownBy(() -> exchange.ask(request(Xfrm.MSG_GETSA)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("lost");
    }

    @Test
    void refusesADatagramThatIsCutOff() {
        XfrmExchange exchange =
                exchange(
                        (request, kernel) -> {
                            byte[] whole = kernel.acknowledgement(request, 0);
                            kernel.say(java.util.Arrays.copyOf(whole, whole.length - 4));
                        });
        assertThatThrownBy(() -> exchange.ask(request(Xfrm.MSG_GETSA)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("unintelligible");
    }

    @Test
    void refusesAnAcknowledgementWithoutAnAnswer() throws IOException {
        XfrmExchange exchange = exchange((request, kernel) -> kernel.acknowledge(request));
        XfrmExchange.Answer answer = exchange.ask(request(Xfrm.MSG_GETSA));
        assertThatThrownBy(() -> answer.only(Xfrm.MSG_NEWSA)).isInstanceOf(ProtocolException.class);
    }

    // ---- many ----

    @Test
    void putsAnswersInOrderThatComeInAnother() throws IOException {
        List<NetlinkAnswer> held = new ArrayList<>();
        XfrmExchange exchange =
                exchange(
                        (request, kernel) -> {
                            held.add(request);
                            if (held.size() == 5) {
                                // backwards, the third refused, the last said twice
                                for (int i = 4; i >= 0; i--) {
                                    kernel.refuse(held.get(i), i == 2 ? EEXIST : 0);
                                }
                                kernel.refuse(held.get(4), ENOENT);
                            }
                        });
        List<NetlinkRequest> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(request(Xfrm.MSG_NEWSA));
        }
        assertThat(exchange.askAll(requests))
                .containsExactly(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Refused(Errno.EEXIST, "")),
                        Optional.empty(),
                        Optional.empty());
    }

    @Test
    void sendsManyInFewDatagramsThatAreNotTooLong() throws IOException {
        ScriptedKernel kernel = new ScriptedKernel(PORT, (request, it) -> it.acknowledge(request));
        List<NetlinkRequest> requests = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            requests.add(request(Xfrm.MSG_NEWSA));
        }
        for (int i = 0; i < 10; i++) {
            requests.add(request(Xfrm.MSG_NEWSA).attribute(Xfrm.SEC_CTX, new byte[20_000]));
        }
        assertThat(exchange(kernel).askAll(requests)).hasSize(210).containsOnly(Optional.empty());
        assertThat(kernel.datagrams).isEqualTo(4 + 3);
        assertThat(kernel.requests)
                .extracting(NetlinkAnswer::sequence)
                .isSorted()
                .doesNotHaveDuplicates();
        // by which the kernel tells everybody who it was
        assertThat(kernel.requests).extracting(NetlinkAnswer::port).containsOnly(PORT);
    }

    @Test
    void asksNothingWhenThereIsNothingToAsk() throws IOException {
        ScriptedKernel kernel = new ScriptedKernel(PORT, (_, _) -> {});
        assertThat(exchange(kernel).askAll(List.of())).isEmpty();
        assertThat(kernel.datagrams).isZero();
    }

    // ---- dumps ----

    @Test
    void readsADumpToItsEnd() throws IOException {
        XfrmExchange exchange =
                exchange(
                        (request, kernel) -> {
                            kernel.say(
                                    kernel.answer(request, 0x10, 2, new byte[] {1}),
                                    kernel.answer(request, 0x10, 2, new byte[] {2}));
                            kernel.say(kernel.answer(request, 0x10, 2, new byte[] {3}));
                            kernel.say(kernel.done(request));
                        });
        List<Byte> seen = new ArrayList<>();
        XfrmExchange.DumpEnd end = exchange.dump(dump(), entry -> seen.add(entry.body().get(0)));
        assertThat(seen).containsExactly((byte) 1, (byte) 2, (byte) 3);
        assertThat(end).isEqualTo(new XfrmExchange.DumpEnd(Optional.empty(), true));
    }

    @Test
    void seesThatADumpWasDisturbed() throws IOException {
        XfrmExchange interrupted =
                exchange(
                        (request, kernel) ->
                                kernel.say(
                                        kernel.answer(
                                                request,
                                                0x10,
                                                2 | ScriptedKernel.DUMP_INTERRUPTED,
                                                new byte[1]),
                                        kernel.done(request)));
        assertThat(interrupted.dump(dump(), _ -> {}).isComplete()).isFalse();
        XfrmExchange lost =
                exchange(
                        (request, kernel) -> {
                            kernel.lose();
                            kernel.say(kernel.done(request));
                        });
        assertThat(lost.dump(dump(), _ -> {}).isComplete()).isFalse();
    }

    @Test
    void tellsAnErrorInTheMiddleAndAtTheEndOfADump() throws IOException {
        XfrmExchange middle =
                exchange(
                        (request, kernel) -> {
                            kernel.say(kernel.answer(request, 0x10, 2, new byte[1]));
                            kernel.refuse(request, EINVAL);
                        });
        assertThat(middle.dump(dump(), _ -> {}).refusal()).contains(new Refused(Errno.EINVAL, ""));
        XfrmExchange end =
                exchange(
                        (request, kernel) ->
                                kernel.say(
                                        kernel.answer(
                                                request,
                                                ScriptedKernel.DONE,
                                                2,
                                                new byte[] {-ENOENT, -1, -1, -1})));
        assertThat(end.dump(dump(), _ -> {}).refusal()).contains(new Refused(Errno.ENOENT, ""));
    }

    @Test
    void readsOnBehindAnEntryThatMakesNoSense() {
        XfrmExchange exchange =
                exchange(
                        (request, kernel) ->
                                kernel.say(
                                        kernel.answer(request, 0x10, 2, new byte[] {1}),
                                        kernel.answer(request, 0x10, 2, new byte[] {2}),
                                        kernel.answer(request, 0x10, 2, new byte[] {3}),
                                        kernel.done(request)));
        List<Byte> seen = new ArrayList<>();
        assertThatThrownBy(
                        () ->
                                exchange.dump(
                                        dump(),
                                        entry -> {
                                            seen.add(entry.body().get(0));
                                            if (entry.body().get(0) == 2) {
                                                throw new WireException(0, "two");
                                            }
                                        }))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("two");
        assertThat(seen).containsExactly((byte) 1, (byte) 2, (byte) 3);
    }
}

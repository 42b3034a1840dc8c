package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// The client against services that misbehave; against a good one see the contract tests.
class PfkeyBackendTests {
    private static final int OURS = 77;
    private static final SadbOperation FLUSH = new SadbOperation.FlushSas(IpsecProtocol.UNSPEC);

    private final MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();

    @AfterEach
    void closeService() throws IOException {
        pair.service().close();
    }

    @Test
    void waitsForAnAnswerOnlySoLong() throws IOException {
        PfkeyChannel silent = MemoryPfkeyChannel.pair().client();
        assertThatThrownBy(
                        () ->
                                PfkeyBackend.open(
                                        silent,
                                        OURS,
                                        PfkeyBackend.Peer.KERNEL,
                                        Duration.ofMillis(20)))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Resource temporarily unavailable");
        assertThatThrownBy(silent::receive).isInstanceOf(IOException.class);
    }

    @Test
    void saysThatTheServiceHasGone() throws IOException {
        PfkeyBackend backend = open(_ -> List.of());
        pair.service().close();
        assertThatThrownBy(() -> backend.execute(FLUSH)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> backend.execute(FLUSH)).isInstanceOf(IOException.class);
    }

    @Test
    void saysThatTheServiceCloses() throws IOException {
        PfkeyBackend backend =
                open(
                        request -> {
                            try {
                                pair.service().close();
                            } catch (IOException impossible) {
                                throw new AssertionError(impossible);
                            }
                            return List.of();
                        });
        assertThatThrownBy(() -> backend.execute(FLUSH)).isInstanceOf(EOFException.class);
    }

    @Test
    void passesOverAnswersToOthersAndToEarlierRequests() throws IOException {
        PfkeyBackend backend =
                open(
                        request ->
                                List.of(
                                        PfkeyMessage.of(MessageType.FLUSH, 0, 0, OURS + 1)
                                                .withErrno(1),
                                        PfkeyMessage.of(MessageType.X_SPDFLUSH, 0, 0, OURS)
                                                .withErrno(1),
                                        PfkeyMessage.of(MessageType.FLUSH, 3, 0, OURS).withErrno(1),
                                        PfkeyReplies.done(request)));
        assertThat(backend.execute(FLUSH)).isEqualTo(new SadbReply.Done());
    }

    @Test
    void refusesAnAnswerThatLacksWhatWasAsked() throws IOException {
        PfkeyBackend backend = open(request -> List.of(PfkeyReplies.done(request)));
        assertThatThrownBy(() -> backend.execute(new SadbOperation.GetPolicyById(1, Direction.IN)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("unintelligible answer");
    }

    @Test
    void sendsNothingThatIsLongerThanAMessageCanBe() throws IOException {
        PfkeyBackend backend =
                open(
                        request -> {
                            throw new AssertionError("sent");
                        });
        assertThat(backend.execute(new SadbOperation.AddPolicy(policyOfRules(40_000))))
                .isInstanceOfSatisfying(
                        SadbReply.Refused.class,
                        refused -> assertThat(refused.errno()).isEqualTo(Errno.EMSGSIZE));
    }

    @Test
    void sendsALongMessageAmongMany() throws IOException {
        List<Integer> rules = Collections.synchronizedList(new ArrayList<>());
        PfkeyBackend backend =
                open(
                        request -> {
                            rules.add(
                                    request.first(PolicyData.class)
                                            .orElseThrow()
                                            .requests()
                                            .size());
                            return List.of(PfkeyReplies.done(request));
                        });
        List<SadbReply> replies = new ArrayList<>();
        backend.executeAll(
                List.of(
                        new SadbOperation.AddPolicy(policyOfRules(1)),
                        new SadbOperation.AddPolicy(policyOfRules(10_000)),
                        new SadbOperation.AddPolicy(policyOfRules(2))),
                (_, reply) -> replies.add(reply));
        assertThat(replies).hasSize(3).containsOnly(new SadbReply.Done());
        assertThat(rules).containsExactly(1, 10_000, 2);
    }

    @Test
    void tracesMessagesInTheOrderOfTheConversation() throws IOException {
        PfkeyBackend backend = open(request -> List.of(PfkeyReplies.done(request)));
        List<String> seen = new ArrayList<>();
        backend.trace(
                new PfkeyTrace() {
                    @Override
                    public void sent(ByteBuffer message) {
                        seen.add("> " + message.get(message.position() + 1));
                    }

                    @Override
                    public void received(ByteBuffer message) {
                        seen.add("< " + message.get(message.position() + 1));
                    }
                });
        backend.executeAll(List.of(FLUSH, new SadbOperation.FlushPolicies()), (_, _) -> {});
        assertThat(seen).containsExactly("> 9", "< 9", "> 19", "< 19");
    }

    @Test
    void tellsWhatItIsToldAndPassesOverWhatItDoesNotUnderstand()
            throws IOException, InterruptedException {
        PfkeyBackend backend = open(_ -> List.of());
        BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
        backend.listen(heard::add);
        pair.service().send(PfkeyCodec.encode(PfkeyMessage.of(MessageType.ACQUIRE, 3, 0, 0)));
        ByteBuffer broken = PfkeyCodec.encode(PfkeyMessage.of(MessageType.ADD, 3, 0, 9));
        pair.service().send(ByteBuffer.allocate(24).put(broken).putLong(0).put(4, (byte) 3).flip());
        pair.service().send(PfkeyCodec.encode(PfkeyMessage.of(MessageType.X_SPDFLUSH, 0, 0, 9)));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(new SadbEvent.PoliciesFlushed());
    }

    @Test
    void saysThatAListenerHasEndedTheReceivingThread() throws IOException {
        PfkeyBackend backend = open(request -> List.of(PfkeyReplies.done(request)));
        backend.listen(
                _ -> {
                    throw new IllegalStateException("a bug of the listener");
                });
        assertThat(backend.execute(FLUSH)).isEqualTo(new SadbReply.Done());
        pair.service().send(PfkeyCodec.encode(PfkeyMessage.of(MessageType.X_SPDFLUSH, 0, 0, 9)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> backend.execute(FLUSH))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(EOFException.class)
                    .hasMessageContaining("a bug of the listener");
        }
    }

    private static Policy policyOfRules(int count) throws IOException {
        InetAddress any = InetAddress.getByAddress(new byte[4]);
        Selector all = Selector.between(new Prefix(any, 0), new Prefix(any, 0));
        PolicyRule rule =
                new PolicyRule(
                        IpsecProtocol.ESP,
                        SaMode.TRANSPORT,
                        PolicyLevel.REQUIRE,
                        0,
                        Optional.empty());
        return Policy.of(all, Direction.OUT, PolicyAction.IPSEC)
                .withRules(Collections.nCopies(count, rule))
                .withPriority(count);
    }

    /// A client of a service that answers REGISTER well and everything else with `answers`.
    private PfkeyBackend open(Function<PfkeyMessage, List<PfkeyMessage>> answers)
            throws IOException {
        Thread.ofVirtual().start(() -> serve(answers));
        return PfkeyBackend.open(
                pair.client(), OURS, PfkeyBackend.Peer.SERVICE, Duration.ofSeconds(20));
    }

    private void serve(Function<PfkeyMessage, List<PfkeyMessage>> answers) {
        try {
            for (ByteBuffer octets = pair.service().receive();
                    octets != null;
                    octets = pair.service().receive()) {
                PfkeyMessage request = PfkeyCodec.decode(octets);
                List<PfkeyMessage> said =
                        request.is(MessageType.JIPSEC_CAPABILITIES)
                                ? List.of(
                                        request.withExtensions(
                                                List.of(
                                                        new Supported(
                                                                ExtensionType.SUPPORTED_ENCRYPTION,
                                                                List.of()))))
                                : answers.apply(request);
                for (PfkeyMessage answer : said) {
                    pair.service().send(PfkeyCodec.encode(answer));
                }
            }
        } catch (IOException closed) {
            // the test is over
        } catch (WireException wrong) {
            throw new AssertionError(wrong);
        }
    }
}

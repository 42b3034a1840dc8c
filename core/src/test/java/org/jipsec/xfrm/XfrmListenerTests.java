package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a kernel was recorded to tell by its multicast groups, and news that is lost.
class XfrmListenerTests {
    private static final int PORT = 78;
    private static final int OWN_PORT = 77;
    private static final int ANOTHERS_PORT = 5;

    /// What dumps show.
    private final List<String> associations = new CopyOnWriteArrayList<>();

    private final List<String> policies = new CopyOnWriteArrayList<>();
    private final BlockingQueue<SadbEvent> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> dumps = new LinkedBlockingQueue<>();

    /// What the next dumps are refused with.
    private final BlockingQueue<Integer> refusals = new LinkedBlockingQueue<>();

    private final OwnChanges own = new OwnChanges();
    private final ScriptedKernel kernel = new ScriptedKernel(PORT, this::dump);
    private final XfrmListener listener =
            new XfrmListener(kernel, OWN_PORT, own, InstantSource.fixed(Instant.EPOCH));

    private void dump(NetlinkAnswer request, ScriptedKernel to) {
        Integer errno = refusals.poll();
        if (errno != null) {
            to.refuse(request, errno);
            return;
        }
        boolean isOfSas = request.type() == Xfrm.MSG_GETSA;
        int type = isOfSas ? Xfrm.MSG_NEWSA : Xfrm.MSG_NEWPOLICY;
        for (String label : isOfSas ? associations : policies) {
            to.say(to.answer(request, type, 2, body(label)));
        }
        to.say(to.done(request));
        dumps.add(request.type());
    }

    @AfterEach
    void close() {
        listener.close();
    }

    /// Listens, and has seen the first dump.
    private void listen() throws InterruptedException {
        listener.listen(heard::add);
        awaitDump();
    }

    private void awaitDump() throws InterruptedException {
        assertThat(dumps.poll(10, TimeUnit.SECONDS)).isEqualTo(Xfrm.MSG_GETSA);
        assertThat(dumps.poll(10, TimeUnit.SECONDS)).isEqualTo(Xfrm.MSG_GETPOLICY);
    }

    private static byte[] body(String label) {
        try {
            return ScriptedKernel.body(label);
        } catch (WireException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    /// As another's doing.
    private void event(String label) throws WireException {
        for (NetlinkAnswer answer : Recorded.answers(label)) {
            event(answer, ANOTHERS_PORT);
        }
    }

    private void event(NetlinkAnswer answer, int port) {
        kernel.say(ScriptedKernel.message(answer.type(), 0, 9, port, ScriptedKernel.body(answer)));
    }

    private String next() throws InterruptedException {
        return text(heard.poll(10, TimeUnit.SECONDS));
    }

    private static String text(SadbEvent event) {
        return switch (event) {
            case SadbEvent.SaChanged(var change, var snapshot) ->
                    change + " " + snapshot.association().id() + " " + snapshot.state();
            case SadbEvent.PolicyChanged(var change, var snapshot) ->
                    change
                            + " "
                            + snapshot.policy().direction().word()
                            + " "
                            + snapshot.policy().selector().source();
            case SadbEvent.Expire(var snapshot, var hard) ->
                    (hard ? "hard " : "soft ")
                            + snapshot.association().spi()
                            + " "
                            + snapshot.state();
            case SadbEvent.PoliciesFlushed() -> "policies flushed";
            case SadbEvent.SasFlushed(var protocol) -> protocol + " flushed";
            case null, default -> String.valueOf(event);
        };
    }

    @Test
    void joinsTheGroupsOfWhatItTells() throws InterruptedException {
        listen();
        assertThat(kernel.groups).containsExactlyInAnyOrder(2, 3, 4, 7, 8);
    }

    @Test
    void tellsWhatAnotherDoes() throws Exception {
        listen();
        event("event sa-esp-cbc");
        event("event update-sa");
        event("event delete-sa");
        event("event flush-ah");
        event("event policy-out");
        event("event update-policy");
        event("event delete-policy");
        event("event flush-policies");
        assertThat(next()).isEqualTo("ADDED esp 0x00001001 to 10.2.0.1 MATURE");
        assertThat(next()).isEqualTo("UPDATED esp 0x00001007 to 10.2.0.1 MATURE");
        assertThat(next()).isEqualTo("DELETED esp 0x00001006 to 10.2.0.1 DEAD");
        assertThat(next()).isEqualTo("AH flushed");
        assertThat(next()).isEqualTo("ADDED out 172.16.1.0/24");
        assertThat(next()).isEqualTo("UPDATED out 172.16.1.0/24");
        assertThat(next()).isEqualTo("DELETED out 172.16.1.0/24");
        assertThat(next()).isEqualTo("policies flushed");
    }

    @Test
    void tellsLifetimesThatAreOver() throws Exception {
        listen();
        event("event expire-soft"); // the hard one followed in the recording
        event("event expire-policy");
        assertThat(next()).isEqualTo("soft 0x00001010 DYING");
        assertThat(next()).isEqualTo("hard 0x00001010 DEAD");
        assertThat(next()).isEqualTo("DELETED out 10.77.0.1/32");
    }

    @Test
    void tellsThatAnSaIsWanted() throws Exception {
        listen();
        event("event acquire");
        assertThat(heard.poll(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        SadbEvent.Acquire.class,
                        acquire -> {
                            assertThat(acquire.sequence()).isNotZero();
                            assertThat(acquire.protocol()).isEqualTo(IpsecProtocol.ESP);
                            assertThat(acquire.source()).isEqualTo(Recorded.address("10.51.0.1"));
                            assertThat(acquire.destination())
                                    .isEqualTo(Recorded.address("10.51.0.2"));
                            assertThat(acquire.mode()).isEqualTo(SaMode.TRANSPORT);
                            assertThat(acquire.reqid()).isEqualTo(5);
                            assertThat(acquire.policyId() & 7).isEqualTo(1);
                        });
    }

    @Test
    void tellsThatThePeerHasMoved() throws Exception {
        listen();
        ByteBuffer mapping = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        mapping.put(Recorded.address("10.1.0.1").getAddress()).position(16);
        mapping.put(new byte[] {0, 0, 0x10, 0x05}).putShort((short) 2).put((byte) 50).position(28);
        mapping.put(Recorded.address("10.2.0.1").getAddress()).position(44);
        mapping.put(Recorded.address("10.3.0.1").getAddress()).position(60);
        mapping.put(new byte[] {0x11, (byte) 0x94, 0x75, 0x30});
        kernel.say(ScriptedKernel.message(Xfrm.MSG_MAPPING, 0, 0, 0, mapping.array()));
        assertThat(heard.poll(10, TimeUnit.SECONDS))
                .isEqualTo(
                        new SadbEvent.Mapping(
                                new SaId(
                                        Recorded.address("10.1.0.1"),
                                        IpsecProtocol.ESP,
                                        new Spi(0x1005)),
                                new Endpoint(Recorded.address("10.2.0.1"), 4500),
                                new Endpoint(Recorded.address("10.3.0.1"), 30000)));
    }

    @Test
    void doesNotTellWhatWeDo() throws Exception {
        listen();
        event(Recorded.answer("event sa-esp-cbc"), OWN_PORT);
        event(Recorded.answer("event flush-ah"), OWN_PORT);
        event(Recorded.answer("event policy-out"), OWN_PORT);
        event(Recorded.answer("event flush-policies"), OWN_PORT);
        event("event sa-ah");
        assertThat(next()).startsWith("ADDED ah");
        assertThat(heard).isEmpty();
    }

    // ---- lost news ----

    @Test
    void findsByADumpWhatItHasNotHeard() throws Exception {
        associations.addAll(List.of("event sa-esp-cbc", "event sa-ah", "event sa-limits"));
        policies.addAll(List.of("event policy-out", "event policy-in-block"));
        listen();
        event("event sa-natt"); // heard, and still there
        associations.clear();
        associations.addAll(List.of("event sa-natt", "event sa-ah", "event update-sa"));
        policies.clear();
        policies.addAll(List.of("event policy-in-block", "event policy-fwd-use"));
        kernel.lose();
        awaitDump();
        assertThat(next()).isEqualTo("ADDED esp 0x00001005 to 10.2.0.1 MATURE");
        List<String> found = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            found.add(next());
        }
        assertThat(found)
                .containsExactlyInAnyOrder(
                        "UPDATED esp 0x00001007 to 10.2.0.1 MATURE",
                        "DELETED esp 0x00001001 to 10.2.0.1 DEAD",
                        "ADDED fwd 10.0.0.0/8",
                        "DELETED out 172.16.1.0/24");
        assertThat(heard).isEmpty();
    }

    @Test
    void dumpsAgainWhenNewsIsLostDuringADump() throws Exception {
        listen();
        associations.add("event sa-ah");
        kernel.lose();
        kernel.lose(); // while it dumps, or after: it is the same to the listener
        assertThat(next()).startsWith("ADDED ah");
        associations.add("event sa-natt");
        kernel.lose();
        assertThat(next()).startsWith("ADDED esp 0x00001005");
    }

    @Test
    void dumpsAgainWhenThereWasNoRoomForADump() throws Exception {
        policies.add("event policy-out");
        listen();
        associations.add("event sa-ah");
        refusals.addAll(List.of(105, 16)); // ENOBUFS, EBUSY
        kernel.lose();
        assertThat(next()).startsWith("ADDED ah");
        event("event sa-natt");
        assertThat(next()).as("and the policy is still there").startsWith("ADDED esp 0x00001005");
        assertThat(refusals).isEmpty();
    }

    @Test
    void doesNotTellItsOwnDoingsThatItHasNotHeardOf() throws Exception {
        associations.add("event sa-ah");
        listen();
        own.begin(
                new OwnChanges.Token.Sa(
                        new SaId(
                                Recorded.address("10.2.0.1"), IpsecProtocol.ESP, new Spi(0x1001))));
        own.begin(new OwnChanges.Token.Sas(IpsecProtocol.AH));
        associations.clear();
        associations.addAll(List.of("event sa-esp-cbc", "event sa-natt"));
        kernel.lose();
        assertThat(next()).startsWith("ADDED esp 0x00001005");
        event("event flush-policies");
        assertThat(next()).isEqualTo("policies flushed");
        assertThat(heard).isEmpty();
    }

    /// A flush that finds nothing is not told by the kernel: that of another later on is.
    @Test
    @Timeout(20)
    void doesNotTakeALaterFlushForItsOwnThatFoundNothing() throws Exception {
        associations.add("event sa-ah");
        policies.add("event policy-out");
        listen();
        OwnChanges.Token sas = new OwnChanges.Token.Sas(IpsecProtocol.UNSPEC);
        OwnChanges.Token all = new OwnChanges.Token.Policies();
        for (OwnChanges.Token flush : List.of(sas, all)) {
            own.begin(flush);
            listener.answered(flush);
        }
        while (own.has(sas) || own.has(all)) {
            Thread.onSpinWait(); // until the thread has seen that there is no news of them
        }
        associations.clear();
        policies.clear();
        kernel.lose();
        assertThat(next()).startsWith("DELETED ah");
        assertThat(next()).startsWith("DELETED out");
    }

    /// News that was lost is in the dump that follows, so it is not forgotten before.
    @Test
    void doesNotTellItsOwnFlushOfWhichTheNewsWasLost() throws Exception {
        associations.add("event sa-ah");
        listen();
        OwnChanges.Token flush = new OwnChanges.Token.Sas(IpsecProtocol.AH);
        own.begin(flush);
        associations.clear();
        kernel.lose();
        listener.answered(flush);
        event("event sa-natt");
        assertThat(next()).startsWith("ADDED esp 0x00001005");
        awaitDump();
        event("event flush-policies");
        assertThat(next()).isEqualTo("policies flushed");
        assertThat(heard).isEmpty();
    }

    /// As Linux 6.1 tells it: the policy's selector and name, and from where to where.
    @Test
    void dumpsWhenSasHaveMigrated() throws Exception {
        associations.add("event sa-natt");
        listen();
        associations.clear();
        associations.add("event sa-ah");
        ByteBuffer migrate = ByteBuffer.allocate(64 + 4 + 80).order(ByteOrder.LITTLE_ENDIAN);
        migrate.put(Recorded.address("10.2.0.1").getAddress()).position(40);
        migrate.putShort((short) 2).position(60); // AF_INET; the direction: out
        migrate.put((byte) 1).position(64);
        migrate.putShort((short) 84).putShort((short) 17); // XFRMA_MIGRATE
        for (String end : List.of("10.2.0.1", "10.1.0.1", "10.2.0.9", "10.1.0.1")) {
            migrate.put(Recorded.address(end).getAddress()).put(new byte[12]);
        }
        kernel.say(ScriptedKernel.message(Xfrm.MSG_MIGRATE, 0, 0, 5, migrate.array()));
        awaitDump();
        assertThat(next()).startsWith("ADDED ah");
        assertThat(next()).startsWith("DELETED esp 0x00001005");
        kernel.say(ScriptedKernel.message(Xfrm.MSG_MIGRATE, 0, 0, 5, new byte[0])); // cut off
        associations.add("event sa-esp-cbc");
        awaitDump();
        assertThat(next()).startsWith("ADDED esp 0x00001001");
    }

    @Test
    void dumpsWhenNewsMakesNoSense() throws Exception {
        listen();
        associations.add("event sa-ah");
        kernel.say(ScriptedKernel.message(Xfrm.MSG_NEWSA, 0, 0, 5, new byte[20]));
        awaitDump();
        assertThat(next()).startsWith("ADDED ah");
    }

    @Test
    void passesOverADumpedEntryThatMakesNoSense() throws Exception {
        listen();
        associations.addAll(List.of("event delete-sa", "event sa-ah")); // not of this form
        kernel.lose();
        awaitDump();
        assertThat(next()).startsWith("ADDED ah");
    }

    @Test
    void passesOverMessagesThatItDoesNotKnow() throws Exception {
        listen();
        kernel.say(ScriptedKernel.message(0x3ff, 0, 0, 5, new byte[20]));
        event("event sa-ah");
        assertThat(next()).startsWith("ADDED ah");
        assertThat(dumps).isEmpty();
    }

    // ---- the end ----

    @Test
    void endsItsThread() throws Exception {
        listen();
        listener.close();
        assertThat(kernel.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void saysWithTheNextOperationThatAListenerHasEndedItsThread() throws Exception {
        listener.listen(
                _ -> {
                    throw new IllegalStateException("a bug of the listener");
                });
        awaitDump();
        listener.check();
        event("event sa-ah");
        assertThat(kernel.closed.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(listener::check)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a bug of the listener");
        }
    }

    @Test
    void closesAChannelThatNobodyListensTo() {
        listener.close();
        assertThat(kernel.closed.getCount()).isZero();
    }

    @Test
    void saysWithTheNextOperationThatItCannotHear() {
        XfrmListener deaf =
                new XfrmListener(
                        new DeafChannel(), OWN_PORT, own, InstantSource.fixed(Instant.EPOCH));
        deaf.listen(heard::add);
        assertThatThrownBy(deaf::check)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("may not");
        assertThatThrownBy(deaf::joinAcquires).isInstanceOf(IOException.class);
    }

    private static final class DeafChannel implements XfrmChannel {
        @Override
        public int port() {
            return PORT;
        }

        @Override
        public void join(int group) throws IOException {
            throw new IOException("you may not");
        }

        @Override
        public void send(ByteBuffer messages) {}

        @Override
        public Reception receive(int milliseconds) {
            return new Reception.Nothing();
        }

        @Override
        public void wake() {}

        @Override
        public void close() {}
    }
}

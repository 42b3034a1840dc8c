package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeReport;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

class SadbWorkerTests {
    private static final Duration NEVER = Duration.ofHours(1);
    private static final SadbEvent ACQUIRE =
            new SadbEvent.Acquire(
                    7,
                    IpsecProtocol.ESP,
                    InetAddress.getLoopbackAddress(),
                    InetAddress.getLoopbackAddress(),
                    SaMode.TUNNEL,
                    0,
                    1);

    private final SadbEngine engine =
            new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
    private final Recorded<IkeInput> inputs = new Recorded<>();
    private final Recorded<IkeReport> log = new Recorded<>();
    private final List<SadbWorker> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(SadbWorker::close);
    }

    private SadbWorker worker(SadbSource source, Duration idle) {
        SadbWorker worker =
                new SadbWorker(
                        source,
                        idle,
                        inputs,
                        log,
                        (_, bug) -> {
                            throw new IllegalStateException(bug);
                        });
        open.add(worker);
        return worker;
    }

    @Test
    void registersAndTellsThePoliciesFirst() throws IOException {
        worker(engine::backend, NEVER).start();

        assertThat(inputs.all()).containsExactly(new IkeInput.Policies(List.of()));
        assertThat(log.all())
                .extracting(IkeReport::text)
                .containsExactly(
                        "call pfkey_send_register for AH",
                        "call pfkey_send_register for ESP",
                        "call pfkey_send_register for IPCOMP");
    }

    @Test
    void losesNoAcquireThatComesBeforeThePoliciesAreKnown() throws IOException {
        worker(
                        () ->
                                new FragileBackend(engine.backend()) {
                                    @Override
                                    void before(SadbOperation operation) {
                                        if (operation instanceof SadbOperation.Register) {
                                            tell(ACQUIRE);
                                        }
                                    }
                                },
                        NEVER)
                .start();

        assertThat(inputs.all())
                .containsExactly(
                        new IkeInput.Policies(List.of()),
                        new IkeInput.Told(ACQUIRE),
                        new IkeInput.Told(ACQUIRE),
                        new IkeInput.Told(ACQUIRE));
    }

    @Test
    void answersInTheOrderOfTheAsking() throws IOException, InterruptedException {
        SadbWorker worker = worker(engine::backend, NEVER);
        worker.start();
        for (int i = 0; i < 200; i++) {
            worker.ask(i, new SadbOperation.DumpPolicies());
        }

        List<IkeInput> all = inputs.await(each -> isAnswer(each, 199));
        assertThat(all.subList(1, 201))
                .extracting(each -> ((IkeInput.Answered) each).number())
                .isSorted();
    }

    @Test
    void handsOnWhatTheDatabasesTell() throws IOException {
        FragileBackend backend = new FragileBackend(engine.backend());
        worker(() -> backend, NEVER).start();
        backend.tell(ACQUIRE);

        assertThat(inputs.all()).endsWith(new IkeInput.Told(ACQUIRE));
    }

    @Test
    void answersWithAnErrorWhenTheWayBreaksAndComesBack() throws IOException, InterruptedException {
        FragileBackend first = new FragileBackend(engine.backend());
        List<SadbBackend> ways = new ArrayList<>(List.of(first, engine.backend()));
        SadbWorker worker = worker(ways::removeFirst, NEVER);
        worker.start();
        first.broken = true;
        worker.ask(1, new SadbOperation.DumpPolicies());

        assertThat(inputs.await(each -> isAnswer(each, 1)).getLast())
                .isInstanceOfSatisfying(
                        IkeInput.Answered.class,
                        answer ->
                                assertThat(answer.reply())
                                        .isInstanceOfSatisfying(
                                                SadbReply.Refused.class,
                                                refused ->
                                                        assertThat(refused.errno())
                                                                .isEqualTo(Errno.EIO)));
        inputs.clear();
        log.await(each -> each.text().equals("the SADB is back"));
        assertThat(inputs.all())
                .containsExactly(
                        new IkeInput.Policies(List.of()),
                        new IkeInput.Told(new SadbEvent.SasFlushed(IpsecProtocol.UNSPEC)));
        assertThat(log.all())
                .extracting(IkeReport::text)
                .contains("the way to the SADB broke (cut); it is sought again");
        assertThat(first.closed).isTrue();
    }

    @Test
    void findsOutThatTheWayBrokeWhenNobodyAsks() throws IOException, InterruptedException {
        FragileBackend first = new FragileBackend(engine.backend());
        List<SadbBackend> ways = new ArrayList<>(List.of(first, engine.backend()));
        worker(ways::removeFirst, Duration.ofMillis(20)).start();
        first.broken = true;

        log.await(each -> each.text().equals("the SADB is back"));
    }

    @Test
    void refusesToStartWithoutAWay() {
        SadbWorker worker =
                worker(
                        () -> {
                            throw new IOException("no service");
                        },
                        NEVER);

        assertThatThrownBy(worker::start).isInstanceOf(IOException.class).hasMessage("no service");
    }

    @Test
    void readsThePoliciesAnewWhenAsked() throws IOException, InterruptedException {
        SadbWorker worker = worker(engine::backend, NEVER);
        worker.start();
        inputs.clear();
        worker.readPolicies();

        inputs.await(new IkeInput.Policies(List.of())::equals);
    }

    @Test
    void doesWhatWasAskedBeforeItEnds() throws IOException {
        SadbWorker worker = worker(engine::backend, NEVER);
        worker.start();
        for (int i = 0; i < 500; i++) {
            worker.ask(i, new SadbOperation.DumpPolicies());
        }
        worker.close();

        assertThat(inputs.all()).anyMatch(each -> isAnswer(each, 499));
    }

    private static boolean isAnswer(IkeInput input, long number) {
        return input instanceof IkeInput.Answered(long its, var _) && its == number;
    }

    /// A backend whose channel a test can cut.
    private static class FragileBackend implements SadbBackend {
        private final SadbBackend inner;
        private Consumer<SadbEvent> listener = _ -> {};
        volatile boolean broken;
        volatile boolean closed;

        FragileBackend(SadbBackend inner) {
            this.inner = inner;
        }

        void before(SadbOperation operation) {}

        final void tell(SadbEvent event) {
            listener.accept(event);
        }

        @Override
        public Capabilities capabilities() {
            return inner.capabilities();
        }

        @Override
        public SadbReply execute(SadbOperation operation) throws IOException {
            if (broken) {
                throw new IOException("cut");
            }
            before(operation);
            return inner.execute(operation);
        }

        @Override
        public void listen(Consumer<SadbEvent> newListener) {
            listener = newListener;
            inner.listen(newListener);
        }

        @Override
        public void close() throws IOException {
            closed = true;
            inner.close();
        }
    }
}

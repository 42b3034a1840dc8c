package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput;
import org.jipsec.ike.IkeReport;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Speaks with the databases, on a thread of its own: carries out what the engine asks for, in that
/// order, and hands on what they tell. When the way to them breaks, all that is asked is answered
/// with EIO until there is a way again, and the engine then learns what is there now.
final class SadbWorker implements AutoCloseable {
    private static final int AT_A_TIME = 64;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final SadbSource source;
    private final Duration idle;
    private final Consumer<IkeInput> inputs;
    private final Consumer<IkeReport> log;
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final Thread thread;

    // of the thread
    private @Nullable SadbBackend backend;
    private Duration pause = FIRST_PAUSE;
    private boolean ended;

    private sealed interface Job {
        record Ask(long number, SadbOperation operation) implements Job {}

        record ReadPolicies() implements Job {}

        record End() implements Job {}
    }

    /// @param idle after so long without work it is seen whether the way still holds
    /// @param failed is told of a bug that ends this
    SadbWorker(
            SadbSource source,
            Duration idle,
            Consumer<IkeInput> inputs,
            Consumer<IkeReport> log,
            Thread.UncaughtExceptionHandler failed) {
        this.source = source;
        this.idle = idle;
        this.inputs = inputs;
        this.log = log;
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("ike-sadb")
                        .uncaughtExceptionHandler(failed)
                        .unstarted(this::work);
    }

    /// Returns when the policies are told and events come.
    ///
    /// @throws IOException there is no way to the databases
    void start() throws IOException {
        thread.start();
        try {
            opened.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException refused) {
                throw refused;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", ended);
        }
    }

    void ask(long number, SadbOperation operation) {
        jobs.add(new Job.Ask(number, operation));
    }

    /// Tells all policies anew.
    void readPolicies() {
        jobs.add(new Job.ReadPolicies());
    }

    /// When all that was asked is done, or after a few seconds.
    @Override
    public void close() {
        jobs.add(new Job.End());
        try {
            if (!thread.join(CLOSING)) {
                thread.interrupt();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the thread ----

    private void work() {
        try {
            connect();
            opened.complete(null);
        } catch (IOException refused) {
            closeBackend();
            opened.completeExceptionally(refused);
            return;
        }
        try {
            while (!ended) {
                SadbBackend current = backend;
                if (current == null) {
                    comeBack();
                } else {
                    serve(current);
                }
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } finally {
            closeBackend();
        }
    }

    private void connect() throws IOException {
        SadbBackend next = source.open();
        backend = next;
        // what is told of a policy before all were read is told once more: that changes nothing
        Held<SadbEvent> events =
                new Held<>(InputQueue.EVENTS, event -> inputs.accept(new IkeInput.Told(event)));
        next.listen(events);
        for (IpsecProtocol protocol :
                List.of(IpsecProtocol.AH, IpsecProtocol.ESP, IpsecProtocol.IPCOMP)) {
            log.accept(Reports.debug("call pfkey_send_register for " + protocol.name()));
            if (next.execute(new SadbOperation.Register(protocol))
                    instanceof SadbReply.Refused(var errno, var _)) {
                log.accept(
                        Reports.debug(
                                "%s is not to be had: %s"
                                        .formatted(protocol.name(), errno.text())));
            }
        }
        inputs.accept(new IkeInput.Policies(policies(next)));
        events.release();
    }

    private static List<PolicySnapshot> policies(SadbBackend from) throws IOException {
        return switch (from.execute(new SadbOperation.DumpPolicies())) {
            case SadbReply.Policies(var policies) -> policies;
            case SadbReply.Refused(var errno, var _) when errno == Errno.ENOENT -> List.of();
            case SadbReply.Refused(var errno, var why) ->
                    throw new IOException(
                            "the policies cannot be read: " + errno.text() + " " + why);
            case SadbReply other ->
                    throw new IllegalStateException(
                            "a dump of policies was answered by "
                                    + other.getClass().getSimpleName());
        };
    }

    private void serve(SadbBackend current) throws InterruptedException {
        Job first = jobs.poll(idle.toNanos(), TimeUnit.NANOSECONDS);
        if (first == null) {
            probe(current);
            return;
        }
        List<Job> turn = new ArrayList<>();
        turn.add(first);
        jobs.drainTo(turn, AT_A_TIME - 1);
        List<Job.Ask> asks = new ArrayList<>();
        for (Job job : turn) {
            switch (job) {
                case Job.Ask ask -> asks.add(ask);
                case Job.ReadPolicies() -> {
                    execute(asks);
                    asks.clear();
                    tellPolicies();
                }
                case Job.End() -> {
                    execute(asks);
                    asks.clear();
                    ended = true;
                }
            }
        }
        execute(asks);
    }

    private void execute(List<Job.Ask> asks) {
        SadbBackend current = backend;
        int[] answered = {0};
        if (current != null && !asks.isEmpty()) {
            try {
                current.executeAll(
                        asks.stream().map(Job.Ask::operation).toList(),
                        (index, reply) -> {
                            answered[0] = index + 1;
                            answer(asks.get(index), reply);
                        });
                return;
            } catch (IOException broken) {
                lost(broken);
            }
        }
        asks.subList(answered[0], asks.size()).forEach(this::refuse);
    }

    private void answer(Job.Ask ask, SadbReply reply) {
        inputs.accept(new IkeInput.Answered(ask.number(), reply));
    }

    private void refuse(Job.Ask ask) {
        answer(ask, new SadbReply.Refused(Errno.EIO, "there is no way to the databases"));
    }

    private void tellPolicies() {
        SadbBackend current = backend;
        if (current == null) {
            return; // they are told when it is back
        }
        try {
            inputs.accept(new IkeInput.Policies(policies(current)));
        } catch (IOException broken) {
            lost(broken);
        }
    }

    /// Asks for something that is never there.
    private void probe(SadbBackend current) {
        try {
            current.execute(new SadbOperation.GetPolicyById(0, Direction.IN));
        } catch (IOException broken) {
            lost(broken);
        }
    }

    private void lost(IOException broken) {
        closeBackend();
        pause = FIRST_PAUSE;
        log.accept(
                Reports.error(
                        "the way to the SADB broke (%s); it is sought again"
                                .formatted(broken.getMessage())));
    }

    /// Waits a while, refusing what is asked meanwhile, and tries.
    private void comeBack() throws InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
            switch (jobs.poll(left, TimeUnit.NANOSECONDS)) {
                case Job.Ask ask -> refuse(ask);
                case Job.End() -> {
                    ended = true;
                    return;
                }
                case Job.ReadPolicies() -> {} // they are told when it is back
                case null -> {}
            }
        }
        try {
            reconnect();
            log.accept(Reports.notice("the SADB is back"));
        } catch (IOException stillAway) {
            log.accept(Reports.debug("the SADB is still away: " + stillAway.getMessage()));
            closeBackend();
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    /// A service that was restarted has none of the SAs any more; a kernel that we lost sight of
    /// has them all.
    private void reconnect() throws IOException {
        connect();
        SadbBackend current = backend;
        if (current != null
                && current.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                        instanceof SadbReply.Sas(var sas)
                && sas.isEmpty()) {
            inputs.accept(new IkeInput.Told(new SadbEvent.SasFlushed(IpsecProtocol.UNSPEC)));
        }
    }

    private void closeBackend() {
        SadbBackend current = backend;
        backend = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException broken) {
                log.accept(Reports.debug("closing the SADB: " + broken.getMessage()));
            }
        }
    }
}

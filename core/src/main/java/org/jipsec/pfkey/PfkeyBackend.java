package org.jipsec.pfkey;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A client of PF_KEY. Requests go out with sequence 0, as setkey's do; an answer is known by our
/// process id and by the request's type, and answers come in the order of requests.
///
/// A kernel is sent what its [Dialect] can say. What it cannot is refused here, and what it has no
/// message for is done by several: a policy is found by its selector in a dump, and where not one
/// message deletes all SAs between two ends, each is deleted on its own.
///
/// To be told [SadbEvent.Acquire] and [SadbEvent.Expire], execute a
/// [SadbOperation.Register] of the protocol first.
public final class PfkeyBackend implements SadbBackend {
    private static final int BATCH = 64 * 1024;

    private final PfkeyChannel channel;
    private final PfkeyConversation conversation;
    private final int processId;
    private final Dialect dialect;
    private volatile Capabilities capabilities;
    private PfkeyTrace trace = PfkeyTrace.NONE;

    /// Who is at the other end.
    public enum Peer {
        /// A `KeyService`, which reads jipsec's own messages and extensions.
        SERVICE,
        /// The kernel of this machine: it is sent none of them.
        KERNEL
    }

    private PfkeyBackend(PfkeyChannel channel, int processId, Dialect dialect, Duration timeout)
            throws IOException {
        this.channel = channel;
        this.processId = processId;
        this.dialect = dialect;
        this.conversation = new PfkeyConversation(channel, processId, dialect, timeout);
        this.capabilities =
                dialect == Dialect.LINUX_AS_SETKEY ? CapabilityMapping.unasked(dialect) : ask();
    }

    /// [#open(PfkeyChannel, int, Dialect, Duration)] by who is there.
    public static PfkeyBackend open(
            PfkeyChannel channel, int processId, Peer peer, Duration timeout) throws IOException {
        return open(
                channel, processId, peer == Peer.SERVICE ? Dialect.JIPSEC : Dialect.LINUX, timeout);
    }

    /// Asks what the other side can do and is ready. As setkey, [Dialect#LINUX_AS_SETKEY] does not
    /// ask: [#capabilities] has no algorithms there before a [SadbOperation.Register].
    ///
    /// @param channel closed with the backend, or when this fails
    /// @param processId ours; two clients of one service need two
    /// @param dialect of who is at the other end
    /// @param timeout how long to wait for each answer
    public static PfkeyBackend open(
            PfkeyChannel channel, int processId, Dialect dialect, Duration timeout)
            throws IOException {
        try {
            return new PfkeyBackend(channel, processId, dialect, timeout);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    /// From now on `newTrace` sees what is sent and answered.
    public void trace(PfkeyTrace newTrace) {
        trace = newTrace;
        conversation.trace(newTrace);
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void listen(Consumer<SadbEvent> newListener) {
        conversation.listen(newListener);
    }

    /// @throws IOException the channel broke, or nothing has come for the timeout
    ///     ([SocketTimeoutException])
    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
        Optional<SadbReply.Refused> cannotBeSaid = dialect.refusal(operation);
        if (cannotBeSaid.isPresent()) {
            return cannotBeSaid.get();
        }
        return switch (operation) {
            case SadbOperation.DumpSas _ -> {
                List<SadbReply> entries = new ArrayList<>();
                stream(operation, entries::add);
                yield Dumps.associations(entries);
            }
            case SadbOperation.DumpPolicies _ -> {
                List<SadbReply> entries = new ArrayList<>();
                stream(operation, entries::add);
                yield Dumps.policies(entries);
            }
            case SadbOperation.RefuseAcquire _ -> {
                conversation.send(PfkeyRequests.message(operation, 0, processId));
                yield new SadbReply.Done(); // nobody answers it
            }
            case SadbOperation.RestoreSa(var snapshot) when dialect.isKernel() ->
                    ask(new SadbOperation.AddSa(snapshot.association()));
            case SadbOperation.GetPolicy(var policy) when dialect.isKernel() ->
                    Dumps.find(policy, execute(new SadbOperation.DumpPolicies()));
            case SadbOperation.DeleteAllSas all when !dialect.deletesAll() -> deleteEach(all);
            case SadbOperation.Register _ -> registered(ask(operation));
            default -> ask(operation);
        };
    }

    private SadbReply ask(SadbOperation operation) throws IOException {
        PfkeyMessage request = PfkeyRequests.message(operation, 0, processId);
        if (PfkeyCodec.octets(request) > PfkeyCodec.MAXIMUM) {
            return tooLong();
        }
        conversation.send(request);
        return read(operation, conversation.await(request));
    }

    /// To register twice is an error to Linux.
    private SadbReply registered(SadbReply reply) {
        if (reply instanceof SadbReply.Registered(var said)) {
            capabilities = said;
        }
        return reply instanceof SadbReply.Refused(Errno errno, _)
                        && errno == Errno.EEXIST
                        && dialect.isKernel()
                ? new SadbReply.Registered(capabilities)
                : reply;
    }

    /// What goes by itself meanwhile is as good as deleted.
    private SadbReply deleteEach(SadbOperation.DeleteAllSas all) throws IOException {
        SadbReply dump = execute(new SadbOperation.DumpSas(all.protocol()));
        if (!(dump instanceof SadbReply.Sas(var snapshots))) {
            return dump;
        }
        for (SaReference reference : Dumps.between(all, snapshots)) {
            SadbReply reply = ask(new SadbOperation.DeleteSa(reference));
            if (reply instanceof SadbReply.Refused(Errno errno, _) && errno != Errno.ESRCH) {
                return reply;
            }
        }
        return new SadbReply.Done();
    }

    @Override
    public void stream(SadbOperation dump, Consumer<SadbReply> entries) throws IOException {
        PfkeyMessage request = PfkeyRequests.message(dump, 0, processId);
        conversation.send(request);
        PfkeyMessage entry;
        int previous = -1;
        do {
            entry = conversation.await(request);
            if (entry.errno() == 0 && !dialect.follows(previous, entry.sequence())) {
                throw new ProtocolException(
                        "entries of the dump were lost: number %d came behind %d"
                                .formatted(entry.sequence(), previous));
            }
            previous = entry.sequence();
            SadbReply reply = read(dump, entry);
            if (!Dumps.isEmpty(reply)) {
                entries.accept(reply);
            }
        } while (entry.errno() == 0 && entry.sequence() != 0);
    }

    @Override
    public void executeAll(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        if (trace != PfkeyTrace.NONE) {
            SadbBackend.super.executeAll(operations, replies);
            return;
        }
        Deque<Pending> pending = new ArrayDeque<>();
        ByteBuffer batch = ByteBuffer.allocate(BATCH);
        int window = channel.window();
        for (int i = 0; i < operations.size(); i++) {
            SadbOperation operation = operations.get(i);
            PfkeyMessage request = PfkeyRequests.message(operation, 0, processId);
            ByteBuffer octets = isAlone(operation) ? null : encoded(request);
            boolean alone = octets == null || octets.remaining() > BATCH;
            if (octets == null
                    || alone
                    || octets.remaining() > batch.remaining()
                    || pending.size() >= window) {
                channel.send(batch.flip());
                batch.clear();
                takeAnswers(pending, alone ? 0 : window / 2, replies);
            }
            if (octets == null || alone) {
                replies.accept(i, execute(operation));
            } else {
                batch.put(octets);
                pending.add(new Pending(i, operation, request));
            }
        }
        channel.send(batch.flip());
        takeAnswers(pending, 0, replies);
    }

    /// A service collects the requests and runs them when it has all; a kernel gets them one by
    /// one, and a [org.jipsec.sadb.Journal] takes back.
    @Override
    public Outcome executeWhole(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        if (dialect.isKernel() || !capabilities.has(Capabilities.Feature.AT_ONCE)) {
            return SadbBackend.super.executeWhole(operations, replies);
        }
        boolean isTraced = trace != PfkeyTrace.NONE;
        ByteBuffer batch = ByteBuffer.allocate(BATCH);
        PfkeyCodec.encode(WholeStep.BEGIN.message(processId), batch);
        for (int i = 0; i < operations.size(); i++) {
            PfkeyMessage request = PfkeyRequests.message(operations.get(i), 0, processId);
            int octets = PfkeyCodec.octets(request);
            if (octets > PfkeyCodec.MAXIMUM) {
                batch.clear();
                PfkeyCodec.encode(WholeStep.DROP.message(processId), batch);
                channel.send(batch.flip());
                replies.accept(i, tooLong());
                return new Outcome.TakenBack(i, tooLong());
            }
            if (octets > batch.remaining()) {
                channel.send(batch.flip());
                batch.clear();
            }
            if (octets > BATCH) {
                channel.send(PfkeyCodec.encode(request));
            } else {
                PfkeyCodec.encode(request, batch);
            }
        }
        WholeStep last = isTraced ? WholeStep.RUN_AND_ANSWER : WholeStep.RUN;
        if (batch.remaining() < PfkeyCodec.HEADER) {
            channel.send(batch.flip());
            batch.clear();
        }
        PfkeyCodec.encode(last.message(processId), batch);
        channel.send(batch.flip());
        return takeWhole(operations, isTraced, replies);
    }

    /// Answers come as for single requests, but only to those that ask for more than to be done,
    /// or to all of them; at last the one to the whole, with the index of what was refused.
    private Outcome takeWhole(
            List<? extends SadbOperation> operations, boolean isTraced, Replies replies)
            throws IOException {
        PfkeyMessage whole = WholeStep.RUN.message(processId);
        PfkeyMessage end = null;
        int handed = 0;
        for (int i = 0; i < operations.size() && end == null; i++) {
            SadbOperation operation = operations.get(i);
            if (isTraced ? !isAnswered(operation) : !asksForMore(operation)) {
                continue;
            }
            PfkeyMessage request = PfkeyRequests.message(operation, 0, processId);
            if (isTraced && PfkeyConversation.isShown(request)) {
                trace.sent(PfkeyCodec.withoutPrivate(PfkeyCodec.encode(request)));
            }
            List<SadbReply> parts = new ArrayList<>(1);
            boolean isLast = false;
            while (!isLast && end == null) {
                PfkeyMessage answer = conversation.await(request, whole);
                if (answer.is(MessageType.JIPSEC_WHOLE)) {
                    end = answer;
                } else {
                    parts.add(read(operation, answer));
                    isLast = !isDump(operation) || answer.errno() != 0 || answer.sequence() == 0;
                }
            }
            SadbReply reply = end == null ? Dumps.whole(operation, parts) : null;
            if (reply instanceof SadbReply.Refused) {
                break;
            }
            if (reply != null) {
                handed = handDone(handed, i, replies);
                replies.accept(i, reply);
                handed++;
            }
        }
        if (end == null) {
            end = conversation.await(whole, whole);
        }
        int upTo =
                end.errno() == 0
                        ? operations.size()
                        : Math.clamp(end.sequence(), handed, operations.size() - 1);
        handDone(handed, upTo, replies);
        if (end.errno() == 0) {
            return new Outcome.Carried();
        }
        SadbReply.Refused refusal = PfkeyReplies.refused(end);
        replies.accept(upTo, refusal);
        return new Outcome.TakenBack(upTo, refusal);
    }

    private static int handDone(int from, int to, Replies replies) {
        for (int i = from; i < to; i++) {
            replies.accept(i, new SadbReply.Done());
        }
        return Math.max(from, to);
    }

    private static boolean isDump(SadbOperation operation) {
        return operation instanceof SadbOperation.DumpSas
                || operation instanceof SadbOperation.DumpPolicies;
    }

    private static boolean isAnswered(SadbOperation operation) {
        return !(operation instanceof SadbOperation.RefuseAcquire);
    }

    private boolean asksForMore(SadbOperation operation) {
        return isAnswered(operation)
                && PfkeyReplies.isMoreThanDone(PfkeyRequests.message(operation, 0, processId));
    }

    @Override
    public void close() throws IOException {
        conversation.close();
    }

    /// Whether it is more than one request with one answer.
    private boolean isAlone(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.DumpSas _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.Register _,
                    SadbOperation.DeleteAllSas _ ->
                    true;
            case SadbOperation.RestoreSa _, SadbOperation.GetPolicy _ -> dialect.isKernel();
            default -> dialect.refusal(operation).isPresent();
        };
    }

    /// Null when it is too long for a message.
    private @Nullable ByteBuffer encoded(PfkeyMessage request) {
        return PfkeyCodec.octets(request) > PfkeyCodec.MAXIMUM
                ? null
                : PfkeyCodec.encode(request, dialect);
    }

    private record Pending(int index, SadbOperation operation, PfkeyMessage request) {}

    private void takeAnswers(Deque<Pending> pending, int leave, Replies replies)
            throws IOException {
        while (pending.size() > leave) {
            Pending next = pending.remove();
            replies.accept(
                    next.index(), read(next.operation(), conversation.await(next.request())));
        }
    }

    private Capabilities ask() throws IOException {
        MessageType type =
                dialect.isKernel() ? MessageType.REGISTER : MessageType.JIPSEC_CAPABILITIES;
        PfkeyMessage request = PfkeyMessage.of(type, 0, 0, processId);
        conversation.send(request);
        SadbReply reply =
                read(new SadbOperation.Register(IpsecProtocol.UNSPEC), conversation.await(request));
        return switch (reply) {
            case SadbReply.Registered(var said) -> said;
            default -> throw new ProtocolException("the other side says nothing of itself");
        };
    }

    private SadbReply read(SadbOperation operation, PfkeyMessage answer) throws IOException {
        try {
            return PfkeyReplies.read(operation, answer, dialect);
        } catch (RefusalException lacking) {
            throw PfkeyConversation.unintelligible(lacking);
        }
    }

    private static SadbReply.Refused tooLong() {
        return new SadbReply.Refused(
                Errno.EMSGSIZE, "longer than a message of PF_KEY can be (512 KiB)");
    }
}

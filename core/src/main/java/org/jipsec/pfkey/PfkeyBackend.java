package org.jipsec.pfkey;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A client of PF_KEY. Requests go out with sequence 0, as setkey's do; an answer is known by our
/// process id and by the request's type, and answers come in the order of requests.
///
/// A thread of its own receives: answers it hands to the one who executes, the rest it tells the
/// listener. To be told [SadbEvent.Acquire] and [SadbEvent.Expire], execute a
/// [SadbOperation.Register] of the protocol first.
public final class PfkeyBackend implements SadbBackend {
    /// How many requests may be without an answer. What they and their answers need fits in the
    /// buffers between us and the service.
    private static final int WINDOW = 1024;

    private static final int BATCH = 64 * 1024;

    /// The end of the channel, among the answers: the only list without any.
    private static final List<byte[]> END = List.of();

    private final PfkeyChannel channel;
    private final int processId;
    private final Peer peer;
    private final Duration timeout;

    /// What came together goes on together: waking the one who waits costs more than a message.
    private final BlockingQueue<List<byte[]>> answers = new LinkedBlockingQueue<>();

    private Iterator<byte[]> atHand = Collections.emptyIterator();
    private final Capabilities capabilities;
    private volatile Consumer<SadbEvent> listener = _ -> {};
    private volatile @Nullable IOException failure;
    private volatile boolean closing;
    private PfkeyTrace trace = PfkeyTrace.NONE;

    /// Who is at the other end.
    public enum Peer {
        /// A `KeyService`, which reads jipsec's own messages and extensions.
        SERVICE,
        /// A kernel: it is sent none of them, and one request at a time.
        KERNEL
    }

    private PfkeyBackend(PfkeyChannel channel, int processId, Peer peer, Duration timeout)
            throws IOException {
        this.channel = channel;
        this.processId = processId;
        this.peer = peer;
        this.timeout = timeout;
        Thread.ofPlatform().daemon().name("pfkey-receiver").start(this::receive);
        this.capabilities = ask();
    }

    /// Asks what the other side can do and is ready.
    ///
    /// @param channel closed with the backend, or when this fails
    /// @param processId ours; two clients of one service need two
    /// @param timeout how long to wait for each answer
    public static PfkeyBackend open(
            PfkeyChannel channel, int processId, Peer peer, Duration timeout) throws IOException {
        try {
            return new PfkeyBackend(channel, processId, peer, timeout);
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    /// From now on `newTrace` sees what is sent and answered.
    public void trace(PfkeyTrace newTrace) {
        trace = newTrace;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public void listen(Consumer<SadbEvent> newListener) {
        listener = newListener;
    }

    /// @throws IOException the channel broke, or nothing has come for the timeout
    ///     ([SocketTimeoutException])
    @Override
    public SadbReply execute(SadbOperation operation) throws IOException {
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
                send(PfkeyRequests.message(operation, 0, processId));
                yield new SadbReply.Done(); // nobody answers it
            }
            case SadbOperation.RestoreSa(var snapshot) when peer == Peer.KERNEL ->
                    execute(new SadbOperation.AddSa(snapshot.association()));
            default -> {
                PfkeyMessage request = PfkeyRequests.message(operation, 0, processId);
                if (PfkeyCodec.octets(request) > PfkeyCodec.MAXIMUM) {
                    yield tooLong();
                }
                send(request);
                yield read(operation, await(request));
            }
        };
    }

    @Override
    public void stream(SadbOperation dump, Consumer<SadbReply> entries) throws IOException {
        PfkeyMessage request = PfkeyRequests.message(dump, 0, processId);
        send(request);
        PfkeyMessage entry;
        do {
            entry = await(request);
            SadbReply reply = read(dump, entry);
            if (!Dumps.isEmpty(reply)) {
                entries.accept(reply);
            }
        } while (entry.errno() == 0 && entry.sequence() != 0);
    }

    @Override
    public void executeAll(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        if (peer == Peer.KERNEL || trace != PfkeyTrace.NONE) {
            SadbBackend.super.executeAll(operations, replies);
            return;
        }
        Deque<Pending> pending = new ArrayDeque<>();
        ByteBuffer batch = ByteBuffer.allocate(BATCH);
        for (int i = 0; i < operations.size(); i++) {
            SadbOperation operation = operations.get(i);
            PfkeyMessage request = PfkeyRequests.message(operation, 0, processId);
            int octets = PfkeyCodec.octets(request);
            boolean alone =
                    Dumps.isDump(operation)
                            || operation instanceof SadbOperation.RefuseAcquire
                            || octets > BATCH;
            if (alone || octets > batch.remaining() || pending.size() == WINDOW) {
                channel.send(batch.flip());
                batch.clear();
                takeAnswers(pending, alone ? 0 : WINDOW / 2, replies);
            }
            if (alone) {
                replies.accept(i, execute(operation));
            } else {
                PfkeyCodec.encode(request, batch);
                pending.add(new Pending(i, operation, request));
            }
        }
        channel.send(batch.flip());
        takeAnswers(pending, 0, replies);
    }

    @Override
    public void close() throws IOException {
        closing = true;
        channel.close();
    }

    private record Pending(int index, SadbOperation operation, PfkeyMessage request) {}

    private void takeAnswers(Deque<Pending> pending, int leave, Replies replies)
            throws IOException {
        while (pending.size() > leave) {
            Pending next = pending.remove();
            replies.accept(next.index(), read(next.operation(), await(next.request())));
        }
    }

    private Capabilities ask() throws IOException {
        MessageType type =
                peer == Peer.SERVICE ? MessageType.JIPSEC_CAPABILITIES : MessageType.REGISTER;
        PfkeyMessage request = PfkeyMessage.of(type, 0, 0, processId);
        send(request);
        SadbReply reply = read(new SadbOperation.Register(IpsecProtocol.UNSPEC), await(request));
        return switch (reply) {
            case SadbReply.Registered(var said) -> said;
            default -> throw new ProtocolException("the other side says nothing of itself");
        };
    }

    private void send(PfkeyMessage request) throws IOException {
        ByteBuffer octets = PfkeyCodec.encode(request);
        if (isShown(request)) {
            trace.sent(PfkeyCodec.withoutPrivate(octets.duplicate()));
        }
        channel.send(octets);
    }

    /// The next answer to `request`. What else has our process id is passed over: Linux tells
    /// whoever flushes of his own flush, behind the answer.
    private PfkeyMessage await(PfkeyMessage request) throws IOException {
        while (true) {
            byte[] octets = nextAnswer();
            PfkeyMessage answer;
            try {
                PfkeyMessage header = PfkeyCodec.decodeHeader(ByteBuffer.wrap(octets));
                boolean isRead = header.errno() != 0 || PfkeyReplies.isMoreThanDone(header);
                answer = isRead ? PfkeyCodec.decode(ByteBuffer.wrap(octets)) : header;
            } catch (WireException wrong) {
                throw unintelligible(wrong);
            }
            if (answer.type() == request.type() && isAnswer(request, answer)) {
                if (isShown(request)) {
                    trace.received(PfkeyCodec.withoutPrivate(ByteBuffer.wrap(octets)));
                }
                return answer;
            }
        }
    }

    private static boolean isAnswer(PfkeyMessage request, PfkeyMessage answer) {
        return !request.is(MessageType.FLUSH) || answer.saType() == request.saType();
    }

    private static boolean isShown(PfkeyMessage message) {
        return message.type() < MessageType.PRIVATE;
    }

    private byte[] nextAnswer() throws IOException {
        if (atHand.hasNext()) {
            return atHand.next();
        }
        try {
            List<byte[]> come = answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
            if (come == null) {
                throw new SocketTimeoutException(Errno.EAGAIN.text());
            }
            if (come.isEmpty()) {
                answers.add(END);
                IOException why = failure;
                throw why != null
                        ? new IOException(why.getMessage(), why)
                        : new EOFException("the key service has closed the connection");
            }
            atHand = come.iterator();
            return atHand.next();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for an answer");
        }
    }

    private static SadbReply read(SadbOperation operation, PfkeyMessage answer) throws IOException {
        try {
            return PfkeyReplies.read(operation, answer);
        } catch (RefusalException lacking) {
            throw unintelligible(lacking);
        }
    }

    private static IOException unintelligible(Exception cause) {
        ProtocolException failure =
                new ProtocolException("unintelligible answer: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }

    private static SadbReply tooLong() {
        return new SadbReply.Refused(
                Errno.EMSGSIZE, "longer than a message of PF_KEY can be (512 KiB)");
    }

    // ---- the receiving thread ----

    private void receive() {
        List<byte[]> come = new ArrayList<>();
        try {
            for (ByteBuffer octets = channel.receive();
                    octets != null;
                    octets = channel.receive()) {
                if (PfkeyCodec.decodeHeader(octets).processId() == processId) {
                    byte[] copy = new byte[octets.remaining()];
                    octets.get(copy);
                    come.add(copy);
                } else {
                    tell(octets);
                }
                if (!come.isEmpty() && !channel.hasReceived()) {
                    answers.add(come);
                    come = new ArrayList<>();
                }
            }
        } catch (IOException broken) {
            if (!closing) {
                failure = broken;
            }
        } catch (WireException shorterThanAHeader) {
            throw new IllegalStateException("a channel cuts whole messages", shorterThanAHeader);
        } finally {
            if (!come.isEmpty()) {
                answers.add(come);
            }
            answers.add(END);
        }
    }

    /// What others say and we do not understand is no concern of ours.
    private void tell(ByteBuffer octets) {
        try {
            PfkeyEvents.event(PfkeyCodec.decode(octets)).ifPresent(listener);
        } catch (WireException | RefusalException notForUs) {
            // a newer service, or a kernel with an extension we do not know
        }
    }
}

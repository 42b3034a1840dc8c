package org.jipsec.pfkey;

import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Requests and their answers over one channel. A thread of its own receives: answers it hands to
/// the one who waits, the rest it tells the listener. When it cannot go on, be it for a listener
/// that throws, whoever waits for an answer is told so.
final class PfkeyConversation implements Closeable {
    /// The end of the channel, among the answers: the only list without any.
    private static final List<byte[]> END = List.of();

    private final PfkeyChannel channel;
    private final int processId;
    private final Dialect dialect;
    private final Duration timeout;

    /// What came together goes on together: waking the one who waits costs more than a message.
    private final BlockingQueue<List<byte[]>> answers = new LinkedBlockingQueue<>();

    private Iterator<byte[]> atHand = Collections.emptyIterator();
    private volatile Consumer<SadbEvent> listener = _ -> {};
    private volatile @Nullable IOException failure;
    private volatile boolean closing;
    private PfkeyTrace trace = PfkeyTrace.NONE;

    /// @param timeout how long to wait for each answer
    PfkeyConversation(PfkeyChannel channel, int processId, Dialect dialect, Duration timeout) {
        this.channel = channel;
        this.processId = processId;
        this.dialect = dialect;
        this.timeout = timeout;
        Thread.ofPlatform().daemon().name("pfkey-receiver").start(this::receive);
    }

    void trace(PfkeyTrace newTrace) {
        trace = newTrace;
    }

    void listen(Consumer<SadbEvent> newListener) {
        listener = newListener;
    }

    @Override
    public void close() throws IOException {
        closing = true;
        channel.close();
    }

    void send(PfkeyMessage request) throws IOException {
        ByteBuffer octets = PfkeyCodec.encode(request, dialect);
        if (isShown(request)) {
            trace.sent(PfkeyCodec.withoutPrivate(octets.duplicate()));
        }
        channel.send(octets);
    }

    /// The next answer to `request`. What else has our process id is passed over: Linux tells
    /// whoever flushes of his own flush, behind the answer.
    PfkeyMessage await(PfkeyMessage request) throws IOException {
        return await(request, request);
    }

    /// @param other whose answer may come instead of one to `request`
    PfkeyMessage await(PfkeyMessage request, PfkeyMessage other) throws IOException {
        while (true) {
            byte[] octets = nextAnswer();
            PfkeyMessage answer;
            try {
                PfkeyMessage header = PfkeyCodec.decodeHeader(ByteBuffer.wrap(octets));
                boolean isRead = header.errno() != 0 || PfkeyReplies.isMoreThanDone(header);
                answer = isRead ? PfkeyCodec.decode(ByteBuffer.wrap(octets), dialect) : header;
            } catch (WireException wrong) {
                throw unintelligible(wrong);
            }
            if (answer.type() == other.type() && answer.type() != request.type()) {
                return answer;
            }
            if (isAnswer(request, answer)) {
                if (isShown(request)) {
                    trace.received(PfkeyCodec.withoutPrivate(ByteBuffer.wrap(octets)));
                }
                return answer;
            }
        }
    }

    private boolean isAnswer(PfkeyMessage request, PfkeyMessage answer) {
        if (answer.type() != request.type()) {
            // Linux says of a reserved index that a policy was added, which it was
            return dialect.isKernel()
                    && request.is(MessageType.X_SPDSETIDX)
                    && answer.is(MessageType.X_SPDADD);
        }
        return !request.is(MessageType.FLUSH) || answer.saType() == request.saType();
    }

    static boolean isShown(PfkeyMessage message) {
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

    static IOException unintelligible(Exception cause) {
        ProtocolException failure =
                new ProtocolException("unintelligible answer: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
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
            failure = unintelligible(shorterThanAHeader);
        } catch (RuntimeException bug) {
            failure = new IOException("nothing is received any more: " + bug, bug);
            throw bug;
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
            PfkeyEvents.event(PfkeyCodec.decode(octets, dialect)).ifPresent(listener);
        } catch (WireException | RefusalException notForUs) {
            // a newer service, or a kernel with an extension we do not know
        }
    }
}

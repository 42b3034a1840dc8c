package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Requests and their answers over one channel. For one thread at a time.
final class XfrmExchange {
    /// So many acknowledgements, of up to 2 KiB of the kernel's memory, fit any receive buffer.
    private static final int AT_A_TIME = 64;

    private final XfrmChannel channel;
    private final int milliseconds;
    private int sequence;

    /// @param timeout how long to wait for each datagram
    XfrmExchange(XfrmChannel channel, Duration timeout) {
        this.channel = channel;
        this.milliseconds = (int) Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
    }

    /// What came of a request.
    ///
    /// @param refusal empty when it was done
    /// @param messages what came beside the acknowledgement
    record Answer(Optional<Refused> refusal, List<NetlinkAnswer> messages) {
        /// The message of a type.
        ///
        /// @throws ProtocolException there is none, though the request was not refused
        NetlinkAnswer only(int type) throws ProtocolException {
            for (NetlinkAnswer message : messages) {
                if (message.type() == type) {
                    return message;
                }
            }
            throw new ProtocolException("the kernel's answer is not there");
        }
    }

    /// How a dump ended.
    ///
    /// @param isComplete false when entries may be missing: others changed the database meanwhile,
    ///     or something was lost
    record DumpEnd(Optional<Refused> refusal, boolean isComplete) {}

    /// Takes the entries of a dump.
    @FunctionalInterface
    interface Entries {
        void accept(NetlinkAnswer entry) throws WireException;
    }

    /// Sends one request and waits for what is said to it.
    ///
    /// @param request with [NetlinkRequest#ACKNOWLEDGED]
    Answer ask(NetlinkRequest request) throws IOException {
        int asked = ++sequence;
        byte[] octets = finish(request, asked);
        try {
            channel.send(ByteBuffer.wrap(octets));
            List<NetlinkAnswer> messages = new ArrayList<>();
            while (true) {
                for (NetlinkAnswer answer : await()) {
                    if (!isTo(answer, asked)) {
                        continue; // left over from what was given up
                    }
                    if (answer.isError()) {
                        return new Answer(RefusalText.of(answer, octets), messages);
                    }
                    messages.add(answer);
                }
            }
        } catch (WireException wrong) {
            throw unintelligible(wrong);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// Sends many requests, some in each datagram, and waits for all.
    ///
    /// @param requests each with [NetlinkRequest#ACKNOWLEDGED]
    /// @return how each was answered, in their order
    List<Optional<Refused>> askAll(List<NetlinkRequest> requests) throws IOException {
        List<Optional<Refused>> refusals = new ArrayList<>(requests.size());
        List<byte[]> batch = new ArrayList<>();
        int octets = 0;
        for (NetlinkRequest request : requests) {
            byte[] message = finish(request, ++sequence);
            boolean isFull =
                    batch.size() == AT_A_TIME || octets + message.length > XfrmChannel.MAXIMUM;
            if (isFull) {
                // the number of this one is taken already
                refusals.addAll(run(batch, octets, sequence - batch.size()));
                batch.clear();
                octets = 0;
            }
            batch.add(message);
            octets += message.length;
        }
        if (!batch.isEmpty()) {
            refusals.addAll(run(batch, octets, sequence - batch.size() + 1));
        }
        return refusals;
    }

    /// Asks for all there is, and reads to the end whatever comes.
    ///
    /// @throws ProtocolException an entry makes no sense; the others have been handed over
    DumpEnd dump(NetlinkRequest request, Entries entries) throws IOException {
        int asked = ++sequence;
        byte[] octets = finish(request, asked);
        channel.send(ByteBuffer.wrap(octets));
        boolean isComplete = true;
        WireException wrong = null;
        while (true) {
            List<NetlinkAnswer> answers = awaitOrOverrun();
            if (answers == null) {
                isComplete = false;
                continue;
            }
            for (NetlinkAnswer answer : answers) {
                if (!isTo(answer, asked)) {
                    continue;
                }
                isComplete &= !answer.wasInterrupted();
                try {
                    if (answer.isDone() || answer.isError()) {
                        Optional<Refused> refusal = RefusalText.of(answer, octets);
                        if (wrong != null) {
                            throw unintelligible(wrong);
                        }
                        return new DumpEnd(refusal, isComplete);
                    }
                    entries.accept(answer);
                } catch (WireException e) {
                    if (answer.isDone() || answer.isError()) {
                        throw unintelligible(e);
                    }
                    wrong = e;
                }
            }
        }
    }

    private List<Optional<Refused>> run(List<byte[]> batch, int octets, int first)
            throws IOException {
        ByteBuffer out = ByteBuffer.allocate(octets);
        batch.forEach(out::put);
        try {
            channel.send(out.flip());
            List<@Nullable Optional<Refused>> refusals =
                    new ArrayList<>(Collections.nCopies(batch.size(), null));
            int waiting = batch.size();
            while (waiting > 0) {
                for (NetlinkAnswer answer : await()) {
                    int place = answer.sequence() - first;
                    boolean isNews =
                            answer.isError()
                                    && answer.port() == channel.port()
                                    && place >= 0
                                    && place < batch.size()
                                    && refusals.get(place) == null;
                    if (isNews) {
                        refusals.set(place, RefusalText.of(answer, batch.get(place)));
                        waiting--;
                    }
                }
            }
            List<Optional<Refused>> all = new ArrayList<>(batch.size());
            for (Optional<Refused> refusal : refusals) {
                all.add(refusal == null ? Optional.empty() : refusal);
            }
            return all;
        } catch (WireException wrong) {
            throw unintelligible(wrong);
        } finally {
            Arrays.fill(out.array(), (byte) 0);
            batch.forEach(each -> Arrays.fill(each, (byte) 0));
        }
    }

    private boolean isTo(NetlinkAnswer answer, int asked) {
        return answer.sequence() == asked && answer.port() == channel.port();
    }

    private byte[] finish(NetlinkRequest request, int sequence) {
        byte[] octets = request.toOctets(sequence, channel.port());
        request.wipe();
        return octets;
    }

    private List<NetlinkAnswer> await() throws IOException {
        List<NetlinkAnswer> answers = awaitOrOverrun();
        if (answers == null) {
            throw new IOException("the kernel's answers were lost");
        }
        return answers;
    }

    /// @return null when something was lost
    private @Nullable List<NetlinkAnswer> awaitOrOverrun() throws IOException {
        return switch (channel.receive(milliseconds)) {
            case XfrmChannel.Reception.Datagram(var octets) -> split(octets);
            case XfrmChannel.Reception.Overrun() -> null;
            case XfrmChannel.Reception.Nothing() ->
                    throw new SocketTimeoutException(Errno.EAGAIN.text());
        };
    }

    private static List<NetlinkAnswer> split(ByteBuffer octets) throws IOException {
        try {
            return NetlinkAnswer.split(octets);
        } catch (WireException wrong) {
            throw unintelligible(wrong);
        }
    }

    static IOException unintelligible(WireException cause) {
        ProtocolException failure =
                new ProtocolException("unintelligible answer: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}

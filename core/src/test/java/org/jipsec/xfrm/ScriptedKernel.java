package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// The other end of a channel, which answers as a test says. Requests may come on one thread and be
/// looked at on another.
final class ScriptedKernel implements XfrmChannel {
    static final int DONE = 3;
    static final int ERROR = 2;
    static final int DUMP_INTERRUPTED = 0x10;

    private static final int HEADER = 16;

    private final int port;
    private final Script script;
    private final BlockingQueue<Reception> queue = new LinkedBlockingQueue<>();

    /// The requests, in their order.
    final List<NetlinkAnswer> requests = Collections.synchronizedList(new ArrayList<>());

    /// How many datagrams they came in.
    int datagrams;

    final List<Integer> groups = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch woken = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);

    /// What to do at a request: usually to [#say] something.
    @FunctionalInterface
    interface Script {
        void on(NetlinkAnswer request, ScriptedKernel kernel);
    }

    ScriptedKernel(int port, Script script) {
        this.port = port;
        this.script = script;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void join(int group) {
        groups.add(group);
    }

    @Override
    public void send(ByteBuffer messages) throws IOException {
        byte[] copy = new byte[messages.remaining()];
        messages.get(copy);
        if (copy.length > MAXIMUM) {
            throw new IOException("too long: " + copy.length);
        }
        datagrams++;
        try {
            for (NetlinkAnswer request : NetlinkAnswer.split(ByteBuffer.wrap(copy))) {
                requests.add(request);
                script.on(request, this);
            }
        } catch (WireException wrong) {
            throw new IllegalStateException("a request of ours", wrong);
        }
    }

    @Override
    public Reception receive(int milliseconds) throws IOException {
        try {
            Reception next =
                    milliseconds < 0
                            ? queue.take()
                            : queue.poll(milliseconds, TimeUnit.MILLISECONDS);
            return next == null ? new Reception.Nothing() : next;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    @Override
    public void wake() {
        woken.countDown();
        queue.add(new Reception.Nothing());
    }

    @Override
    public void close() {
        closed.countDown();
    }

    // ---- what it says ----

    void say(byte[]... messages) {
        int length = 0;
        for (byte[] message : messages) {
            length += message.length;
        }
        ByteBuffer datagram = ByteBuffer.allocate(length);
        for (byte[] message : messages) {
            datagram.put(message);
        }
        queue.add(new Reception.Datagram(datagram.flip()));
    }

    void lose() {
        queue.add(new Reception.Overrun());
    }

    /// An acknowledgement, or with an errno a refusal.
    byte[] acknowledgement(NetlinkAnswer request, int errno) {
        return answer(request, ERROR, 0x100, capped(request, errno));
    }

    void acknowledge(NetlinkAnswer request) {
        say(acknowledgement(request, 0));
    }

    void refuse(NetlinkAnswer request, int errno) {
        say(acknowledgement(request, errno));
    }

    byte[] done(NetlinkAnswer request) {
        return answer(request, DONE, 2, new byte[4]);
    }

    /// A message in answer to a request.
    byte[] answer(NetlinkAnswer request, int type, int flags, byte[] body) {
        return message(type, flags, request.sequence(), port, body);
    }

    /// The body of an acknowledgement: errno and the request's header.
    static byte[] capped(NetlinkAnswer request, int errno) {
        ByteBuffer out = ByteBuffer.allocate(4 + HEADER).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(-errno).putInt(HEADER + request.body().limit());
        out.putShort((short) request.type()).putShort((short) request.flags());
        return out.putInt(request.sequence()).array();
    }

    static byte[] message(int type, int flags, int sequence, int port, byte[] body) {
        int aligned = (body.length + 3) & ~3;
        ByteBuffer out = ByteBuffer.allocate(HEADER + aligned).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(HEADER + body.length).putShort((short) type).putShort((short) flags);
        return out.putInt(sequence).putInt(port).put(body).array();
    }

    /// The body of a recorded message.
    static byte[] body(String label) throws WireException {
        return body(Recorded.answer(label));
    }

    static byte[] body(NetlinkAnswer answer) {
        byte[] body = new byte[answer.rewound().remaining()];
        answer.rewound().get(body);
        return body;
    }

    static boolean isDump(NetlinkAnswer request) {
        return (request.flags() & 0x300) == 0x300;
    }
}

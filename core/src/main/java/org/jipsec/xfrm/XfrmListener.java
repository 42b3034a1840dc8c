package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.function.Consumer;

/// Hears what happens in the kernel, on a thread of its own, and tells it to one listener.
///
/// It knows what is in the databases, by a dump at the start and the news since. When the kernel
/// had to drop news, another dump shows the difference, which is told as news.
///
/// When it cannot go on, be it for a listener that throws, each later [#check] says so.
final class XfrmListener {
    private static final int FOREVER = -1;
    private static final int[] GROUPS = {
        Xfrm.GROUP_EXPIRE, Xfrm.GROUP_SA, Xfrm.GROUP_POLICY, Xfrm.GROUP_MIGRATE, Xfrm.GROUP_MAPPING
    };

    private final XfrmChannel channel;
    private final int ownPort;
    private final OwnChanges own;
    private final KnownEntries known;
    private final Notifications notifications;
    private volatile Consumer<SadbEvent> listener = _ -> {};
    private volatile @Nullable IOException failure;
    private volatile boolean closing;
    private @Nullable Thread thread;
    private boolean hasAcquires;

    // of the thread alone
    private Phase phase = Phase.QUIET;
    private int sequence;
    private boolean isStale;

    private enum Phase {
        QUIET,
        ASSOCIATIONS,
        POLICIES
    }

    /// @param ownPort of the channel whose doings are not told
    XfrmListener(XfrmChannel channel, int ownPort, OwnChanges own, InstantSource clock) {
        this.channel = channel;
        this.ownPort = ownPort;
        this.own = own;
        this.known = new KnownEntries(own, clock, this::tell);
        this.notifications = new Notifications(known, own, clock, this::tell);
    }

    /// What it cannot hear shows at the next [#check].
    synchronized void listen(Consumer<SadbEvent> newListener) {
        listener = newListener;
        if (thread == null && !closing) {
            try {
                for (int group : GROUPS) {
                    channel.join(group);
                }
            } catch (IOException refused) {
                failure = refused;
                return;
            }
            own.watch();
            thread = Thread.ofPlatform().daemon().name("xfrm-events").start(this::run);
        }
    }

    /// From now on the kernel asks for SAs, and its questions are told.
    synchronized void joinAcquires() throws IOException {
        if (!hasAcquires) {
            channel.join(Xfrm.GROUP_ACQUIRE);
            hasAcquires = true;
        }
    }

    /// A change of our own was answered that the kernel may have had no news of: it is not waited
    /// for any longer than what has come by now is read.
    void answered(OwnChanges.Token change) {
        if (own.answered(change)) {
            channel.wake();
        }
    }

    /// @throws IOException nothing can be heard any more
    void check() throws IOException {
        IOException why = failure;
        if (why != null) {
            throw new IOException(why.getMessage(), why);
        }
    }

    synchronized void close() {
        closing = true;
        if (thread == null) {
            channel.close();
        } else {
            channel.wake();
        }
    }

    // ---- the thread ----

    private void run() {
        try {
            begin();
            while (!closing) {
                boolean isDue = isStale && phase == Phase.QUIET;
                boolean isAwaiting = !isStale && phase == Phase.QUIET && own.isAwaitingNews();
                int answer = own.lastAnswer();
                switch (channel.receive(isDue || isAwaiting ? 0 : FOREVER)) {
                    case XfrmChannel.Reception.Datagram(var octets) -> take(octets);
                    case XfrmChannel.Reception.Overrun() -> isStale = true;
                    case XfrmChannel.Reception.Nothing() -> {
                        // not before what is there is read: in a full socket a dump finds no room
                        if (isDue) {
                            begin();
                        } else if (isAwaiting) {
                            own.allRead(answer);
                        }
                    }
                }
            }
        } catch (IOException broken) {
            failure = broken;
        } catch (RuntimeException bug) {
            failure = new IOException("events are not heard any more: " + bug, bug);
            throw bug;
        } finally {
            channel.close();
        }
    }

    private void take(ByteBuffer datagram) throws IOException {
        try {
            for (NetlinkAnswer answer : NetlinkAnswer.split(datagram)) {
                if (answer.port() == channel.port()) {
                    if (answer.sequence() == sequence && phase != Phase.QUIET) {
                        entry(answer);
                    }
                } else if (notifications.take(answer, answer.port() == ownPort)) {
                    isStale = true;
                }
            }
        } catch (WireException unintelligible) {
            isStale = true; // as good as lost
        }
    }

    private void entry(NetlinkAnswer answer) throws IOException {
        isStale |= answer.wasInterrupted();
        if (answer.isDone() || answer.isError()) {
            end(answer);
            return;
        }
        try {
            if (answer.type() == Xfrm.MSG_NEWSA) {
                KernelSa sa = SaCodec.read(answer);
                if (sa.association().protocol() != IpsecProtocol.UNSPEC) {
                    known.dumped(sa);
                }
            } else if (answer.type() == Xfrm.MSG_NEWPOLICY) {
                KernelPolicy policy = PolicyCodec.read(answer);
                if (policy.isMain()) {
                    known.dumped(policy);
                }
            }
        } catch (WireException ofAnotherKernel) {
            // it would be no better the next time
        }
    }

    private void end(NetlinkAnswer answer) throws IOException {
        int errno;
        try {
            errno = answer.errno();
        } catch (WireException unintelligible) {
            errno = Errno.EINVAL.number();
        }
        if (errno != 0) {
            // no room, or the dump before this one is not read to its end: when all is read, again
            isStale |= errno == Errno.ENOBUFS.number() || errno == Errno.EBUSY.number();
            phase = Phase.QUIET;
        } else if (isStale) {
            phase = Phase.QUIET;
        } else if (phase == Phase.ASSOCIATIONS) {
            phase = Phase.POLICIES;
            send(PolicyCodec.dump());
        } else {
            phase = Phase.QUIET;
            known.endDump();
        }
    }

    private void begin() throws IOException {
        isStale = false;
        phase = Phase.ASSOCIATIONS;
        known.beginDump();
        send(SaCodec.dump(IpsecProtocol.UNSPEC));
    }

    private void send(NetlinkRequest request) throws IOException {
        channel.send(ByteBuffer.wrap(request.toOctets(++sequence, channel.port())));
    }

    private void tell(SadbEvent event) {
        listener.accept(event);
    }
}

package org.jipsec.os;

import java.util.function.Consumer;

/// A socket that takes and gives whole messages, many in one call. Nonblocking: wait with a
/// [Poller]. One thread may receive, one [#drainErrors], and any send, each a batch of its own, at
/// the same time.
public abstract sealed class MessageSocket extends Descriptor permits RawSocket, UdpSocket {
    private static final int ERRORS_AT_A_TIME = 64;
    private static final int RETRIES = 4;

    private final IpFamily family;
    private final SocketErrors errors = new SocketErrors();
    private volatile boolean segmentation;

    MessageSocket(int number, String name, IpFamily family) {
        super(number, name);
        this.family = family;
    }

    public final IpFamily family() {
        return family;
    }

    /// Takes what has arrived, as much as the batch holds, and does not wait.
    ///
    /// @return how many messages, 0 when none is there
    public final int receive(ReceiveBatch batch) throws OsException {
        int number = number();
        long headers = batch.open();
        int soft = 0;
        while (true) {
            int count = Libc.recvmmsg(number, headers, batch.slots(), Layouts.MSG_DONTWAIT, 0);
            if (count >= 0) {
                batch.fill(count);
                return count;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return 0;
            }
            if (isAboutAnotherMessage(errno)) {
                if (++soft > RETRIES) {
                    return 0;
                }
            } else if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("recvmmsg", name(), errno);
            }
        }
    }

    /// Sends what of the batch is not yet sent, and does not wait: with [SendBatch#isDone] false
    /// afterwards there is no room now, and the same call later goes on. A message that the kernel
    /// refuses is passed over and told by [SendBatch#failure].
    ///
    /// @return how many messages this call has sent
    /// @throws OsException when the socket itself is at fault
    public final int send(SendBatch batch) throws OsException {
        int number = number();
        int sent = 0;
        boolean repeated = false;
        while (!batch.isDone()) {
            int before = batch.next();
            int run = batch.run(segmentation);
            int count = run > 0 ? sendRun(number, batch, run) : sendPieces(number, batch);
            if (count > 0) {
                sent += batch.next() - before;
                repeated = false;
                continue;
            }
            int errno = count == 0 ? ErrorNumber.EIO.number() : Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return sent;
            }
            if (errno == ErrorNumber.EIO.number() && run > 0 && batch.hasSegments(before)) {
                segmentation = false; // the device on the way cannot: one by one from now on
            } else if (isAboutAnotherMessage(errno) && !repeated) {
                repeated = true;
            } else if (errno == ErrorNumber.EBADF.number()
                    || errno == ErrorNumber.ENOTSOCK.number()
                    || errno == ErrorNumber.EFAULT.number()) {
                throw new OsException("sendmmsg", name(), errno);
            } else if (errno != ErrorNumber.EINTR.number()) {
                batch.fail(errno);
                repeated = false;
            }
        }
        return sent;
    }

    /// What IP carries: 17 of UDP.
    abstract int protocol();

    /// Takes entries from the error queue, at most 64 in one call.
    ///
    /// @return how many were there; 64: perhaps there are more
    public final int drainErrors(Consumer<SocketError> consumer) throws OsException {
        return errors.drain(this, protocol(), ERRORS_AT_A_TIME, consumer);
    }

    /// What the kernel really set aside, in octets; twice what one asked for, as it counts its own
    /// bookkeeping.
    public final int receiveBuffer() throws OsException {
        return Call.getOption(this, "SO_RCVBUF", Layouts.SOL_SOCKET, Layouts.SO_RCVBUF);
    }

    /// Likewise for what waits to be sent.
    public final int sendBuffer() throws OsException {
        return Call.getOption(this, "SO_SNDBUF", Layouts.SOL_SOCKET, Layouts.SO_SNDBUF);
    }

    @Override
    public final void close() {
        super.close();
        errors.close();
    }

    final boolean hasSegmentation() {
        return segmentation;
    }

    final void segmentation(boolean granted) {
        segmentation = granted;
    }

    /// What both kinds have in common.
    final void configure(SocketOptions options) throws OsException {
        if (options.mark() != 0) {
            set("SO_MARK", Layouts.SOL_SOCKET, Layouts.SO_MARK, options.mark());
        }
        if (options.receiveBuffer() > 0) {
            setBuffer(
                    "SO_RCVBUF",
                    Layouts.SO_RCVBUFFORCE,
                    Layouts.SO_RCVBUF,
                    options.receiveBuffer());
        }
        if (options.sendBuffer() > 0) {
            setBuffer("SO_SNDBUF", Layouts.SO_SNDBUFFORCE, Layouts.SO_SNDBUF, options.sendBuffer());
        }
        set("SO_RXQ_OVFL", Layouts.SOL_SOCKET, Layouts.SO_RXQ_OVFL, 1);
        switch (family) {
            case IPV4 -> {
                set("IP_RECVERR", Layouts.SOL_IP, Layouts.IP_RECVERR, 1);
                set(
                        "IP_MTU_DISCOVER",
                        Layouts.SOL_IP,
                        Layouts.IP_MTU_DISCOVER,
                        Layouts.PMTUDISC_PROBE);
            }
            case IPV6 -> {
                set("IPV6_RECVERR", Layouts.SOL_IPV6, Layouts.IPV6_RECVERR, 1);
                set(
                        "IPV6_MTU_DISCOVER",
                        Layouts.SOL_IPV6,
                        Layouts.IPV6_MTU_DISCOVER,
                        Layouts.PMTUDISC_PROBE);
            }
        }
    }

    final void set(String option, int level, int code, int value) throws OsException {
        Call.setOption(this, option, level, code, value);
    }

    /// @return whether the kernel knows the option
    final boolean grants(String option, int level, int code, int value) throws OsException {
        try {
            set(option, level, code, value);
            return true;
        } catch (OsException e) {
            if (e.is(ErrorNumber.ENOPROTOOPT) || e.is(ErrorNumber.EINVAL)) {
                return false;
            }
            throw e;
        }
    }

    private void setBuffer(String option, int force, int code, int octets) throws OsException {
        try {
            set(option + "FORCE", Layouts.SOL_SOCKET, force, octets);
        } catch (OsException e) {
            if (!e.is(ErrorNumber.EPERM)) {
                throw e;
            }
            set(option, Layouts.SOL_SOCKET, code, octets);
        }
    }

    private static int sendRun(int number, SendBatch batch, int run) {
        int count = Libc.sendmmsg(number, batch.headersFromNext(run), run, 0);
        if (count > 0) {
            batch.sent(count);
        }
        return count;
    }

    private static int sendPieces(int number, SendBatch batch) {
        int count = Libc.sendmmsg(number, batch.pieces(), batch.splitNext(), 0);
        if (count > 0) {
            batch.sentPieces(count);
        }
        return count;
    }

    /// An ICMP error for an earlier message is reported once by whatever call comes next; the same
    /// stands in the error queue.
    private static boolean isAboutAnotherMessage(int errno) {
        return errno == ErrorNumber.ECONNREFUSED.number()
                || errno == ErrorNumber.EHOSTUNREACH.number()
                || errno == ErrorNumber.ENETUNREACH.number()
                || errno == ErrorNumber.EMSGSIZE.number()
                || errno == ErrorNumber.EHOSTDOWN.number()
                || errno == ErrorNumber.ENONET.number()
                || errno == ErrorNumber.EPROTO.number()
                || errno == ErrorNumber.ENOPROTOOPT.number()
                || errno == ErrorNumber.EOPNOTSUPP.number()
                || errno == ErrorNumber.EACCES.number();
    }
}

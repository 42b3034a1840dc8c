package org.jipsec.os;

import org.jipsec.wire.WireException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A netlink socket of the calling thread's network namespace. For one thread at a time.
final class NetlinkSocket extends Descriptor {
    private static final int BUFFER = 1 << 16; // more than the kernel puts into one datagram
    private static final int PATIENCE = 10_000;

    private final NativeBuffer memory = NativeBuffer.ofSize(BUFFER);
    private final byte[] octets = new byte[BUFFER];
    private int sequence;

    /// What a receive has found when nothing is there.
    static final int NOTHING = -1;

    /// What a receive has found when the kernel has had to drop messages.
    static final int OVERRUN = -2;

    private NetlinkSocket(int number) {
        super(number, "netlink");
    }

    /// @param protocol NETLINK_
    /// @param groups a mask of those whose notifications it receives; of NETLINK_ROUTE RTMGRP_
    /// @param receiveBuffer in octets, 0 for the system's default
    static NetlinkSocket open(int protocol, int groups, int receiveBuffer) throws OsException {
        Platform.require();
        NetlinkSocket socket =
                new NetlinkSocket(Call.socket(Layouts.AF_NETLINK, Layouts.SOCK_RAW, protocol));
        try (NativeBuffer name = NativeBuffer.ofSize(Layouts.SOCKADDR_NL_SIZE)) {
            if (receiveBuffer > 0) {
                Call.enlargeReceiveBuffer(socket, receiveBuffer);
            }
            socket.askIfKnown("NETLINK_CAP_ACK", Layouts.NETLINK_CAP_ACK);
            socket.askIfKnown("NETLINK_EXT_ACK", Layouts.NETLINK_EXT_ACK);
            socket.askIfKnown("NETLINK_GET_STRICT_CHK", Layouts.NETLINK_GET_STRICT_CHK);
            name.putShort(Layouts.SOCKADDR_FAMILY, (short) Layouts.AF_NETLINK);
            name.putInt(Layouts.SOCKADDR_NL_GROUPS, groups);
            if (Libc.bind(socket.number(), name.address(), Layouts.SOCKADDR_NL_SIZE) < 0) {
                throw new OsException("bind", "netlink", Libc.errno());
            }
            return socket;
        } catch (OsException e) {
            socket.close();
            throw e;
        }
    }

    /// Sends a request and waits for what the kernel says to it.
    ///
    /// @param call and
    /// @param arguments for errors
    /// @return the answers beside the acknowledgement
    List<NetlinkAnswer> request(NetlinkRequest request, String call, String arguments)
            throws OsException {
        int asked = ++sequence;
        send(request.toOctets(asked));
        boolean acknowledged = (request.flags() & Netlink.NLM_F_ACK) != 0;
        List<NetlinkAnswer> answers = new ArrayList<>();
        while (true) {
            for (NetlinkAnswer answer : await(call, arguments)) {
                if (answer.sequence() != asked) {
                    continue; // what was left over when an earlier request failed
                }
                if (answer.type() == Netlink.NLMSG_ERROR) {
                    check(answer, call, arguments);
                    return answers;
                }
                answers.add(answer);
                if (!acknowledged) {
                    return answers;
                }
            }
        }
    }

    /// Asks for all of something.
    ///
    /// @return empty when what was asked for changed meanwhile
    Optional<List<NetlinkAnswer>> dump(NetlinkRequest request, String call, String arguments)
            throws OsException {
        int asked = ++sequence;
        send(request.toOctets(asked));
        List<NetlinkAnswer> answers = new ArrayList<>();
        boolean interrupted = false;
        while (true) {
            for (NetlinkAnswer answer : await(call, arguments)) {
                if (answer.sequence() != asked) {
                    continue;
                }
                interrupted |= answer.wasInterrupted();
                if (answer.type() == Netlink.NLMSG_DONE || answer.type() == Netlink.NLMSG_ERROR) {
                    check(answer, call, arguments);
                    return interrupted ? Optional.empty() : Optional.of(answers);
                }
                answers.add(answer);
            }
        }
    }

    /// Sends several requests, each with NLM_F_ACK, before it reads what the kernel says to them.
    ///
    /// @return errno and explanation of those that were refused, by their place in `requests`
    Map<Integer, OsException> requestAll(
            List<NetlinkRequest> requests, String call, List<String> arguments) throws OsException {
        int first = sequence + 1;
        byte[][] messages = new byte[requests.size()][];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = requests.get(i).toOctets(++sequence);
        }
        send(messages);
        Map<Integer, OsException> refused = new HashMap<>();
        int answered = 0;
        while (answered < messages.length) {
            for (NetlinkAnswer answer : await(call, messages.length + " requests")) {
                int place = answer.sequence() - first;
                if (answer.type() != Netlink.NLMSG_ERROR || place < 0 || place >= messages.length) {
                    continue;
                }
                answered++;
                try {
                    check(answer, call, arguments.get(place));
                } catch (OsException e) {
                    refused.put(place, e);
                }
            }
        }
        return refused;
    }

    /// Takes one datagram and does not wait.
    ///
    /// @param into gets its messages
    /// @return how many they are, [#NOTHING] or [#OVERRUN]
    int receive(Collection<NetlinkAnswer> into) throws OsException {
        int length = receive();
        return length < 0 ? length : split(length, into);
    }

    /// Takes one datagram as it is and does not wait: [#datagram] then has it.
    ///
    /// @return its length, [#NOTHING] or [#OVERRUN]
    int receive() throws OsException {
        int number = number();
        while (true) {
            long length =
                    Libc.recv(
                            number,
                            memory.address(),
                            BUFFER,
                            Layouts.MSG_DONTWAIT | Layouts.MSG_TRUNC);
            if (length > BUFFER) {
                return OVERRUN; // cut off: as bad as lost
            }
            if (length >= 0) {
                return (int) length;
            }
            int errno = Libc.errno();
            if (errno == ErrorNumber.EAGAIN.number()) {
                return NOTHING;
            }
            if (errno == ErrorNumber.ENOBUFS.number()) {
                return OVERRUN;
            }
            if (errno != ErrorNumber.EINTR.number()) {
                throw new OsException("recv", "netlink", errno);
            }
        }
    }

    /// A copy of what the last [#receive] has taken; here it is wiped, for it may hold keys.
    byte[] datagram(int length) {
        byte[] copy = new byte[length];
        memory.copyTo(0, copy, 0, length);
        memory.fill(0, length);
        return copy;
    }

    /// What the kernel knows this socket by.
    int port() throws OsException {
        try (NativeBuffer name = NativeBuffer.ofSize(Layouts.SOCKADDR_NL_SIZE + 4)) {
            name.putInt(Layouts.SOCKADDR_NL_SIZE, Layouts.SOCKADDR_NL_SIZE);
            long length = name.address() + Layouts.SOCKADDR_NL_SIZE;
            if (Libc.getsockname(number(), name.address(), length) < 0) {
                throw new OsException("getsockname", "netlink", Libc.errno());
            }
            return name.getInt(Layouts.SOCKADDR_NL_PORT);
        }
    }

    /// From now on receives the notifications of a group, by its number (not a mask).
    void join(int group) throws OsException {
        Call.setOption(
                this,
                "NETLINK_ADD_MEMBERSHIP",
                Layouts.SOL_NETLINK,
                Layouts.NETLINK_ADD_MEMBERSHIP,
                group);
    }

    /// The most that one [#send] takes, in octets.
    static int maximumSend() {
        return BUFFER;
    }

    /// Sends some messages as one datagram; their octets do not stay here.
    void send(byte[] octets, int start, int length) throws OsException {
        memory.copyFrom(octets, start, length, 0);
        try {
            send(length);
        } finally {
            memory.fill(0, length);
        }
    }

    @Override
    public void close() {
        super.close();
        memory.close();
    }

    private int split(int length, Collection<NetlinkAnswer> into) throws OsException {
        memory.copyTo(0, octets, 0, length);
        try {
            // the answers keep their octets, this buffer is used again
            List<NetlinkAnswer> answers =
                    NetlinkAnswer.split(Arrays.copyOf(octets, length), length);
            into.addAll(answers);
            return answers.size();
        } catch (WireException e) {
            throw broken(e);
        }
    }

    private List<NetlinkAnswer> await(String call, String arguments) throws OsException {
        List<NetlinkAnswer> answers = new ArrayList<>();
        while (true) {
            int count = receive(answers);
            if (count > 0) {
                return answers;
            }
            if (count == OVERRUN) {
                throw new OsException(call, arguments, ErrorNumber.ENOBUFS, "answers were lost");
            }
            try (NativeBuffer poll = NativeBuffer.ofSize(Layouts.POLLFD_SIZE)) {
                poll.putInt(Layouts.POLLFD_FD, number());
                poll.putShort(Layouts.POLLFD_EVENTS, Layouts.POLLIN);
                if (count == NOTHING && Libc.poll(poll.address(), 1, PATIENCE) == 0) {
                    throw new OsException(call, arguments, ErrorNumber.ETIMEDOUT, "no answer");
                }
            }
        }
    }

    private void send(byte[]... messages) throws OsException {
        int length = 0;
        for (byte[] message : messages) {
            memory.copyFrom(message, 0, message.length, length);
            length += message.length;
        }
        send(length);
    }

    private void send(int length) throws OsException {
        int number = number();
        while (Libc.send(number, memory.address(), length, 0) < 0) {
            if (!Call.isInterrupted()) {
                throw new OsException("send", "netlink, " + length + " octets", Libc.errno());
            }
        }
    }

    private static void check(NetlinkAnswer answer, String call, String arguments)
            throws OsException {
        try {
            int errno = answer.errno();
            if (errno != 0) {
                throw new OsException(call, arguments, errno, answer.explanation());
            }
        } catch (WireException e) {
            throw broken(e);
        }
    }

    private void askIfKnown(String option, int code) throws OsException {
        try {
            Call.setOption(this, option, Layouts.SOL_NETLINK, code, 1);
        } catch (OsException e) {
            if (!e.is(ErrorNumber.ENOPROTOOPT)) {
                throw e;
            }
        }
    }

    static OsException broken(WireException cause) {
        OsException exception =
                new OsException(
                        "recv", "netlink", ErrorNumber.EPROTO, String.valueOf(cause.getMessage()));
        exception.initCause(cause);
        return exception;
    }
}

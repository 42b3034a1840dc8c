package org.jipsec.xfrm;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Carries datagrams of netlink messages to the kernel and back. For one thread at a time, [#wake]
/// aside.
public interface XfrmChannel extends AutoCloseable {
    /// The most that one [#send] takes, in octets.
    int MAXIMUM = 1 << 16;

    /// By which answers and the notifications of what this channel caused are known.
    int port();

    /// From now on the notifications of a group come too.
    ///
    /// @param group XFRMNLGRP_
    void join(int group) throws IOException;

    /// @param messages one or more, whole
    void send(ByteBuffer messages) throws IOException;

    /// Waits for the next datagram.
    ///
    /// @param milliseconds at most; -1 for ever
    Reception receive(int milliseconds) throws IOException;

    /// Lets the [#receive] that waits, or the next, return [Reception.Nothing] at once. From any
    /// thread.
    void wake();

    @Override
    void close();

    /// What a [#receive] found.
    sealed interface Reception {
        /// @param octets from position to limit; the receiver's to keep
        record Datagram(ByteBuffer octets) implements Reception {}

        /// Nothing has come in time.
        record Nothing() implements Reception {}

        /// Something was lost: the kernel had no room to keep it for us.
        record Overrun() implements Reception {}
    }
}

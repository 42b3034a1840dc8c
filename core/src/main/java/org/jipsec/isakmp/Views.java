package org.jipsec.isakmp;

import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;

/// Windows on a message in which positions still count from the message's first octet, so that an
/// error can name them.
final class Views {
    private Views() {}

    /// The next `length` octets of `in`, which is left behind them.
    static ByteBuffer take(ByteBuffer in, int length) throws WireException {
        if (length > in.remaining()) {
            throw new WireException(
                    in.position(), "needs " + length + " octets, " + in.remaining() + " are left");
        }
        int end = in.position() + length;
        ByteBuffer view = in.duplicate().limit(end);
        in.position(end);
        return view;
    }
}

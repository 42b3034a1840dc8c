package org.jipsec.os;

/// Walks through control messages (cmsg(3)) without making objects.
final class ControlReader {
    private NativeBuffer buffer = NativeBuffer.forEver(0);
    private int next;
    private int end;
    private int at;
    private int length;

    /// @param octets of control messages, from `start` on
    void start(NativeBuffer newBuffer, int start, int octets) {
        buffer = newBuffer;
        next = start;
        end = start + octets;
    }

    /// @return whether there is another one, complete
    boolean next() {
        if (next + Layouts.CMSG_HEADER > end) {
            return false;
        }
        at = next;
        long whole = buffer.getLong(at);
        if (whole < Layouts.CMSG_HEADER || whole > end - at) {
            return false;
        }
        length = (int) whole - Layouts.CMSG_HEADER;
        next = at + Layouts.align8((int) whole);
        return true;
    }

    int level() {
        return buffer.getInt(at + Layouts.CMSG_LEVEL);
    }

    int type() {
        return buffer.getInt(at + Layouts.CMSG_TYPE);
    }

    /// Where in the buffer its body starts.
    int body() {
        return at + Layouts.CMSG_HEADER;
    }

    /// Of the body, in octets.
    int length() {
        return length;
    }
}

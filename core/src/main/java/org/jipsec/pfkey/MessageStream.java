package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// Cuts a stream of octets into messages by their own length. Holds no more than what has come, and
/// no more than one message of the greatest length beyond it.
final class MessageStream {
    private static final int INITIAL = 64 * 1024;

    private final ReadableByteChannel in;
    private ByteBuffer buffer = ByteBuffer.allocate(INITIAL).flip();

    MessageStream(ReadableByteChannel in) {
        this.in = in;
    }

    /// As [PfkeyChannel#receive].
    @Nullable ByteBuffer next() throws IOException {
        if (!fill(PfkeyCodec.HEADER)) {
            if (buffer.hasRemaining()) {
                throw new EOFException("the stream ends in a message's header");
            }
            return null;
        }
        int length = PfkeyCodec.declaredLength(buffer);
        if (length < PfkeyCodec.HEADER) {
            throw new ProtocolException("a message of length " + length);
        }
        if (!fill(length)) {
            throw new EOFException("the stream ends in a message");
        }
        ByteBuffer message = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return message;
    }

    /// Whether the next message, or what shows that there can be none, has come already.
    boolean hasNext() {
        return buffer.remaining() >= PfkeyCodec.HEADER
                && buffer.remaining() >= PfkeyCodec.declaredLength(buffer);
    }

    private boolean fill(int wanted) throws IOException {
        while (buffer.remaining() < wanted) {
            makeRoom(wanted);
            int read = in.read(buffer);
            buffer.flip();
            if (read < 0) {
                return false;
            }
        }
        return true;
    }

    /// Leaves `buffer` ready to be written. It grows with what has come, not with what was claimed.
    private void makeRoom(int wanted) {
        if (buffer.remaining() == buffer.capacity() && buffer.capacity() < wanted) {
            ByteBuffer larger =
                    ByteBuffer.allocate(
                            Math.max(wanted, INITIAL) > 2 * buffer.capacity()
                                    ? 2 * buffer.capacity()
                                    : wanted);
            buffer = larger.put(buffer);
        } else {
            buffer.compact();
        }
    }
}

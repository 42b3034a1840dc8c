package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyDump;
import org.jipsec.pfkey.PfkeyTrace;
import org.jipsec.setkey.ClassicTrace;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The messages of a conversation as `-v` and `-H` print them.
final class MessageTrace implements PfkeyTrace, ClassicTrace {
    private List<Message> seen = new ArrayList<>();

    @Override
    public void sent(ByteBuffer message) {
        seen.add(text(true, message));
    }

    @Override
    public void received(ByteBuffer message) {
        seen.add(text(false, message));
    }

    @Override
    public List<Message> take() {
        List<Message> taken = seen;
        seen = new ArrayList<>();
        return taken;
    }

    private static Message text(boolean sent, ByteBuffer message) {
        return new Message(sent, PfkeyDump.text(message) + "\n", PfkeyDump.hex(message));
    }
}

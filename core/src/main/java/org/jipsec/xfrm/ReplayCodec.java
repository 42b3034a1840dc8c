package org.jipsec.xfrm;

import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `xfrm_replay_state` and `xfrm_replay_state_esn`: sequence numbers and the window below them.
final class ReplayCodec {
    private static final int WIDE_HEADER = 24;
    private static final int MAXIMUM_WORDS = SecurityAssociation.MAXIMUM_REPLAY_WINDOW / 32;

    private ReplayCodec() {}

    /// Whether the old structure is too small: a window of more than 32 packets, or 64-bit numbers.
    static boolean isWide(SecurityAssociation sa) {
        return sa.extendedSequence() || sa.replayWindow() > Xfrm.PLAIN_WINDOW;
    }

    static byte[] plain(SequenceState sequence) {
        ByteBuffer out = SaCodec.buffer(12);
        out.putInt((int) sequence.sent()).putInt((int) sequence.received());
        out.putInt(sequence.window().isEmpty() ? 0 : sequence.window().getFirst());
        return out.array();
    }

    static byte[] wide(SecurityAssociation sa, SequenceState sequence) {
        int words = (sa.replayWindow() + 31) / 32;
        ByteBuffer out = SaCodec.buffer(WIDE_HEADER + 4 * words).putInt(words);
        out.putInt((int) sequence.sent()).putInt((int) sequence.received());
        out.putInt((int) (sequence.sent() >>> 32)).putInt((int) (sequence.received() >>> 32));
        out.putInt(sa.replayWindow());
        for (int i = 0; i < Math.min(words, sequence.window().size()); i++) {
            out.putInt(sequence.window().get(i));
        }
        return out.array();
    }

    /// @param plain what the SA's own field says
    static int window(Map<Integer, ByteBuffer> attributes, int plain) throws WireException {
        ByteBuffer wide = attributes.get(Xfrm.REPLAY_ESN_VAL);
        if (wide == null) {
            return plain;
        }
        ByteBuffer in = in(wide);
        Wire.skip(in, WIDE_HEADER - 4);
        long window = Wire.u32(in);
        if (window > SecurityAssociation.MAXIMUM_REPLAY_WINDOW) {
            throw new WireException(
                    WIDE_HEADER - 4, "a replay window of %d packets".formatted(window));
        }
        return (int) window;
    }

    static SequenceState read(Map<Integer, ByteBuffer> attributes) throws WireException {
        ByteBuffer wide = attributes.get(Xfrm.REPLAY_ESN_VAL);
        if (wide != null) {
            return wide(in(wide));
        }
        ByteBuffer plain = attributes.get(Xfrm.REPLAY_VAL);
        if (plain == null) {
            return new SequenceState(0, 0, List.of());
        }
        ByteBuffer in = in(plain);
        long sent = Wire.u32(in);
        long received = Wire.u32(in);
        return new SequenceState(sent, received, List.of((int) Wire.u32(in)));
    }

    private static SequenceState wide(ByteBuffer in) throws WireException {
        long words = Wire.u32(in);
        long sent = Wire.u32(in);
        long received = Wire.u32(in);
        sent |= Wire.u32(in) << 32;
        received |= Wire.u32(in) << 32;
        Wire.skip(in, 4);
        if (words > MAXIMUM_WORDS) {
            throw new WireException(0, "a replay window of %d words".formatted(words));
        }
        List<Integer> window = new ArrayList<>((int) words);
        for (int i = 0; i < words; i++) {
            window.add((int) Wire.u32(in));
        }
        return new SequenceState(sent, received, window);
    }

    private static ByteBuffer in(ByteBuffer attribute) {
        return attribute.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }
}

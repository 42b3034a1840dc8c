package org.jipsec.pfkey;

import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A file of PF_KEY messages one behind the other, as setkey's positional arguments name them.
///
/// @param entries up to the first message that passes the end or cannot be read
/// @param complaint what is wrong behind them; empty when nothing is
public record PfkeyDumpFile(List<Entry> entries, String complaint) {
    public PfkeyDumpFile {
        entries = List.copyOf(entries);
    }

    /// One message that setkey would print something for.
    public sealed interface Entry {
        /// Of DUMP and GET.
        record Sa(SaSnapshot snapshot) implements Entry {}

        /// Of X_SPDDUMP and X_SPDGET.
        record Policy(PolicySnapshot snapshot) implements Entry {}

        /// A message with an errno; setkey prints its text and looks no further at it, not even at
        /// whether it has a whole body.
        record Failure(int errno) implements Entry {}
    }

    /// @param file from its position to its limit
    /// @throws WireException it is shorter than a header: setkey says `Invalid argument`
    public static PfkeyDumpFile read(ByteBuffer file) throws WireException {
        ByteBuffer in = file.slice();
        List<Entry> entries = new ArrayList<>();
        PfkeyMessage header = PfkeyCodec.decodeHeader(in);
        while (true) {
            int length = PfkeyCodec.declaredLength(in);
            if (header.errno() != 0) {
                entries.add(new Entry.Failure(header.errno()));
            }
            if (length < PfkeyCodec.HEADER || length > in.remaining()) {
                return new PfkeyDumpFile(
                        entries,
                        "octet "
                                + (in.position() + 4)
                                + ": message length "
                                + length
                                + ", there are "
                                + in.remaining());
            }
            ByteBuffer message = in.slice(in.position(), length);
            if (header.errno() == 0) {
                try {
                    add(PfkeyCodec.decode(message), entries);
                } catch (WireException wrong) {
                    return new PfkeyDumpFile(
                            entries,
                            "in the message at octet " + in.position() + ": " + wrong.getMessage());
                } catch (RefusalException lacking) {
                    return new PfkeyDumpFile(
                            entries,
                            "in the message at octet " + in.position() + ": " + lacking.why());
                }
            }
            in.position(in.position() + length);
            if (in.remaining() < PfkeyCodec.HEADER) {
                return new PfkeyDumpFile(
                        entries,
                        in.hasRemaining() ? in.remaining() + " octets behind the end" : "");
            }
            header = PfkeyCodec.decodeHeader(in);
        }
    }

    private static void add(PfkeyMessage message, List<Entry> entries) throws RefusalException {
        boolean isRequest = message.extensions().isEmpty();
        if (isRequest) {
            return;
        }
        if (message.is(MessageType.DUMP) || message.is(MessageType.GET)) {
            entries.add(new Entry.Sa(SaMapping.snapshot(message)));
        } else if (message.is(MessageType.X_SPDDUMP) || message.is(MessageType.X_SPDGET)) {
            entries.add(new Entry.Policy(PolicyMapping.snapshot(message)));
        }
    }
}

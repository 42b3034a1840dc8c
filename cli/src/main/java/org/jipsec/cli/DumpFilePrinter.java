package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyDumpFile;
import org.jipsec.sadb.SaState;
import org.jipsec.setkey.PolicyFormatter;
import org.jipsec.setkey.SaFormatter;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// jsetkey's positional arguments: files of PF_KEY messages, printed as `-D` and `-DP` would.
final class DumpFilePrinter {
    private final Host host;
    private final PrintWriter out;
    private final SaFormatter associations;
    private final PolicyFormatter policies;
    private final boolean dead;

    DumpFilePrinter(Host host, PrintWriter out, boolean ports, boolean dead) {
        this.host = host;
        this.out = out;
        this.associations = new SaFormatter(host.zone().get(), ports);
        this.policies = new PolicyFormatter(host.zone().get(), ports);
        this.dead = dead;
    }

    /// @return what is wrong with the file behind what was printed; empty when nothing is
    /// @throws IOException it cannot be read, or is shorter than a message's header; the message
    ///     is in the words of the system
    String print(Path file) throws IOException {
        PfkeyDumpFile dump;
        try {
            dump = PfkeyDumpFile.read(ByteBuffer.wrap(WholeInput.of(file)));
        } catch (WireException shorterThanAHeader) {
            throw new IOException("Invalid argument", shorterThanAHeader);
        }
        StringBuilder text = new StringBuilder();
        for (PfkeyDumpFile.Entry entry : dump.entries()) {
            text.setLength(0);
            switch (entry) {
                case PfkeyDumpFile.Entry.Sa(var snapshot) -> {
                    if (dead || snapshot.state() != SaState.DEAD) {
                        associations.append(text, snapshot, host.clock().instant());
                    }
                }
                case PfkeyDumpFile.Entry.Policy(var snapshot) -> policies.append(text, snapshot);
                case PfkeyDumpFile.Entry.Failure(int errno) ->
                        text.append(ErrnoText.of(errno)).append(".\n");
            }
            out.append(text);
        }
        return dump.complaint();
    }
}

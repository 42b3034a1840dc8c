package org.jipsec.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;

/// Standard output or error, which remembers what a [java.io.PrintWriter] keeps for itself: why
/// something could not be written.
final class StandardStream extends FileOutputStream {
    private String lost = "";

    StandardStream(FileDescriptor descriptor) {
        super(descriptor);
    }

    /// Why not all has been written; empty when it has, or when the reader had enough, as `head`
    /// has.
    String lost() {
        return lost;
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            super.write(octets, offset, length);
        } catch (IOException failed) {
            String why = String.valueOf(failed.getMessage());
            lost = why.equals("Broken pipe") ? "" : why;
            throw failed;
        }
    }
}

package org.jipsec.cli;

import java.io.FileDescriptor;
import java.io.PrintWriter;
import java.io.Writer;

/// What the AOT cache of `-n` is trained on when the image is made: checking a file, which editors
/// and version control do at every turn. Every
/// class in the cache is loaded at every start, needed or not, so a second way in it makes the
/// first one slower.
final class Training {
    private Training() {}

    /// @param arguments the file to load
    public static void main(String[] arguments) {
        Host host = Host.real();
        // Main has one at every start.
        StandardStream standardOut = new StandardStream(FileDescriptor.out);
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Main.run(host, nowhere, nowhere, "jsetkey", "-n", "-f", arguments[0]);
        System.err.print(standardOut.lost());
    }
}

package org.jipsec.cli;

import java.io.PrintWriter;
import java.io.Writer;

/// What the AOT cache is trained on when the image is made: the one way that is taken most. Every
/// class in the cache is loaded at every start, needed or not, so a second way in it makes the
/// first one slower.
final class Training {
    private Training() {}

    /// @param arguments the file to load
    public static void main(String[] arguments) {
        String file = arguments[0];
        Host host = Host.real();
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Main.run(host, nowhere, nowhere, "jsetkey", "-n", "-f", arguments[0]);
    }
}

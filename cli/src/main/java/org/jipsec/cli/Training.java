package org.jipsec.cli;

import java.io.PrintWriter;
import java.io.Writer;

/// What the AOT cache is trained on when the image is made: the ways that are taken most.
final class Training {
    private Training() {}

    /// @param arguments the file to load
    public static void main(String[] arguments) {
        String file = arguments[0];
        String[][] runs = {
            {"jsetkey", "-n", "-f", file},
            {"jsetkey", "--check", "-f", file},
            {"setkey", "-n", "-f", file},
            {"jsetkey", "--help"},
            {"jsetkey", "-z"},
            {"jipsecd", "--help"},
        };
        Host host = Host.real();
        for (String[] run : runs) {
            PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
            Main.run(host, nowhere, nowhere, run);
        }
    }
}

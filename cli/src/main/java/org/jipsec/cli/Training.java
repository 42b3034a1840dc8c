package org.jipsec.cli;

import java.io.OutputStream;
import java.io.PrintWriter;

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
            PrintWriter nowhere = new PrintWriter(OutputStream.nullOutputStream());
            Main.run(host, nowhere, nowhere, run);
        }
    }
}

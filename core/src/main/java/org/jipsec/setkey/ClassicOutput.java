package org.jipsec.setkey;

import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// Where the original's words go: with a file warnings on standard error with file and line,
/// without one on standard output.
final class ClassicOutput {
    private final PrintWriter out;
    private final PrintWriter err;
    private @Nullable String file;

    ClassicOutput(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /// @param name as it was given to `-f`
    void readingFile(String name) {
        file = name;
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    /// A message of the parser.
    ///
    /// @param token one char an octet
    void complain(int line, String text, String token) {
        String quoted =
                new String(token.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        if (file == null) {
            print(out, text + " at `" + quoted + "'");
        } else {
            print(err, "setkey: " + file + "," + line + ": " + text + " at `" + quoted + "'\n");
        }
    }

    void parseFailed(int line) {
        if (file != null) {
            print(err, "setkey: " + file + "," + line + ": parse failed\n");
        }
    }

    /// A refusal by the backend.
    void refused(int line, String reason) {
        if (file == null) {
            print(out, reason + ".\n");
        } else {
            print(err, "setkey: " + file + "," + line + ": " + reason + "\n");
        }
    }

    /// What err(3) and warn(3) print.
    void warn(String text) {
        print(err, "setkey: " + text + "\n");
    }

    /// A line of its own on standard error.
    void raw(String line) {
        print(err, line + "\n");
    }

    private static void print(PrintWriter writer, String text) {
        writer.print(text);
        writer.flush();
    }
}

package org.jipsec.setkey;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A shell line of `golden/cli/*.cmd`: commands between `;`, `setkey WORDS`, `sleep N`, `< FILE`,
/// `| head -N`. Anything that has a [Program] can be run by it.
public final class GoldenScript {
    /// setkey, in whatever form it is to be tested.
    public interface Program {
        /// Runs to the end in the directory `golden/cli`.
        ///
        /// @return the exit status
        int run(InputStream in, PrintWriter out, PrintWriter err, List<String> arguments);

        /// Time passes.
        void sleep(Duration duration);
    }

    /// @param status of the last command
    public record Result(String out, String err, int status) {}

    private final List<List<String>> commands = new ArrayList<>();

    public GoldenScript(String line) {
        for (String command : line.strip().split(";")) {
            commands.add(List.of(command.strip().split("\\s+")));
        }
    }

    public Result run(Program program) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = 0;
        for (List<String> words : commands) {
            if (words.get(0).equals("sleep")) {
                program.sleep(Duration.ofSeconds(Long.parseLong(words.get(1))));
            } else {
                status = run(program, words, out, err);
            }
        }
        return new Result(out.toString(), err.toString(), status);
    }

    private static int run(
            Program program, List<String> words, StringWriter out, StringWriter err) {
        List<String> arguments = new ArrayList<>();
        byte[] input = new byte[0];
        int lines = Integer.MAX_VALUE;
        for (int i = 1; i < words.size(); i++) {
            switch (words.get(i)) {
                case "<" -> input = GoldenFiles.octets("cli/" + words.get(++i));
                case "|" -> {
                    lines = Integer.parseInt(words.get(i + 2).substring(1));
                    i += 2;
                }
                default -> arguments.add(words.get(i));
            }
        }
        StringWriter ownOut = new StringWriter();
        PrintWriter outWriter = new PrintWriter(ownOut);
        PrintWriter errWriter = new PrintWriter(err);
        int status = program.run(new ByteArrayInputStream(input), outWriter, errWriter, arguments);
        outWriter.flush();
        errWriter.flush();
        out.append(head(ownOut.toString(), lines));
        return status;
    }

    private static String head(String text, int lines) {
        return text.lines().count() <= lines
                ? text
                : text.lines().limit(lines).collect(Collectors.joining("\n", "", "\n"));
    }
}

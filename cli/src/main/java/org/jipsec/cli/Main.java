package org.jipsec.cli;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// All programs in one: the first argument, given by the launcher, is the name it was called by.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        StandardStream standardOut = new StandardStream(FileDescriptor.out);
        PrintWriter out = writer(standardOut);
        PrintWriter err = writer(new StandardStream(FileDescriptor.err));
        int status = run(Host.real(), out, err, arguments);
        out.flush();
        String lost = standardOut.lost();
        if (!lost.isEmpty()) {
            err.println(arguments[0] + ": cannot write to standard output: " + lost);
            status = Math.max(status, 1);
        }
        err.flush();
        // Nothing is left to do, and an orderly end of the JVM costs milliseconds.
        Runtime.getRuntime().halt(status);
    }

    static int run(Host host, PrintWriter out, PrintWriter err, String... arguments) {
        if (arguments.length == 0) {
            err.println("jipsec: start me by bin/jsetkey, bin/jracoon, bin/jipsecd or bin/jipsec");
            return 2;
        }
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        Network network = new Network();
        ServiceBackends backends = new ServiceBackends(host, network, KernelBackends.REAL);
        return switch (arguments[0]) {
            case "jsetkey" -> new JsetkeyCommand(host, backends).run(System.in, out, err, rest);
            case "setkey" -> new SetkeyCommand(host, backends).run(System.in, out, err, rest);
            case "jracoon" -> new JracoonCommand(host, backends, network).run(out, err, rest);
            case "racoon" -> new JracoonCommand(host, backends, network).runClassic(out, err, rest);
            case "jipsecd" -> new JipsecdCommand(host, network).run(System.in, out, err, rest);
            case "jipsec" ->
                    new JipsecCommand(host, backends, network).run(System.in, out, err, rest);
            default -> {
                err.println("jipsec: there is no program " + arguments[0]);
                yield 2;
            }
        };
    }

    private static PrintWriter writer(StandardStream stream) {
        return new PrintWriter(
                new BufferedWriter(
                        new OutputStreamWriter(stream, StandardCharsets.UTF_8), 1 << 16));
    }
}

package org.jipsec.cli;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/// What the AOT cache of all that is not `-n` is trained on when the image is made: a file loaded,
/// listed, compared and flushed, with a service in memory and, where that is harmless, with the
/// kernel. Without it a listing takes twice the time, for it is the loading of classes that takes
/// it.
final class StateTraining {
    private StateTraining() {}

    /// @param arguments the file to load; a second one when this process is alone in its network
    ///     namespace, and may change what IPsec the kernel has there
    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        StandardStream standardOut = new StandardStream(FileDescriptor.out);
        withAService(file);
        if (arguments.length > 1) {
            allOf(file, "--backend", "xfrm");
            allOf(file, "--backend", "pfkey");
        }
        System.err.print(standardOut.lost());
    }

    /// @return the worst exit status
    static int withAService(Path file) throws IOException {
        Path folder = Files.createTempDirectory("jipsec-training");
        ServicePlace place = new ServicePlace(folder.resolve("pfkey.sock"));
        try (Service _ =
                Service.open(place, InstantSource.system(), Optional.empty(), _ -> {})
                        .orElseThrow()) {
            return allOf(file, "--socket", place.socket().toString());
        } finally {
            try (var files = Files.list(folder)) {
                for (Path left : files.toList()) {
                    Files.delete(left);
                }
            }
            Files.delete(folder);
        }
    }

    /// Where the kernel has none of it, each is refused, and as far as that the classes are loaded.
    private static int allOf(Path file, String option, String value) {
        String name = file.toString();
        int worst = run(option, value, "-f", name);
        worst = Math.max(worst, run(option, value, "-D"));
        worst = Math.max(worst, run(option, value, "-DP"));
        worst = Math.max(worst, run("plan", option, value, "-f", name));
        worst = Math.max(worst, run(option, value, "-F"));
        return Math.max(worst, run(option, value, "-FP"));
    }

    private static int run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "jsetkey";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return Main.run(Host.real(), nowhere, nowhere, all);
    }
}

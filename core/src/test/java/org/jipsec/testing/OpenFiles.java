package org.jipsec.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process has open, beside what classes are loaded from.
public final class OpenFiles {
    private static final Path ALL = Path.of("/proc/self/fd");

    private OpenFiles() {}

    /// How many sockets and other files without a name there are.
    public static int count() throws IOException {
        int count = 0;
        try (DirectoryStream<Path> open = Files.newDirectoryStream(ALL)) {
            for (Path each : open) {
                if (isNameless(each)) {
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean isNameless(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("socket:") || target.startsWith("anon_inode:");
        } catch (IOException gone) {
            return false; // the folder's own
        }
    }
}

package org.jipsec.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Settings below `/proc/sys/net`, of the network namespace of the calling thread. Nothing native.
public final class Sysctl {
    private static final Path ROOT = Path.of("/proc/sys/net");

    private Sysctl() {}

    /// @param name as `ipv4/conf/jipsec0/rp_filter`: with slashes, as devices may have dots
    public static String read(String name) throws IOException {
        return Files.readString(path(name)).strip();
    }

    /// Whether this kernel has such a setting.
    public static boolean exists(String name) {
        return Files.exists(path(name));
    }

    /// @throws IOException naming the file, when there is no such setting, when it may not be
    ///     changed, or not to this value
    public static void write(String name, String value) throws IOException {
        Path path = path(name);
        try {
            Files.writeString(path, value);
        } catch (IOException e) {
            throw new IOException(path + " = " + value + ": " + e.getMessage(), e);
        }
    }

    /// @throws IllegalArgumentException when that is outside `/proc/sys/net`
    private static Path path(String name) {
        Path path = ROOT.resolve(name).normalize();
        if (!path.startsWith(ROOT) || path.equals(ROOT)) {
            throw new IllegalArgumentException(name);
        }
        return path;
    }
}

package org.jipsec.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What this process may do: its capabilities, from `/proc`. Nothing native.
///
/// @param effective what it may do now
/// @param bounding what it and its children can ever get
/// @param noNewPrivileges whether no program it starts can get more, set-user-id or not
public record ProcessRights(Set<Right> effective, Set<Right> bounding, boolean noNewPrivileges) {
    /// A capability; capabilities(7) knows more of them.
    public enum Right {
        NET_BIND_SERVICE(10),
        NET_ADMIN(12),
        NET_RAW(13),
        SYS_ADMIN(21);

        private final int bit;

        Right(int bit) {
            this.bit = bit;
        }
    }

    /// Of the calling thread, which in a JVM is as every other.
    public static ProcessRights current() throws IOException {
        return parse(Files.readAllLines(Path.of("/proc/thread-self/status")));
    }

    /// @param status lines of /proc/PID/status
    static ProcessRights parse(List<String> status) {
        return new ProcessRights(
                rights(hex(status, "CapEff:")),
                rights(hex(status, "CapBnd:")),
                hex(status, "NoNewPrivs:") != 0);
    }

    public boolean has(Right right) {
        return effective.contains(right);
    }

    private static Set<Right> rights(long mask) {
        EnumSet<Right> rights = EnumSet.noneOf(Right.class);
        for (Right each : Right.values()) {
            if ((mask >>> each.bit & 1) != 0) {
                rights.add(each);
            }
        }
        return Collections.unmodifiableSet(rights);
    }

    private static long hex(List<String> status, String key) {
        for (String line : status) {
            if (line.startsWith(key)) {
                return Long.parseUnsignedLong(line.substring(key.length()).strip(), 16);
            }
        }
        return 0;
    }
}

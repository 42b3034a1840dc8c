package org.jipsec.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a process must have and be allowed before it can connect a service to the network.
///
/// @param capabilities the effective ones, a bit each; 0 where the system does not tell
/// @param device where TUN devices come from
record WireRights(long capabilities, Path device) {
    private static final Path DEVICE = Path.of("/dev/net/tun");
    private static final int NET_ADMIN = 12;
    private static final int NET_RAW = 13;

    /// Those of this process.
    static WireRights own() {
        return new WireRights(effective(Path.of("/proc/self/status")), DEVICE);
    }

    /// What is missing, and how to get it, in half a sentence each; empty when nothing is.
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!has(NET_ADMIN) || !has(NET_RAW)) {
            missing.add("CAP_NET_ADMIN and CAP_NET_RAW (be root)");
        }
        if (!Files.exists(device)) {
            missing.add(device + " (modprobe tun)");
        } else if (has(NET_ADMIN) && !(Files.isReadable(device) && Files.isWritable(device))) {
            missing.add("the permission to open " + device);
        }
        return missing;
    }

    boolean hasNetAdmin() {
        return has(NET_ADMIN);
    }

    boolean hasNetRaw() {
        return has(NET_RAW);
    }

    private boolean has(int capability) {
        return (capabilities >>> capability & 1) != 0;
    }

    static long effective(Path status) {
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("CapEff:")) {
                    return Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            // a system without capabilities, or without /proc: no rights that we know of
        }
        return 0;
    }
}

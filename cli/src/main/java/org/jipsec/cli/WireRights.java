package org.jipsec.cli;

import org.jipsec.os.ProcessRights;
import org.jipsec.os.ProcessRights.Right;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a process must have and be allowed before it can connect a service to the network.
///
/// @param rights its capabilities; none where the system does not tell
/// @param device where TUN devices come from
record WireRights(Set<Right> rights, Path device) {
    private static final Path DEVICE = Path.of("/dev/net/tun");

    /// Those of this process.
    static WireRights own() {
        Set<Right> rights;
        try {
            rights = ProcessRights.current().effective();
        } catch (IOException | NumberFormatException unknown) {
            rights = Set.of(); // a system without capabilities, or without /proc
        }
        return new WireRights(rights, DEVICE);
    }

    /// What is missing, and how to get it, in half a sentence each; empty when nothing is.
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (!isAllowed()) {
            missing.add("CAP_NET_ADMIN and CAP_NET_RAW (be root)");
        }
        if (!Files.exists(device)) {
            missing.add(device + " (modprobe tun)");
        } else if (isAllowed() && !(Files.isReadable(device) && Files.isWritable(device))) {
            missing.add("the permission to open " + device);
        }
        return missing;
    }

    boolean isAllowed() {
        return rights.containsAll(Set.of(Right.NET_ADMIN, Right.NET_RAW));
    }
}

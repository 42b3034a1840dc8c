package org.jipsec.daemon;

import org.jipsec.os.NetworkLink;
import org.jipsec.os.Sysctl;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// The kernel's check of where packets come from (`rp_filter` of IPv4). Where it is strict, it asks
/// for the way back to a sender, finds the one into the TUN device, and drops what came from a
/// peer, ESP too. So it is made loose on those devices where it is strict. On the TUN device it is
/// off: for a device without addresses loose means strict, and what comes from there the SPD has
/// checked. For one thread.
final class ReversePaths {
    private static final String OFF = "0";
    private static final String STRICT = "1";
    private static final String LOOSE = "2";

    private final String device;
    private final Consumer<Map<String, String>> notebook;
    private final Consumer<String> messages;

    /// What was changed, by device.
    private final Map<String, String> before = new LinkedHashMap<>();

    /// @param notebook keeps, for a successor, what was before, by device
    ReversePaths(String device, Consumer<Map<String, String>> notebook, Consumer<String> messages) {
        this.device = device;
        this.notebook = notebook;
        this.messages = messages;
    }

    /// @param links those that are there now
    void loosen(Collection<NetworkLink> links) {
        for (NetworkLink link : links) {
            try {
                if (!link.isLoopback()) {
                    loosen(link.name());
                }
            } catch (IOException refused) {
                messages.accept(
                        "cannot make the reverse path filter loose, packets may be lost: "
                                + refused.getMessage());
            }
        }
    }

    private void loosen(String name) throws IOException {
        String own = Sysctl.read(setting(name));
        String all = Sysctl.read(setting("all"));
        boolean isStrict = own.compareTo(all) > 0 ? own.equals(STRICT) : all.equals(STRICT);
        if (name.equals(device)) {
            if (!own.equals(OFF)) {
                Sysctl.write(setting(name), OFF);
            }
        } else if (isStrict) {
            before.put(name, own);
            notebook.accept(before);
            Sysctl.write(setting(name), LOOSE);
            messages.accept(
                    "made the reverse path filter of %s loose (%s = 2, was %s)"
                            .formatted(name, setting(name).replace('/', '.'), own));
        }
    }

    /// Puts back what was changed, where nobody has changed it again.
    void restore() {
        restore(before);
        before.clear();
    }

    /// Puts back what a predecessor has noted.
    void restore(Map<String, String> noted) {
        noted.forEach(
                (name, value) -> {
                    try {
                        if (Sysctl.read(setting(name)).equals(LOOSE)) {
                            Sysctl.write(setting(name), value);
                        }
                    } catch (IOException gone) {
                        // with its device
                    }
                });
    }

    private static String setting(String name) {
        return "ipv4/conf/" + name + "/rp_filter";
    }
}

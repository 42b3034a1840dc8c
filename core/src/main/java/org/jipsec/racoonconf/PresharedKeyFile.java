package org.jipsec.racoonconf;

import org.jipsec.ike.settings.PresharedKeys;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Opens a psk.txt as racoon does at each look-up: only if it is a file of our own that nobody else
/// can read.
public final class PresharedKeyFile {
    private static final int OTHERS = 077;

    private PresharedKeyFile() {}

    public sealed interface Answer {}

    /// @param octets of the file, which `keys` rests on
    public record Opened(PresharedKeys keys, byte[] octets) implements Answer {}

    /// @param reason in words, with the path
    /// @param remedy what to do about it
    /// @param classic racoon's lines of the log, without level
    public record Refused(String reason, String remedy, List<String> classic) implements Answer {
        public Refused {
            classic = List.copyOf(classic);
        }
    }

    public static Answer open(String path, ConfFiles disk) {
        Optional<ConfFiles.Facts> facts = disk.facts(path);
        Optional<Integer> own = disk.ownUser();
        if (facts.isPresent()) {
            ConfFiles.Facts found = facts.get();
            if (own.isPresent() && own.get() != found.owner()) {
                return refused(
                        path,
                        "%s belongs to user %d, not to %d"
                                .formatted(path, found.owner(), own.get()),
                        "chown %d %s".formatted(own.get(), path),
                        path + " has invalid owner uid");
            }
            if (!found.regular()) {
                return refused(
                        path,
                        path + " is no regular file",
                        "name the file with the keys",
                        path + " is an invalid file type");
            }
            if ((found.mode() & OTHERS) != 0) {
                return refused(
                        path,
                        "others may use %s (mode 0%o)".formatted(path, found.mode()),
                        "chmod 600 " + path,
                        path + " has weak file permission");
            }
        }
        try {
            byte[] octets = disk.read(path);
            return new Opened(new PresharedKeys(octets), octets);
        } catch (IOException unreadable) {
            return new Refused(
                    "cannot read %s: %s".formatted(path, unreadable.getMessage()),
                    "write a line with address and key for each peer into it, and chmod 600",
                    List.of("failed to open pre_share_key file " + path));
        }
    }

    private static Refused refused(String path, String reason, String remedy, String classic) {
        return new Refused(
                reason, remedy, List.of(classic, "failed to open pre_share_key file " + path));
    }
}

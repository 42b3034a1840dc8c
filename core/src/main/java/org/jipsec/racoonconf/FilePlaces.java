package org.jipsec.racoonconf;

import org.jipsec.diag.Span;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where the files are that sections name: below the `path` that was set before them.
final class FilePlaces {
    private final ConfFiles disk;
    private final Map<String, String> directories = new HashMap<>();
    private final Set<String> missed = new HashSet<>();

    FilePlaces(ConfFiles disk) {
        this.disk = disk;
    }

    /// @param kind `certificate`, `script`, ...
    /// @return false when a name was resolved without it before
    boolean set(String kind, String directory) {
        return directories.put(kind, directory) != null || !missed.contains(kind);
    }

    /// A relative name goes behind the directory of that kind, where there is one by now.
    String resolved(String kind, String name) {
        String directory = directories.get(kind);
        if (directory == null && !name.startsWith("/")) {
            missed.add(kind);
        }
        return name.startsWith("/") || directory == null ? name : directory + "/" + name;
    }

    /// The content of a file of `path certificate`; empty, and reported, when it cannot be read.
    ///
    /// @param at the words that name it
    /// @param classic what racoon says, and at which word
    Optional<byte[]> certificate(
            SourceFile file, Argument.Quoted name, Span classicAt, String classic) {
        String path = resolved("certificate", name.name());
        try {
            return Optional.of(disk.read(path));
        } catch (IOException unreadable) {
            file.classic(classicAt, classic);
            file.report(
                    Code.UNREADABLE_FILE
                            .at(
                                    name.span(),
                                    "cannot read %s: %s".formatted(path, unreadable.getMessage()))
                            .hint(
                                    directories.containsKey("certificate")
                                            ? "racoon reads it with the configuration"
                                            : "set `path certificate` before this, or name it from"
                                                    + " / on"));
            return Optional.empty();
        }
    }

    ConfFiles disk() {
        return disk;
    }
}

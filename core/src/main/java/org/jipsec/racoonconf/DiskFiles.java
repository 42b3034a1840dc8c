package org.jipsec.racoonconf;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The files of this machine.
public final class DiskFiles implements ConfFiles {
    /// No configuration and no key file is larger; `/dev/zero` is.
    private static final int MOST_OCTETS = 8 << 20;

    /// Entries of a directory that a pattern looks at.
    private static final int MOST_ENTRIES = 100_000;

    private final Path folder;

    public DiskFiles() {
        this(Path.of(""));
    }

    /// @param folder that relative names start from
    public DiskFiles(Path folder) {
        this.folder = folder;
    }

    @Override
    public byte[] read(String path) throws IOException {
        try {
            Path file = folder.resolve(path);
            if (Files.isDirectory(file)) {
                throw new IOException("is a directory");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] octets = in.readNBytes(MOST_OCTETS + 1);
                if (octets.length > MOST_OCTETS) {
                    throw new IOException("larger than 8 MiB");
                }
                return octets;
            }
        } catch (NoSuchFileException missing) {
            throw new IOException("no such file", missing);
        } catch (AccessDeniedException denied) {
            throw new IOException("permission denied", denied);
        } catch (InvalidPathException odd) {
            throw new IOException("no name of a file", odd);
        }
    }

    /// Patterns may stand in every part of the path: `*`, `?`, `[...]`.
    @Override
    public List<String> matches(String pattern) {
        String home = System.getProperty("user.home", "/");
        String expanded =
                pattern.equals("~") || pattern.startsWith("~/")
                        ? home + pattern.substring(1)
                        : pattern;
        List<String> found = new ArrayList<>();
        found.add(expanded.startsWith("/") ? "/" : "");
        for (String part : expanded.split("/")) {
            if (!part.isEmpty()) {
                found = found.stream().flatMap(before -> step(before, part).stream()).toList();
            }
        }
        return found.stream().filter(this::exists).sorted().toList();
    }

    private boolean exists(String path) {
        try {
            return Files.exists(folder.resolve(path));
        } catch (InvalidPathException odd) {
            return false;
        }
    }

    private List<String> step(String before, String part) {
        String prefix = before.isEmpty() || before.endsWith("/") ? before : before + "/";
        if (part.chars().noneMatch(character -> "*?[".indexOf(character) >= 0)) {
            return List.of(prefix + part);
        }
        try {
            // braces and backslashes are nothing special to racoon
            String syntax = part.replaceAll("[\\\\{}]", "\\\\$0");
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + syntax);
            try (Stream<Path> entries = Files.list(folder.resolve(before))) {
                return entries.limit(MOST_ENTRIES)
                        .map(Path::getFileName)
                        .filter(name -> part.startsWith(".") || !name.toString().startsWith("."))
                        .filter(matcher::matches)
                        .map(name -> prefix + name)
                        .toList();
            }
        } catch (IOException | IllegalArgumentException notThere) {
            return List.of();
        }
    }

    @Override
    public Optional<Facts> facts(String path) {
        try {
            Path file = folder.resolve(path);
            Map<String, Object> facts = Files.readAttributes(file, "unix:uid,mode");
            return facts.get("uid") instanceof Integer owner
                            && facts.get("mode") instanceof Integer mode
                    ? Optional.of(new Facts(Files.isRegularFile(file), owner, mode & 07777))
                    : Optional.empty();
        } catch (IOException | InvalidPathException | UnsupportedOperationException notThere) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Integer> ownUser() {
        try {
            // the directory behind the link belongs to the effective user
            Object owner = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return owner instanceof Integer uid ? Optional.of(uid) : Optional.empty();
        } catch (IOException | UnsupportedOperationException notLinux) {
            return Optional.empty();
        }
    }
}

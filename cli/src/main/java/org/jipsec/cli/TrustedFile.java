package org.jipsec.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Opens files that nobody but us, or root, can have written, put there or take away. Their folder
/// may be one that all may write, like `/tmp`, as long as it is sticky: then each file is its
/// owner's.
final class TrustedFile {
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int FOLDER = 0040000;
    private static final int STICKY = 01000;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int ROOT = 0;

    private TrustedFile() {}

    /// @throws NoSuchFileException there is none, and it was not to be created
    /// @throws IOException it is not to be trusted; the message says why, and what to do
    static FileChannel open(Path file, StandardOpenOption... options) throws IOException {
        requireTrusted(file);
        Set<OpenOption> all = new HashSet<>(Set.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        FileChannel channel =
                FileChannel.open(
                        file, all, PosixFilePermissions.asFileAttribute(StatePlace.OWNER_ONLY));
        try {
            // once more: in a sticky folder somebody may have been quicker than we
            requireTrusted(file);
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file.toString());
            }
            return channel;
        } catch (IOException untrusted) {
            channel.close();
            throw untrusted;
        }
    }

    /// @throws NoSuchFileException there is none
    /// @throws IOException it cannot be read, or is not to be trusted
    static byte[] read(Path file) throws IOException {
        try (InputStream in = Channels.newInputStream(open(file, StandardOpenOption.READ))) {
            return in.readAllBytes();
        }
    }

    /// A file that is not there is no reason for mistrust, its folder may be.
    static void requireTrusted(Path file) throws IOException {
        requireFolder(folderOf(file));
        Map<String, Object> attributes;
        try {
            attributes = attributes(file);
        } catch (NoSuchFileException nothing) {
            return;
        }
        int mode = number(attributes, "mode");
        if ((mode & TYPE) != REGULAR) {
            throw new IOException(file + " is not a plain file: remove it");
        }
        requireOwner(file, attributes);
        if ((mode & WRITABLE_BY_OTHERS) != 0) {
            throw new IOException(file + " may be written by others: remove it");
        }
        if (number(attributes, "nlink") > 1) {
            throw new IOException(file + " has another name too: remove it");
        }
    }

    static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static void requireFolder(Path named) throws IOException {
        Path folder = named.toRealPath();
        Map<String, Object> attributes = attributes(folder);
        int mode = number(attributes, "mode");
        if ((mode & TYPE) != FOLDER) {
            throw new IOException(folder + " is not a folder");
        }
        requireOwner(folder, attributes);
        if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
            throw new IOException(
                    "the folder " + folder + " may be written by others: chmod go-w " + folder);
        }
    }

    private static void requireOwner(Path path, Map<String, Object> attributes) throws IOException {
        int owner = number(attributes, "uid");
        if (owner != ROOT && owner != ServicePlace.userId()) {
            throw new IOException(
                    path
                            + " belongs to another user ("
                            + owner
                            + "), who could change what jsetkey keeps there: remove it, or act"
                            + " as that user");
        }
    }

    private static int number(Map<String, Object> attributes, String name) {
        return (Integer) Objects.requireNonNull(attributes.get(name));
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:mode,uid,nlink", LinkOption.NOFOLLOW_LINKS);
    }
}

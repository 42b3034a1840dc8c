package org.jipsec.cli;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// Why a file could not be read, in the words of the system.
final class Reasons {
    private static final String NOT_THERE = "No such file or directory";
    private static final String NOT_ALLOWED = "Permission denied";

    private Reasons() {}

    /// Empty when it can be read.
    static String whyNotReadable(Path file) {
        if (Files.isReadable(file)) {
            return Files.isDirectory(file) ? "Is a directory" : "";
        }
        return Files.exists(file) ? NOT_ALLOWED : NOT_THERE;
    }

    /// A failure that no file explains, or that names its own, as a message for the user.
    static String message(IOException failed) {
        return switch (failed) {
            case SocketTimeoutException _ -> "the service does not answer";
            case FileSystemException system when system.getFile() != null ->
                    system.getFile() + ": " + of(system);
            default -> of(failed);
        };
    }

    static String of(IOException failed) {
        return switch (failed) {
            case SocketTimeoutException _ -> "the service does not answer";
            case NoSuchFileException _ -> NOT_THERE;
            case AccessDeniedException _ -> NOT_ALLOWED;
            case FileSystemException system ->
                    Optional.ofNullable(system.getReason()).orElse("cannot be read");
            default -> Optional.ofNullable(failed.getMessage()).orElse("cannot be read");
        };
    }
}

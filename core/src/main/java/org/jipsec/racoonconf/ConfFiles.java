package org.jipsec.racoonconf;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The files that a configuration names. Tests need no disk.
public interface ConfFiles {
    /// No file at all.
    ConfFiles NONE =
            new ConfFiles() {
                @Override
                public byte[] read(String path) throws IOException {
                    throw new IOException("no such file");
                }

                @Override
                public List<String> matches(String pattern) {
                    return List.of();
                }

                @Override
                public Optional<Facts> facts(String path) {
                    return Optional.empty();
                }

                @Override
                public Optional<Integer> ownUser() {
                    return Optional.empty();
                }
            };

    /// @throws IOException with a reason in words, `permission denied`
    byte[] read(String path) throws IOException;

    /// The files that a pattern of glob(7), with `~` at its start, stands for: sorted; empty when
    /// there is none.
    List<String> matches(String pattern);

    /// Empty when there is no such file, or it cannot be looked at.
    Optional<Facts> facts(String path);

    /// The user that the program runs as; empty where there is no telling.
    Optional<Integer> ownUser();

    /// @param regular whether it is a file, no directory, device or such
    /// @param owner user id
    /// @param mode permission bits
    record Facts(boolean regular, int owner, int mode) {}
}

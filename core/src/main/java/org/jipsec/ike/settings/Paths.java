package org.jipsec.ike.settings;

import java.util.Optional;

/// Where files are (`path`); as written, not yet opened.
///
/// @param include directory of relative `include`s
/// @param presharedKeys the psk file
/// @param certificate directory of certificates, keys, CRLs
/// @param script directory of hook scripts
/// @param backupSa where SAs are written when installed
/// @param pidFile below `/var/run` when relative
public record Paths(
        Optional<String> include,
        Optional<String> presharedKeys,
        Optional<String> certificate,
        Optional<String> script,
        Optional<String> backupSa,
        String pidFile) {
    public static final Paths DEFAULTS =
            new Paths(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "/var/run/racoon.pid");
}

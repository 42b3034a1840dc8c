package org.jipsec.ike.settings;

import java.util.Optional;

/// `privsep`: who to become behind the start.
///
/// @param user by name or number; `0`: nobody else
/// @param group by name or number
/// @param root directory for chroot(2)
public record Privileges(String user, String group, Optional<String> root) {
    public static final Privileges DEFAULTS = new Privileges("0", "0", Optional.empty());
}

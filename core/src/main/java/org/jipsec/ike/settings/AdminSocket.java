package org.jipsec.ike.settings;

/// Where racoonctl asks (`adminsock`).
///
/// @param enabled false: there is none
/// @param owner by name or number
/// @param group by name or number
/// @param mode permission bits
public record AdminSocket(boolean enabled, String path, String owner, String group, int mode) {
    public static final AdminSocket DEFAULTS =
            new AdminSocket(true, "/var/run/racoon/racoon.sock", "root", "root", 0600);
    public static final AdminSocket DISABLED =
            new AdminSocket(false, DEFAULTS.path, DEFAULTS.owner, DEFAULTS.group, DEFAULTS.mode);

    public AdminSocket at(String newPath) {
        return new AdminSocket(true, newPath, owner, group, mode);
    }
}

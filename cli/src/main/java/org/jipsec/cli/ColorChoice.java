package org.jipsec.cli;

/// What `--color` names.
enum ColorChoice {
    AUTO,
    ALWAYS,
    NEVER;

    static ColorChoice of(String word) throws UsageException {
        return switch (word) {
            case "auto" -> AUTO;
            case "always" -> ALWAYS;
            case "never" -> NEVER;
            default -> throw new UsageException("no color " + word + ": auto, always or never");
        };
    }

    /// Color on a stream of this kind. `NO_COLOR` set to anything but nothing turns it off, and an
    /// option goes before a variable (no-color.org).
    boolean onStream(boolean terminal, Host host) {
        return switch (this) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO ->
                    terminal
                            && host.variable("NO_COLOR").isEmpty()
                            && !"dumb".equals(host.environment().get("TERM"));
        };
    }
}

package org.jipsec.cli;

/// Where a statement of setkey's language ends, as far as one must know that while it is typed.
final class Statements {
    private Statements() {}

    /// Whether what was typed ends in a `;` that is neither quoted nor behind a `#`; or holds
    /// nothing but blanks and comments.
    static boolean complete(String text) {
        boolean quoted = false;
        boolean comment = false;
        boolean open = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (comment) {
                comment = c != '\n';
            } else if (quoted) {
                quoted = c != '"';
            } else if (c == '"') {
                quoted = true;
                open = true;
            } else if (c == '#') {
                comment = true;
            } else if (c == ';') {
                open = false;
            } else if (c > ' ') {
                open = true;
            }
        }
        return !quoted && !open;
    }

    /// Whether a line may hold a key, rather too often than not often enough: something quoted, an
    /// option that a key stands behind, or more hex digits than an SPI has.
    static boolean mayHoldKey(String text) {
        if (text.indexOf('"') >= 0 || text.contains("-E") || text.contains("-A")) {
            return true;
        }
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            digits = Character.digit(text.charAt(i), 16) >= 0 ? digits + 1 : 0;
            if (digits > 8) {
                return true;
            }
        }
        return false;
    }
}

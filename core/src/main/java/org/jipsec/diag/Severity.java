package org.jipsec.diag;

/// How bad it is; the worst first.
public enum Severity {
    /// It cannot be carried out: nothing of the text is.
    ERROR("error"),
    /// It can, and is, and is probably not what was wanted.
    WARNING("warning"),
    /// Worth knowing.
    NOTE("note");

    private final String word;

    Severity(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}

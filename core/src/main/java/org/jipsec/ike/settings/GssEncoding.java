package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// How the GSS id attribute is encoded (`gss_id_enc`).
public enum GssEncoding {
    LATIN1("latin1"),
    UTF_16LE("utf-16le");

    private final String word;

    GssEncoding(String word) {
        this.word = word;
    }

    public static Optional<GssEncoding> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}

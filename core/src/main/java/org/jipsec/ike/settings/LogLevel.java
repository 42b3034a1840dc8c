package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// `log`: what is logged, from the least on. Each `-d` raises it by one.
public enum LogLevel {
    ERROR("error"),
    WARNING("warning"),
    NOTIFY("notify"),
    INFO("info"),
    DEBUG("debug"),
    DEBUG2("debug2");

    private final String word;

    LogLevel(String word) {
        this.word = word;
    }

    public static Optional<LogLevel> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}

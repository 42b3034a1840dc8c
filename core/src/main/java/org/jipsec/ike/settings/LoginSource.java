package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// Who checks or counts the logins of XAUTH clients, or gives out their configuration.
public enum LoginSource {
    NONE("none"),
    SYSTEM("system"),
    LOCAL("local"),
    RADIUS("radius"),
    PAM("pam"),
    LDAP("ldap");

    private final String word;

    LoginSource(String word) {
        this.word = word;
    }

    public static Optional<LoginSource> ofWord(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findAny();
    }

    /// As racoon.conf names it.
    public String word() {
        return word;
    }
}

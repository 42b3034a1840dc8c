package org.jipsec.setkey;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Takes out of a text that a message quotes what may be a key, though it does not stand where a
/// key has to: behind a missing semicolon, a missing blank, a forgotten name.
final class KeyMask {
    /// SPIs have eight digits, and no name that somebody would want to read has so many.
    private static final Pattern DIGITS = Pattern.compile("0[xX][0-9a-fA-F]{10,}|[0-9a-fA-F]{16,}");

    private KeyMask() {}

    /// `aes-cbc0xc0291f...` as `aes-cbc[16 octets, hidden]`.
    static String in(String text) {
        return DIGITS.matcher(text).replaceAll(found -> hidden(digits(found.group())));
    }

    /// The text up to what may be a key.
    static String before(String text) {
        Matcher found = DIGITS.matcher(text);
        return found.find() ? text.substring(0, found.start()) : text;
    }

    private static int digits(String key) {
        return key.charAt(1) == 'x' || key.charAt(1) == 'X' ? key.length() - 2 : key.length();
    }

    private static String hidden(int digits) {
        return hiddenOctets((digits + 1) / 2);
    }

    /// `[16 octets, hidden]`
    static String hiddenOctets(int octets) {
        return "[" + octets + (octets == 1 ? " octet" : " octets") + ", hidden]";
    }
}

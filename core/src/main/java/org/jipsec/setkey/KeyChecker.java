package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Span;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.DesKeys;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.setkey.SaText.Key;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Looks at keys that have the right length. Of the keys it has seen it keeps prints only.
final class KeyChecker {
    private record Print(long left, long right) {}

    private final Diagnostics problems;
    private final Map<Print, Span> seen = new HashMap<>();
    private final Set<Print> reported = new HashSet<>();

    KeyChecker(Diagnostics problems) {
        this.problems = problems;
    }

    /// @param again whether the key is one that the SA is known to have already
    void check(Key key, EncryptionAlgorithm cipher, boolean again) {
        byte[] octets = key.octets().toArray();
        form(key, octets);
        if (cipher == EncryptionAlgorithm.DES_CBC) {
            weak(key);
        } else if (cipher == EncryptionAlgorithm.TRIPLE_DES_CBC) {
            equalParts(key);
        }
        used(key, octets, again);
        Arrays.fill(octets, (byte) 0);
    }

    void check(Key key, AuthAlgorithm mac, boolean again) {
        byte[] octets = key.octets().toArray();
        form(key, octets);
        if (mac != AuthAlgorithm.TCP_MD5) {
            used(key, octets, again);
        }
        Arrays.fill(octets, (byte) 0);
    }

    private void form(Key key, byte[] octets) {
        switch (key.form()) {
            case ODD_HEXADECIMAL ->
                    problems.report(
                            Code.ODD_HEX_DIGITS
                                    .at(key.span(), "an odd number of hex digits")
                                    .label("a zero is put in front of the first")
                                    .hint("write the zero, or the digit that is missing"));
            case QUOTED -> {
                if (octets.length > 2
                        && octets[0] == '0'
                        && (octets[1] == 'x' || octets[1] == 'X')
                        && hexadecimal(octets)) {
                    problems.report(
                            Code.QUOTED_HEX
                                    .at(key.span(), "hex digits between quotes are taken as text")
                                    .label("each digit is an octet of the key")
                                    .hint("leave the quotes out if the digits are meant"));
                }
            }
            case HEXADECIMAL -> {}
        }
    }

    private static boolean hexadecimal(byte[] octets) {
        for (int i = 2; i < octets.length; i++) {
            if (Character.digit(octets[i], 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private void weak(Key key) {
        if (DesKeys.isWeak(key.octets())) {
            problems.report(
                    Code.WEAK_DES_KEY
                            .at(key.span(), "this is one of the sixteen weak keys of DES")
                            .hint("make another: openssl rand -hex 8"));
        }
    }

    private void equalParts(Key key) {
        switch (DesKeys.strength(key.octets())) {
            case ONE_KEY ->
                    problems.report(
                            Code.TRIPLE_DES_EQUAL_PARTS
                                    .at(
                                            key.span(),
                                            "two neighbouring parts of this key are the same")
                                    .label("so it is DES alone (RFC 2451 2.3)")
                                    .hint("make another: openssl rand -hex 24"));
            case TWO_KEYS ->
                    problems.report(
                            Code.TRIPLE_DES_EQUAL_PARTS
                                    .at(
                                            key.span(),
                                            "the first and third part of this key are the same")
                                    .label("so it is 3DES with two keys only")
                                    .hint("make another: openssl rand -hex 24"));
            case THREE_KEYS -> {}
        }
    }

    private void used(Key key, byte[] octets, boolean again) {
        Print print =
                new Print(
                        mixed(octets, 0x9e37_79b9_7f4a_7c15L),
                        mixed(octets, 0xc2b2_ae3d_27d4_eb4fL));
        Span first = seen.putIfAbsent(print, key.span());
        if (first != null && !again && reported.add(print)) {
            problems.report(
                    Code.KEY_USED_TWICE
                            .at(key.span(), "this key is used more than once")
                            .also(first, "first used here")
                            .hint("every SA, and each of its algorithms, should have its own"));
        }
    }

    /// Half of a print. Two keys have the same one by chance only, and what comes of that is a
    /// warning too many; a digest would cost the start of the JDK's providers.
    ///
    /// @param factor odd
    private static long mixed(byte[] octets, long factor) {
        long mixed = octets.length * factor;
        for (byte octet : octets) {
            mixed = (mixed ^ octet) * factor;
            mixed ^= mixed >>> 29;
        }
        return mixed;
    }
}

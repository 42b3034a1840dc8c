package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Span;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.setkey.SaText.Key;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Looks at keys that have the right length. Of the keys it has seen it keeps prints only.
final class KeyChecker {
    /// The four weak and twelve semi-weak keys of DES (FIPS 74, 3.6), parity bits cleared.
    private static final Set<Long> WEAK =
            Set.of(
                    0x0000000000000000L,
                    0xfefefefefefefefeL,
                    0x1e1e1e1e0e0e0e0eL,
                    0xe0e0e0e0f0f0f0f0L,
                    0x00fe00fe00fe00feL,
                    0xfe00fe00fe00fe00L,
                    0x1ee01ee00ef00ef0L,
                    0xe01ee01ef00ef00eL,
                    0x00e000e000f000f0L,
                    0xe000e000f000f000L,
                    0x1efe1efe0efe0efeL,
                    0xfe1efe1efe0efe0eL,
                    0x001e001e000e000eL,
                    0x1e001e000e000e00L,
                    0xe0fee0fef0fef0feL,
                    0xfee0fee0fef0fef0L);

    private static final long WITHOUT_PARITY = 0xfefefefefefefefeL;

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
            weak(key, octets);
        } else if (cipher == EncryptionAlgorithm.TRIPLE_DES_CBC) {
            equalParts(key, octets);
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

    private void weak(Key key, byte[] octets) {
        if (WEAK.contains(part(octets, 0))) {
            problems.report(
                    Code.WEAK_DES_KEY
                            .at(key.span(), "this is one of the sixteen weak keys of DES")
                            .hint("make another: openssl rand -hex 8"));
        }
    }

    private void equalParts(Key key, byte[] octets) {
        long first = part(octets, 0);
        long second = part(octets, 8);
        long third = part(octets, 16);
        if (first == second || second == third) {
            problems.report(
                    Code.TRIPLE_DES_EQUAL_PARTS
                            .at(key.span(), "two neighbouring parts of this key are the same")
                            .label("so it is DES alone (RFC 2451 2.3)")
                            .hint("make another: openssl rand -hex 24"));
        } else if (first == third) {
            problems.report(
                    Code.TRIPLE_DES_EQUAL_PARTS
                            .at(key.span(), "the first and third part of this key are the same")
                            .label("so it is 3DES with two keys only")
                            .hint("make another: openssl rand -hex 24"));
        }
    }

    /// Eight octets, parity bits cleared.
    private static long part(byte[] octets, int offset) {
        long part = 0;
        for (int i = offset; i < offset + 8; i++) {
            part = part << 8 | octets[i] & 0xff;
        }
        return part & WITHOUT_PARITY;
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

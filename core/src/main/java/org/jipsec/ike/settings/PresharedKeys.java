package org.jipsec.ike.settings;

import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// The text of a psk.txt, asked for keys: an identifier, white space, a key on each line. Read line
/// by line at each look-up, so nothing of it is kept but the text that the caller gave; who has
/// just read the file throws this away behind the look-up.
///
/// The key is everything behind the white space up to the newline: blanks within and at its end,
/// and the CR of a DOS file, are part of it. With `0x` in front it is hex digits. `#` begins a
/// comment in column 1 only. Of several lines the first one counts. An identifier `*` is for every
/// peer, tried in the order of the file (NetBSD and Debian).
public final class PresharedKeys {
    private final byte[] octets;

    /// @param octets of the file; not copied
    public PresharedKeys(byte[] octets) {
        this.octets = octets;
    }

    /// What was found.
    ///
    /// @param line it stands on, from 1
    /// @param wildcard whether the line was for every peer
    public record Found(Secret key, int line, boolean wildcard) {}

    /// Thrown for a key in hex that is none: racoon says `failed to get psk buffer.`
    public static final class MalformedKeyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        MalformedKeyException(int line) {
            super("line " + line + ": the key behind 0x is not an even number of hex digits");
            this.line = line;
        }

        public int line() {
            return line;
        }
    }

    /// The key for one who names himself so. An identity that is no text (a network, a name in DER)
    /// finds only the line for everybody.
    ///
    /// @throws MalformedKeyException when the first line that fits has a bad key; the ones below it
    /// are not tried
    public Optional<Found> byIdentity(Identity identity) throws MalformedKeyException {
        Optional<String> text = identity.plainText();
        return find(text.orElse(""), text.isPresent());
    }

    /// The key for one at this address.
    ///
    /// @throws MalformedKeyException as [#byIdentity]
    public Optional<Found> byAddress(InetAddress address) throws MalformedKeyException {
        return find(IpText.text(address), true);
    }

    /// The key of one identifier as it stands in the file: a login of XAUTH, a distinguished name.
    ///
    /// @param identifier one octet a character
    /// @throws MalformedKeyException as [#byIdentity]
    public Optional<Found> byText(String identifier) throws MalformedKeyException {
        return find(identifier, true);
    }

    private Optional<Found> find(String identifier, boolean exact) throws MalformedKeyException {
        byte[] wanted = identifier.getBytes(StandardCharsets.ISO_8859_1);
        int line = 0;
        int start = 0;
        while (start < octets.length) {
            int end = start;
            while (end < octets.length && octets[end] != '\n') {
                end++;
            }
            line++;
            int wordEnd = start;
            while (wordEnd < end && !isSpace(octets[wordEnd])) {
                wordEnd++;
            }
            int key = wordEnd;
            while (key < end && isSpace(octets[key])) {
                key++;
            }
            boolean wildcard = wordEnd == start + 1 && octets[start] == '*';
            if (octets[start] != '#'
                    && wordEnd > start
                    && key > wordEnd
                    && key < end
                    && (wildcard || exact && equal(wanted, start, wordEnd))) {
                return Optional.of(new Found(key(key, end, line), line, wildcard));
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    private boolean equal(byte[] wanted, int from, int to) {
        if (wanted.length != to - from) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] != octets[from + i]) {
                return false;
            }
        }
        return true;
    }

    private Secret key(int from, int to, int line) throws MalformedKeyException {
        if (to - from < 2 || octets[from] != '0' || octets[from + 1] != 'x') {
            return Secret.of(octets, from, to - from);
        }
        if ((to - from) % 2 != 0) {
            throw new MalformedKeyException(line);
        }
        ByteArrayOutputStream digits = new ByteArrayOutputStream((to - from) / 2);
        for (int i = from + 2; i < to; i += 2) {
            int high = Character.digit(octets[i], 16);
            int low = Character.digit(octets[i + 1], 16);
            if (high < 0 || low < 0) {
                throw new MalformedKeyException(line);
            }
            digits.write(high << 4 | low);
        }
        return Secret.of(digits.toByteArray());
    }

    /// isspace(3) of the C locale.
    private static boolean isSpace(byte octet) {
        return octet == ' ' || octet >= '\t' && octet <= '\r';
    }
}

package org.jipsec.setkey;

import org.antlr.v4.runtime.Token;
import org.jipsec.setkey.SaText.Key;
import org.jipsec.wire.Secret;

import java.util.Arrays;

/// Reads a key from its token without making a string of it that nobody could wipe.
final class KeyText {
    private KeyText() {}

    static Key read(Token token) {
        if (!(token.getInputStream() instanceof OctetStream text)) {
            throw new IllegalStateException("a key from another stream than ours");
        }
        int from = token.getStartIndex();
        int to = token.getStopIndex() + 1;
        boolean quoted = text.octet(from) == '"';
        byte[] octets = quoted ? between(text, from + 1, to - 1) : hexadecimal(text, from + 2, to);
        Secret secret = Secret.of(octets);
        Arrays.fill(octets, (byte) 0);
        return new Key(
                CommandReader.span(token),
                quoted
                        ? Key.Form.QUOTED
                        : (to - from) % 2 == 0 ? Key.Form.HEXADECIMAL : Key.Form.ODD_HEXADECIMAL,
                secret);
    }

    private static byte[] between(OctetStream text, int from, int to) {
        byte[] octets = new byte[to - from];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) text.octet(from + i);
        }
        return octets;
    }

    private static byte[] hexadecimal(OctetStream text, int from, int to) {
        byte[] octets = new byte[(to - from + 1) / 2];
        int digit = octets.length * 2 - (to - from);
        for (int i = from; i < to; i++, digit++) {
            octets[digit / 2] |=
                    (byte) (Character.digit(text.octet(i), 16) << (digit % 2 == 0 ? 4 : 0));
        }
        return octets;
    }
}

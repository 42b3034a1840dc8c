package org.jipsec.racoonconf;

import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.jipsec.grammar.PlainRsaLexer;
import org.jipsec.grammar.PlainRsaParser;
import org.jipsec.ike.settings.PlainRsaKey;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// Files of RSA keys without certificates: `: RSA { Modulus: 0x... }` and `: PUB 0s...`.
public final class PlainRsaFile {
    /// Of a modulus or a key, in hex digits or base64: nobody has longer ones, and bigger numbers
    /// only cost time.
    private static final int LONGEST_NUMBER = 16_384;

    private PlainRsaFile() {}

    /// A key could not be read.
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;

        MalformedException(int line, String reason) {
            super("line %d: %s".formatted(line, reason));
            this.line = line;
        }

        /// Counts from 1.
        public int line() {
            return line;
        }
    }

    /// All keys of a file, in its order.
    ///
    /// @throws MalformedException at the first thing that is no key; says nothing of what a key is
    public static List<PlainRsaKey> parse(byte[] octets) throws MalformedException {
        PlainRsaLexer lexer =
                new PlainRsaLexer(
                        CharStreams.fromString(new String(octets, StandardCharsets.ISO_8859_1)));
        lexer.removeErrorListeners();
        PlainRsaParser parser = new PlainRsaParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.setErrorHandler(new FirstError());
        PlainRsaParser.FileContext file;
        try {
            file = parser.file();
        } catch (FirstError.Found found) {
            throw new MalformedException(
                    found.offending().getLine(), "this is no RSA or PUB entry");
        }
        List<PlainRsaKey> keys = new ArrayList<>();
        for (PlainRsaParser.EntryContext entry : file.entry()) {
            keys.add(key(entry));
        }
        return keys;
    }

    private static PlainRsaKey key(PlainRsaParser.EntryContext entry) throws MalformedException {
        int line = entry.getStart().getLine();
        List<PlainRsaParser.PlaceContext> places = entry.place();
        Optional<Prefix> local = places.size() == 2 ? place(places.get(0), line) : Optional.empty();
        Optional<Prefix> remote =
                places.isEmpty() ? Optional.empty() : place(places.getLast(), line);
        if (entry.publicKey() != null) {
            BigInteger[] numbers = publicNumbers(entry.publicKey().getStop().getText(), line);
            return new PlainRsaKey(local, remote, numbers[1], numbers[0], Optional.empty());
        }
        Optional<BigInteger> modulus = Optional.empty();
        Optional<BigInteger> exponent = Optional.empty();
        Optional<Secret> secret = Optional.empty();
        for (PlainRsaParser.FieldContext field : entry.privateKey().field()) {
            String digits = field.HEXADECIMAL().getText().substring(2);
            if (digits.length() > LONGEST_NUMBER) {
                throw new MalformedException(line, "a number is too long");
            }
            switch (field.FIELD().getText()) {
                case "Modulus" -> modulus = Optional.of(new BigInteger(digits, 16));
                case "PublicExponent" -> exponent = Optional.of(new BigInteger(digits, 16));
                case "PrivateExponent" ->
                        secret =
                                Optional.of(
                                        Secret.ofHex(
                                                digits.length() % 2 == 0 ? digits : "0" + digits));
                default -> {} // the five for the Chinese remainder follow from the three
            }
        }
        if (modulus.isEmpty() || exponent.isEmpty() || secret.isEmpty()) {
            throw new MalformedException(
                    line, "Modulus, PublicExponent and PrivateExponent are needed");
        }
        return new PlainRsaKey(local, remote, modulus.get(), exponent.get(), secret);
    }

    /// Empty for `any`.
    private static Optional<Prefix> place(PlainRsaParser.PlaceContext place, int line)
            throws MalformedException {
        if (place.ANY() != null) {
            return Optional.empty();
        }
        Optional<InetAddress> address = IpText.parse(place.ADDRESS().getText());
        if (address.isEmpty()) {
            throw new MalformedException(
                    line, "`%s` is no address".formatted(place.ADDRESS().getText()));
        }
        Prefix host = Prefix.host(address.get());
        if (place.PREFIX() == null) {
            return Optional.of(host);
        }
        int length = Integer.parseInt(place.PREFIX().getText().substring(1));
        if (length > host.length()) {
            throw new MalformedException(line, "/%d is longer than the address".formatted(length));
        }
        return Optional.of(new Prefix(address.get(), length));
    }

    /// Exponent and modulus, laid out as RFC 3110 2 has them.
    private static BigInteger[] publicNumbers(String text, int line) throws MalformedException {
        if (text.length() > LONGEST_NUMBER) {
            throw new MalformedException(line, "the key is too long");
        }
        byte[] octets;
        try {
            octets =
                    text.startsWith("0s")
                            ? Base64.getDecoder().decode(text.substring(2))
                            : HexFormat.of().parseHex(text.substring(2));
        } catch (IllegalArgumentException notWhole) {
            throw new MalformedException(line, "the key is cut off");
        }
        int start = 1;
        int length = octets.length == 0 ? 0 : octets[0] & 0xff;
        if (length == 0 && octets.length > 2) {
            start = 3;
            length = (octets[1] & 0xff) << 8 | octets[2] & 0xff;
        }
        if (length == 0 || start + length >= octets.length) {
            throw new MalformedException(line, "the key is too short");
        }
        return new BigInteger[] {
            new BigInteger(1, Arrays.copyOfRange(octets, start, start + length)),
            new BigInteger(1, Arrays.copyOfRange(octets, start + length, octets.length))
        };
    }
}

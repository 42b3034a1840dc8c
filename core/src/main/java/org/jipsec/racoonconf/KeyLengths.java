package org.jipsec.racoonconf;

import org.jipsec.diag.Span;

/// The key lengths that may be written behind a cipher, in either phase.
enum KeyLengths {
    NONE(0, 0, 0),
    AES(128, 256, 64),
    BLOWFISH(40, 448, 8),
    CAST(40, 128, 8),
    /// racoon's grammar has 40 to 256 in steps of 8, the cipher and every kernel these.
    TWOFISH(128, 256, 64);

    /// racoon's, of every cipher that has several.
    static final int DEFAULT_BITS = 128;

    private final int least;
    private final int most;
    private final int step;

    KeyLengths(int least, int most, int step) {
        this.least = least;
        this.most = most;
        this.step = step;
    }

    /// Of the cipher that racoon.conf calls so.
    static KeyLengths of(String word) {
        return switch (word) {
            case "aes", "rijndael", "camellia" -> AES;
            case "blowfish" -> BLOWFISH;
            case "cast128" -> CAST;
            case "twofish" -> TWOFISH;
            default -> NONE;
        };
    }

    /// The bits that are written behind the word at `index`, or racoon's default; 0 where there is
    /// only one length.
    int bits(SourceFile file, Statement statement, int index) {
        boolean given =
                index + 1 < statement.arguments().size()
                        && statement.arguments().get(index + 1) instanceof Argument.Number;
        if (!given) {
            return this == NONE ? 0 : DEFAULT_BITS;
        }
        Argument.Number number = statement.number(index + 1);
        String word = statement.word(index);
        Span both = statement.arguments().get(index).span().to(number.span());
        if (!number.glue().isEmpty()) {
            file.report(
                    Code.GLUED_KEY_LENGTH
                            .at(
                                    both,
                                    "racoon reads `%s%s%d` as `%s` without a length"
                                            .formatted(word, number.glue(), number.value(), word))
                            .label(
                                    this == NONE
                                            ? "which is right for it"
                                            : "%d bits, as there".formatted(DEFAULT_BITS))
                            .hint(
                                    this == NONE
                                            ? "write " + word
                                            : "write `%s %d`, or `%s %d` to keep what racoon did"
                                                    .formatted(
                                                            word,
                                                            number.value(),
                                                            word,
                                                            DEFAULT_BITS)));
            return this == NONE ? 0 : DEFAULT_BITS;
        }
        if (this == NONE) {
            file.classic(number.span(), "keylen not allowed");
            file.report(
                    Code.KEY_LENGTH_NOT_WANTED
                            .at(both, "keys of %s have only one length".formatted(word))
                            .hint("write " + word));
            return 0;
        }
        long bits = number.value();
        if (bits < least || bits > most || (bits - least) % step != 0) {
            file.classicLine(
                    number.span(),
                    bits % 8 != 0
                            ? "key length %d is not multiple of 8".formatted(bits)
                            : "key length out of range");
            file.classic(number.span(), "invalid keylen %d".formatted(bits));
            file.report(
                    Code.KEY_LENGTH
                            .at(number.span(), "no key of %s has %d bits".formatted(word, bits))
                            .hint(
                                    this == AES || this == TWOFISH
                                            ? "128, 192 or 256"
                                            : "%d to %d in steps of %d"
                                                    .formatted(least, most, step)));
            return DEFAULT_BITS;
        }
        return (int) bits;
    }
}

package org.jipsec.ike.settings;

/// `padding`: what stands behind the payloads of an encrypted message.
///
/// @param randomize octets of chance, not zeros
/// @param randomizeLength length of chance, up to `maximumLength`
/// @param strictCheck refuse messages padded otherwise
/// @param exclusiveTail the last octet counts the octets before it
public record Padding(
        boolean randomize,
        boolean randomizeLength,
        int maximumLength,
        boolean strictCheck,
        boolean exclusiveTail) {
    public static final Padding DEFAULTS = new Padding(true, false, 20, false, true);

    public Padding withRandomize(boolean on) {
        return new Padding(on, randomizeLength, maximumLength, strictCheck, exclusiveTail);
    }

    public Padding withRandomizeLength(boolean on) {
        return new Padding(randomize, on, maximumLength, strictCheck, exclusiveTail);
    }

    public Padding withMaximumLength(int octets) {
        return new Padding(randomize, randomizeLength, octets, strictCheck, exclusiveTail);
    }

    public Padding withStrictCheck(boolean on) {
        return new Padding(randomize, randomizeLength, maximumLength, on, exclusiveTail);
    }

    public Padding withExclusiveTail(boolean on) {
        return new Padding(randomize, randomizeLength, maximumLength, strictCheck, on);
    }
}

package org.jipsec.crypto;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The hash algorithms of phase 1 (RFC 2409 appendix A). The PRF is always the HMAC of the hash.
public enum IkeHash {
    MD5(1, 16, 64, "MD5", "md5"),
    SHA1(2, 20, 64, "SHA-1", "sha1"),
    SHA2_256(4, 32, 64, "SHA-256", "sha256", "sha2_256"),
    SHA2_384(5, 48, 128, "SHA-384", "sha384", "sha2_384"),
    SHA2_512(6, 64, 128, "SHA-512", "sha512", "sha2_512");

    private final int number;
    private final int length;
    private final int blockLength;
    private final String algorithm;
    private final List<String> words;

    IkeHash(int number, int length, int blockLength, String algorithm, String... words) {
        this.number = number;
        this.length = length;
        this.blockLength = blockLength;
        this.algorithm = algorithm;
        this.words = List.of(words);
    }

    /// On the wire.
    public int number() {
        return number;
    }

    /// As racoon.conf names it.
    public String word() {
        return words.getFirst();
    }

    /// All words that racoon.conf takes for it, [#word] first.
    public List<String> words() {
        return words;
    }

    /// Of its result and of its PRF's, in octets.
    public int length() {
        return length;
    }

    /// Of the concatenation of `parts`.
    public Bytes digest(Bytes... parts) {
        var digest = Jce.digest(algorithm);
        for (Bytes part : parts) {
            digest.update(part.toArray());
        }
        return Bytes.of(digest.digest());
    }

    /// HMAC of this hash under `key`, which may be of any length and is not needed afterwards.
    public Prf prf(Secret key) {
        return new Prf(new Hmac(Jce.digest(algorithm), blockLength, key, length), length);
    }

    /// The one that the wire calls `number`.
    public static Optional<IkeHash> ofNumber(int number) {
        return Arrays.stream(values()).filter(hash -> hash.number == number).findFirst();
    }

    /// The one that racoon.conf calls `word`.
    public static Optional<IkeHash> ofWord(String word) {
        return Arrays.stream(values()).filter(hash -> hash.words.contains(word)).findFirst();
    }
}

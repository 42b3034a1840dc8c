package org.jipsec.crypto;

import org.bouncycastle.crypto.params.DESParameters;
import org.jipsec.wire.Secret;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The ciphers of phase 1 (RFC 2409 appendix A), all in CBC, without padding of their own.
///
/// Nothing is kept between two calls: IKE's messages are few, and the chain of IVs is the
/// exchange's.
public enum IkeCipher {
    DES(1, CipherAlgorithm.DES_CBC, 8, KeySizes.only(64), "des"),
    /// 448 bits without the attribute: RFC 2409 appendix B.
    BLOWFISH(3, CipherAlgorithm.BLOWFISH_CBC, 8, new KeySizes(40, 448, 8, 448), "blowfish"),
    TRIPLE_DES(5, CipherAlgorithm.TRIPLE_DES_CBC, 8, KeySizes.only(192), "3des"),
    /// 128 bits without the attribute: RFC 2409 appendix B.
    CAST(6, CipherAlgorithm.CAST128_CBC, 8, new KeySizes(40, 128, 8, 128), "cast128"),
    /// 128 bits without the attribute, which the RFC wants but racoon can do without.
    AES(7, CipherAlgorithm.AES_CBC, 16, new KeySizes(128, 256, 64, 128), "aes", "rijndael"),
    CAMELLIA(8, CipherAlgorithm.CAMELLIA_CBC, 16, new KeySizes(128, 256, 64, 128), "camellia");

    /// In bits.
    ///
    /// @param unsaid without an attribute "key length"
    private record KeySizes(int minimum, int maximum, int step, int unsaid) {
        static KeySizes only(int bits) {
            return new KeySizes(bits, bits, 1, bits);
        }
    }

    private static final int DES_KEY = 8;

    private final int number;
    private final CipherAlgorithm algorithm;
    private final int blockLength;
    private final KeySizes sizes;
    private final List<String> words;

    IkeCipher(
            int number,
            CipherAlgorithm algorithm,
            int blockLength,
            KeySizes sizes,
            String... words) {
        this.number = number;
        this.algorithm = algorithm;
        this.blockLength = blockLength;
        this.sizes = sizes;
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

    /// Of a block, and so of an IV, in octets.
    public int blockLength() {
        return blockLength;
    }

    /// Whether a proposal says how long its key is (the attribute "key length", 14); for the others
    /// the attribute is not sent.
    public boolean hasVariableKey() {
        return sizes.minimum < sizes.maximum;
    }

    /// Whether a key may have that many bits.
    public boolean allowsKeyBits(int bits) {
        return bits >= sizes.minimum
                && bits <= sizes.maximum
                && (bits - sizes.minimum) % sizes.step == 0;
    }

    /// Bits of the key of a proposal that does not say. (A racoon.conf that does not say means 128
    /// of each variable one, and says so to the peer.)
    public int defaultKeyBits() {
        return sizes.unsaid;
    }

    /// Whether it is one of the keys under which DES does not encrypt (RFC 2409 appendix A: weak
    /// and semi-weak), or consists of any. racoon gives up then: "weakkey was generated". Always
    /// false of the ciphers that have none.
    public boolean isWeak(Secret key) {
        if (this != DES && this != TRIPLE_DES) {
            return false;
        }
        byte[] octets = key.toArray();
        DESParameters.setOddParity(octets); // the list that it is looked up in has it so
        boolean weak = false;
        for (int at = 0; at + DES_KEY <= octets.length; at += DES_KEY) {
            weak |= DESParameters.isWeakKey(octets, at);
        }
        Arrays.fill(octets, (byte) 0);
        return weak;
    }

    /// CBC.
    ///
    /// @param iv one block
    /// @param blocks whole blocks; left as they are
    /// @throws IllegalArgumentException when the length of an argument is none of this cipher's
    public byte[] encrypt(Secret key, byte[] iv, byte[] blocks) {
        byte[] work = joined(key, iv, blocks);
        CryptoProvider.cipher(algorithm, key).encrypt(work, 0, blockLength, blocks.length);
        return Arrays.copyOfRange(work, blockLength, work.length);
    }

    /// The same backwards.
    public byte[] decrypt(Secret key, byte[] iv, byte[] blocks) {
        byte[] work = joined(key, iv, blocks);
        CryptoProvider.cipher(algorithm, key).decrypt(work, 0, blockLength, blocks.length);
        return Arrays.copyOfRange(work, blockLength, work.length);
    }

    private byte[] joined(Secret key, byte[] iv, byte[] blocks) {
        if (iv.length != blockLength || blocks.length % blockLength != 0) {
            throw new IllegalArgumentException(
                    "an IV of %d and a text of %d octets, with blocks of %d"
                            .formatted(iv.length, blocks.length, blockLength));
        }
        if (!allowsKeyBits(key.bits())) {
            throw new IllegalArgumentException(
                    "no key of %s has %d bits".formatted(word(), key.bits()));
        }
        byte[] work = Arrays.copyOf(iv, blockLength + blocks.length);
        System.arraycopy(blocks, 0, work, blockLength, blocks.length);
        return work;
    }

    /// The one that the wire calls `number`.
    public static Optional<IkeCipher> ofNumber(int number) {
        return Arrays.stream(values()).filter(cipher -> cipher.number == number).findFirst();
    }

    /// The one that racoon.conf calls `word`.
    public static Optional<IkeCipher> ofWord(String word) {
        return Arrays.stream(values()).filter(cipher -> cipher.words.contains(word)).findFirst();
    }
}

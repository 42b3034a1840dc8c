package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the lists of algorithms of a sainfo. racoon asks the kernel about each of them; what no
/// Linux kernel has is refused here.
final class SainfoAlgorithms {
    /// ESP's transform ids of the DES whose IV is derived (RFC 2407 4.4.4).
    private static final int DES_IV64 = 1;

    private static final int DES_IV32 = 8;

    private static final Map<String, EncryptionAlgorithm> CIPHERS =
            Map.ofEntries(
                    Map.entry("des", EncryptionAlgorithm.DES_CBC),
                    Map.entry("des_iv64", EncryptionAlgorithm.DES_CBC),
                    Map.entry("des_iv32", EncryptionAlgorithm.DES_CBC),
                    Map.entry("3des", EncryptionAlgorithm.TRIPLE_DES_CBC),
                    Map.entry("cast128", EncryptionAlgorithm.CAST128_CBC),
                    Map.entry("blowfish", EncryptionAlgorithm.BLOWFISH_CBC),
                    Map.entry("null", EncryptionAlgorithm.NULL),
                    Map.entry("null_enc", EncryptionAlgorithm.NULL),
                    Map.entry("aes", EncryptionAlgorithm.AES_CBC),
                    Map.entry("rijndael", EncryptionAlgorithm.AES_CBC),
                    Map.entry("twofish", EncryptionAlgorithm.TWOFISH_CBC),
                    Map.entry("camellia", EncryptionAlgorithm.CAMELLIA_CBC));

    /// In racoon's grammar, in no kernel; with the name of the transform in racoon's message.
    private static final Map<String, String> ONLY_WORDS =
            Map.of("rc5", "RC5", "idea", "IDEA", "3idea", "3IDEA", "rc4", "RC4", "kpdk", "KPDK");

    private static final Map<String, AuthAlgorithm> HASHES =
            Map.ofEntries(
                    Map.entry("hmac_md5", AuthAlgorithm.HMAC_MD5),
                    Map.entry("hmac_sha1", AuthAlgorithm.HMAC_SHA1),
                    Map.entry("hmac_sha256", AuthAlgorithm.HMAC_SHA256),
                    Map.entry("hmac_sha2_256", AuthAlgorithm.HMAC_SHA256),
                    Map.entry("hmac_sha384", AuthAlgorithm.HMAC_SHA384),
                    Map.entry("hmac_sha2_384", AuthAlgorithm.HMAC_SHA384),
                    Map.entry("hmac_sha512", AuthAlgorithm.HMAC_SHA512),
                    Map.entry("hmac_sha2_512", AuthAlgorithm.HMAC_SHA512),
                    Map.entry("non_auth", AuthAlgorithm.NONE));

    private static final Map<String, CompressionAlgorithm> COMPRESSIONS =
            Map.of(
                    "deflate", CompressionAlgorithm.DEFLATE,
                    "lzs", CompressionAlgorithm.LZS,
                    "oui", CompressionAlgorithm.OUI);

    private static final Set<String> CIPHER_ONLY_WORDS = Set.of("rc5", "idea", "3idea", "rc4");

    private final SourceFile file;

    SainfoAlgorithms(SourceFile file) {
        this.file = file;
    }

    List<SainfoSettings.Cipher> encryption(Statement item) {
        List<SainfoSettings.Cipher> ciphers = new ArrayList<>();
        for (int i = 0; i < item.arguments().size(); i++) {
            String word = item.word(i);
            if (word.isEmpty()) {
                continue; // a length: read with the word before it
            }
            EncryptionAlgorithm algorithm = CIPHERS.get(word);
            if (algorithm == null) {
                refuse(
                        item,
                        i,
                        CIPHER_ONLY_WORDS,
                        "a cipher of ESP",
                        "aes 256, aes 128, camellia, 3des, null_enc");
                continue;
            }
            int bits = KeyLengths.of(word).bits(file, item, i);
            Optional<Integer> transform =
                    switch (word) {
                        case "des_iv64" -> Optional.of(DES_IV64);
                        case "des_iv32" -> Optional.of(DES_IV32);
                        default -> Optional.empty();
                    };
            SainfoSettings.Cipher cipher = new SainfoSettings.Cipher(algorithm, bits, transform);
            addOnce(item, i, cipher, ciphers);
        }
        return ciphers;
    }

    List<AuthAlgorithm> authentication(Statement item) {
        List<AuthAlgorithm> hashes = new ArrayList<>();
        for (int i = 0; i < item.arguments().size(); i++) {
            String word = item.word(i);
            if (word.isEmpty()) {
                continue;
            }
            AuthAlgorithm algorithm = HASHES.get(word);
            if (algorithm == null) {
                refuse(
                        item,
                        i,
                        Set.of("kpdk"),
                        "an integrity algorithm",
                        "hmac_sha256, hmac_sha1, hmac_sha512");
                continue;
            }
            KeyLengths.NONE.bits(file, item, i);
            addOnce(item, i, algorithm, hashes);
        }
        return hashes;
    }

    List<CompressionAlgorithm> compression(Statement item) {
        List<CompressionAlgorithm> compressions = new ArrayList<>();
        for (int i = 0; i < item.arguments().size(); i++) {
            String word = item.word(i);
            if (word.isEmpty()) {
                continue;
            }
            CompressionAlgorithm algorithm = COMPRESSIONS.get(word);
            if (algorithm == null) {
                refuse(item, i, Set.of(), "a compression algorithm", "deflate");
                continue;
            }
            KeyLengths.NONE.bits(file, item, i);
            if (algorithm != CompressionAlgorithm.DEFLATE) {
                file.report(
                        Code.COMPRESSION_NOT_AVAILABLE
                                .at(
                                        item.arguments().get(i).span(),
                                        "%s can be written, but no implementation has it"
                                                .formatted(word))
                                .hint("deflate"));
            }
            addOnce(item, i, algorithm, compressions);
        }
        return compressions;
    }

    private <T> void addOnce(Statement item, int index, T algorithm, List<T> list) {
        if (list.contains(algorithm)) {
            file.report(
                    Code.ALGORITHM_TWICE
                            .at(
                                    item.arguments().get(index).span(),
                                    "`%s` stands in this list before".formatted(item.word(index)))
                            .hint("leave it out"));
        } else {
            list.add(algorithm);
        }
    }

    private void refuse(
            Statement item, int index, Set<String> known, String kind, String examples) {
        Span span = item.arguments().get(index).span();
        String word = item.word(index);
        if (known.contains(word)) {
            file.classic(
                    Values.behind(file, item, index),
                    "algorithm %s not supported by the kernel (missing module?)"
                            .formatted(ONLY_WORDS.get(word)));
            file.report(
                    Code.ALGORITHM_NOT_AVAILABLE
                            .at(span, "no kernel has %s, nor has jipsec".formatted(word))
                            .hint(examples));
            return;
        }
        file.classic(Values.behind(file, item, index), "algorithm mismatched");
        file.report(
                Code.WRONG_KIND.at(span, "`%s` is not %s".formatted(word, kind)).hint(examples));
    }
}

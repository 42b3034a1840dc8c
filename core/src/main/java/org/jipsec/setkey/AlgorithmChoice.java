package org.jipsec.setkey;

import org.jipsec.diag.Located;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.SaFlags;
import org.jipsec.wire.Secret;

import java.util.Optional;

/// The algorithms of an SA by their names, with what else the names say.
///
/// @param flags of [SaFlags] that an old name for a variant of DES, or `-R`, stands for
record AlgorithmChoice(
        EncryptionAlgorithm encryption,
        Secret encryptionKey,
        AuthAlgorithm authentication,
        Secret authenticationKey,
        CompressionAlgorithm compression,
        int flags) {
    /// Empty when a name is unknown.
    static Optional<AlgorithmChoice> of(SaText text) {
        EncryptionAlgorithm encryption = EncryptionAlgorithm.NONE;
        AuthAlgorithm authentication = AuthAlgorithm.NONE;
        int flags = 0;
        if (text.encryption().isPresent()) {
            Optional<EncryptionAlgorithm> known = encryption(text.encryption().get().name());
            if (known.isEmpty()) {
                return Optional.empty();
            }
            encryption = known.get();
            flags = flags(text.encryption().get().name().value());
        }
        if (text.authentication().isPresent()) {
            Optional<AuthAlgorithm> known =
                    AuthAlgorithm.named(text.authentication().get().name().value());
            if (known.isEmpty()) {
                return Optional.empty();
            }
            authentication = known.get();
        }
        if (text.compression().map(SaText.Compression::rawCpi).orElse(false)) {
            flags |= SaFlags.RAW_CPI;
        }
        return Optional.of(
                new AlgorithmChoice(
                        encryption,
                        key(text.encryption()),
                        authentication,
                        key(text.authentication()),
                        text.compression()
                                .map(compression -> compression.algorithm().value())
                                .orElse(CompressionAlgorithm.NONE),
                        flags));
    }

    /// By one of the registry's names, or by one that setkey has for a variant.
    static Optional<EncryptionAlgorithm> encryption(Located<String> name) {
        return switch (name.value()) {
            case "des-deriv", "des-32iv" -> Optional.of(EncryptionAlgorithm.DES_CBC);
            case "simple" -> Optional.of(EncryptionAlgorithm.NULL);
            default -> EncryptionAlgorithm.named(name.value());
        };
    }

    private static int flags(String name) {
        return switch (name) {
            case "des-deriv" -> SaFlags.DERIVED_IV;
            case "des-32iv" -> SaFlags.IV_4_OCTETS;
            default -> 0;
        };
    }

    private static Secret key(Optional<SaText.Algorithm> algorithm) {
        return algorithm
                .flatMap(SaText.Algorithm::key)
                .map(SaText.Key::octets)
                .orElse(Secret.EMPTY);
    }
}

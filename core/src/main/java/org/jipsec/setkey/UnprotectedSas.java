package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Span;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/// The SAs of a text that prove nothing of a packet, the first between each two ends: enough to
/// warn of each kind of them once.
final class UnprotectedSas {
    private final Map<FileLedger.Pair, Span> encrypted = new LinkedHashMap<>();
    private final Map<FileLedger.Pair, Span> clear = new LinkedHashMap<>();
    private @Nullable Span emptyHeader;

    static boolean hasIntegrity(SecurityAssociation association) {
        boolean authenticated =
                association.authentication() != AuthAlgorithm.NONE
                        && association.authentication() != AuthAlgorithm.NULL;
        return switch (association.protocol()) {
            case ESP -> authenticated || association.encryption().isAead();
            case AH -> association.authentication() != AuthAlgorithm.NULL;
            case IPCOMP, TCP, UNSPEC -> true;
        };
    }

    /// @param association one without integrity
    void add(SecurityAssociation association, FileLedger.Pair pair, Span span) {
        if (association.protocol() == IpsecProtocol.AH) {
            if (emptyHeader == null) {
                emptyHeader = span;
            }
        } else if (association.encryption() == EncryptionAlgorithm.NULL) {
            clear.putIfAbsent(pair, span);
        } else {
            encrypted.putIfAbsent(pair, span);
        }
    }

    /// @param authenticated whether AH proves what ESP between two ends does not
    void report(Diagnostics problems, Predicate<FileLedger.Pair> authenticated) {
        encrypted.keySet().removeIf(authenticated);
        if (!encrypted.isEmpty()) {
            problems.report(
                    Code.NO_INTEGRITY
                            .at(
                                    encrypted.values().iterator().next(),
                                    "ESP without integrity: packets can be changed on their way")
                            .label(
                                    "this SA has neither -A nor an AEAD"
                                            + others("have", encrypted.size()))
                            .hint("add -A hmac-sha256 with a key, or use -E aes-gcm-16"));
        }
        if (!clear.isEmpty()) {
            problems.report(
                    Code.NO_INTEGRITY
                            .at(
                                    clear.values().iterator().next(),
                                    "ESP with neither encryption nor integrity, which RFC 4303"
                                            + " forbids")
                            .label("this SA protects nothing" + others("do", clear.size()))
                            .hint("add -A hmac-sha256 with a key, or use -E aes-gcm-16"));
        }
        if (emptyHeader != null) {
            problems.report(
                    Code.NO_INTEGRITY
                            .at(emptyHeader, "AH with `null` proves nothing of a packet")
                            .hint("write -A hmac-sha256 with a key"));
        }
    }

    /// @param pairs of which one is shown
    private static String others(String verb, int pairs) {
        return switch (pairs) {
            case 1 -> "";
            case 2 -> ", nor %s those of 1 other pair".formatted(verb);
            default -> ", nor %s those of %d other pairs".formatted(verb, pairs - 1);
        };
    }
}

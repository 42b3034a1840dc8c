package org.jipsec.trace;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Wireshark's table `esp_sa`: the SAs of ESP with their keys, in the clear. One wrong letter in a
/// name, and Wireshark takes nothing of the file.
public final class EspKeyTable {
    private EspKeyTable() {}

    /// @param text of the file
    /// @param omitted SAs of ESP with an algorithm that Wireshark has no name for
    public record Table(String text, int omitted) {}

    public static Table of(List<SaSnapshot> snapshots) {
        List<SecurityAssociation> associations =
                snapshots.stream()
                        .map(SaSnapshot::association)
                        .filter(sa -> sa.protocol() == IpsecProtocol.ESP)
                        .toList();
        List<String> lines =
                associations.stream().map(EspKeyTable::line).flatMap(Optional::stream).toList();
        return new Table(
                lines.stream().map(line -> line + "\n").collect(Collectors.joining()),
                associations.size() - lines.size());
    }

    private static Optional<String> line(SecurityAssociation sa) {
        Optional<String> cipher = name(sa.encryption());
        Optional<String> mac = name(sa.authentication());
        return cipher.isEmpty() || mac.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\""
                                .formatted(
                                        sa.destination().isIpv4() ? "IPv4" : "IPv6",
                                        IpText.text(sa.source().address()),
                                        IpText.text(sa.destination().address()),
                                        sa.spi(),
                                        cipher.get(),
                                        key(sa.encryptionKey()),
                                        mac.get(),
                                        key(sa.authenticationKey())));
    }

    private static String key(Secret key) {
        return key.length() == 0 ? "" : "0x" + HexFormat.of().formatHex(key.toArray());
    }

    private static Optional<String> name(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE, NULL -> Optional.of("NULL");
            case DES_CBC -> Optional.of("DES-CBC [RFC2405]");
            case TRIPLE_DES_CBC -> Optional.of("TripleDES-CBC [RFC2451]");
            case CAST128_CBC -> Optional.of("CAST5-CBC [RFC2144]");
            case BLOWFISH_CBC -> Optional.of("BLOWFISH-CBC [RFC2451]");
            case AES_CBC -> Optional.of("AES-CBC [RFC3602]");
            case AES_CTR -> Optional.of("AES-CTR [RFC3686]");
            case AES_GCM_8 -> Optional.of("AES-GCM with 8 octet ICV [RFC4106]");
            case AES_GCM_12 -> Optional.of("AES-GCM with 12 octet ICV [RFC4106]");
            case AES_GCM_16 -> Optional.of("AES-GCM with 16 octet ICV [RFC4106]");
            case TWOFISH_CBC -> Optional.of("TWOFISH-CBC");
            case AES_CCM_8, AES_CCM_12, AES_CCM_16, CAMELLIA_CBC, AES_GMAC, CHACHA20_POLY1305 ->
                    Optional.empty();
        };
    }

    /// What Wireshark cannot check it can at least skip, when it knows the length.
    private static Optional<String> name(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case NONE, NULL -> Optional.of("NULL");
            case HMAC_MD5 -> Optional.of("HMAC-MD5-96 [RFC2403]");
            case HMAC_SHA1 -> Optional.of("HMAC-SHA-1-96 [RFC2404]");
            case HMAC_SHA256 -> Optional.of("HMAC-SHA-256-128 [RFC4868]");
            case HMAC_SHA384 -> Optional.of("HMAC-SHA-384-192 [RFC4868]");
            case HMAC_SHA512 -> Optional.of("HMAC-SHA-512-256 [RFC4868]");
            case HMAC_SHA256_96 ->
                    Optional.of("HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]");
            case HMAC_RIPEMD160 -> Optional.of("MAC-RIPEMD-160-96 [RFC2857]");
            case AES_XCBC_MAC, AES_CMAC, KEYED_MD5, KEYED_SHA1 -> skipped(algorithm);
            case AES_GMAC, TCP_MD5 -> Optional.empty();
        };
    }

    private static Optional<String> skipped(AuthAlgorithm algorithm) {
        return Optional.of("ANY " + algorithm.icvBits() + " bit authentication [no checking]");
    }
}

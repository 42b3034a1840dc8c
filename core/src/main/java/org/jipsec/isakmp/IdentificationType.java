package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Identification types (RFC 2407 4.6.2.1).
public enum IdentificationType implements Numbered {
    IPV4_ADDRESS(1, "IPv4_address"),
    FQDN(2, "FQDN"),
    USER_FQDN(3, "User_FQDN"),
    IPV4_SUBNET(4, "IPv4_subnet"),
    IPV6_ADDRESS(5, "IPv6_address"),
    IPV6_SUBNET(6, "IPv6_subnet"),
    IPV4_RANGE(7, "IPv4_address_range"),
    IPV6_RANGE(8, "IPv6_address_range"),
    DER_ASN1_DN(9, "DER_ASN1_DN"),
    DER_ASN1_GN(10, "DER_ASN1_GN"),
    KEY_ID(11, "KEY_ID");

    private static final Map<Integer, IdentificationType> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    IdentificationType(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<IdentificationType> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(IdentificationType::text).orElse(Integer.toString(number));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String text() {
        return text;
    }
}

package org.jipsec.ike.settings;

import java.util.Arrays;
import java.util.Optional;

/// The identification types of RFC 2407 4.6.2.1.
public enum IdentityType {
    IPV4_ADDRESS(1, "IPv4_address"),
    FQDN(2, "FQDN"),
    USER_FQDN(3, "User_FQDN"),
    IPV4_SUBNET(4, "IPv4_subnet"),
    IPV6_ADDRESS(5, "IPv6_address"),
    IPV6_SUBNET(6, "IPv6_subnet"),
    IPV4_RANGE(7, "IPv4_address_range"),
    IPV6_RANGE(8, "IPv6_address_range"),
    DISTINGUISHED_NAME(9, "DER_ASN1_DN"),
    GENERAL_NAME(10, "DER_ASN1_GN"),
    KEY_ID(11, "KEY_ID");

    private final int number;
    private final String title;

    IdentityType(int number, String title) {
        this.number = number;
        this.title = title;
    }

    public static Optional<IdentityType> ofNumber(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findAny();
    }

    /// On the wire.
    public int number() {
        return number;
    }

    /// As racoon's log names it.
    public String title() {
        return title;
    }

    /// Whether it names one host by its address.
    public boolean isAddress() {
        return this == IPV4_ADDRESS || this == IPV6_ADDRESS;
    }

    /// Whether it names addresses: one, a network or a range.
    public boolean isOfAddresses() {
        return switch (this) {
            case IPV4_ADDRESS, IPV4_SUBNET, IPV6_ADDRESS, IPV6_SUBNET, IPV4_RANGE, IPV6_RANGE ->
                    true;
            case FQDN, USER_FQDN, DISTINGUISHED_NAME, GENERAL_NAME, KEY_ID -> false;
        };
    }
}

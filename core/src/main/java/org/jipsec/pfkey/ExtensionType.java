package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// `sadb_ext_type` (RFC 2367 3.2; from X_KMPRIVATE on KAME's and Linux's).
public enum ExtensionType {
    SA(1),
    LIFETIME_CURRENT(2),
    LIFETIME_HARD(3),
    LIFETIME_SOFT(4),
    ADDRESS_SOURCE(5),
    ADDRESS_DESTINATION(6),
    ADDRESS_PROXY(7),
    KEY_AUTHENTICATION(8),
    KEY_ENCRYPTION(9),
    IDENTITY_SOURCE(10),
    IDENTITY_DESTINATION(11),
    SENSITIVITY(12),
    PROPOSAL(13),
    SUPPORTED_AUTHENTICATION(14),
    SUPPORTED_ENCRYPTION(15),
    SPI_RANGE(16),
    X_KM_PRIVATE(17),
    X_POLICY(18),
    X_SA2(19),
    X_NAT_T_TYPE(20),
    X_NAT_T_SOURCE_PORT(21),
    X_NAT_T_DESTINATION_PORT(22),
    X_NAT_T_ORIGINAL_ADDRESS(23),
    X_SECURITY_CONTEXT(24),
    X_KM_ADDRESS(25),
    X_FILTER(26),
    JIPSEC_SA(0x4a01),
    JIPSEC_REASON(0x4a02),
    JIPSEC_COUNTERS(0x4a03),
    JIPSEC_DROPS(0x4a04),
    JIPSEC_FEATURES(0x4a05),
    JIPSEC_SEQUENCE(0x4a06);

    /// The first of jipsec's own numbers.
    public static final int PRIVATE = 0x4a00;

    private static final Map<Integer, ExtensionType> BY_NUMBER = new HashMap<>();

    static {
        for (ExtensionType type : values()) {
            BY_NUMBER.put(type.number, type);
        }
    }

    private final int number;

    ExtensionType(int number) {
        this.number = number;
    }

    /// Null for a number we do not know.
    static @Nullable ExtensionType numbered(int number) {
        return BY_NUMBER.get(number);
    }

    public int number() {
        return number;
    }
}

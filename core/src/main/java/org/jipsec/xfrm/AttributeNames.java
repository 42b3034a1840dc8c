package org.jipsec.xfrm;

/// What the attributes of a request are about, in words.
final class AttributeNames {
    private static final String[] WORDS = {
        "", // XFRMA_UNSPEC
        "authentication algorithm",
        "encryption algorithm",
        "compression algorithm",
        "UDP encapsulation",
        "rules",
        "SA",
        "policy",
        "security context",
        "current lifetime",
        "sequence numbers",
        "replay threshold",
        "timer threshold",
        "source address",
        "care-of address",
        "last use",
        "policy type",
        "migration",
        "AEAD algorithm",
        "key management address",
        "authentication algorithm", // with truncation
        "mark",
        "padding for traffic flow confidentiality",
        "replay window",
        "extra flags",
        "protocol",
        "address filter",
        "padding",
        "offload device",
        "output mark",
        "output mark's mask",
        "interface id",
        "mapping timer",
        "direction",
        "keepalive interval of NAT traversal",
        "CPU"
    };

    private AttributeNames() {}

    /// @param attribute XFRMA_
    static String words(int attribute) {
        return attribute > 0 && attribute < WORDS.length
                ? WORDS[attribute]
                : "attribute " + attribute;
    }
}

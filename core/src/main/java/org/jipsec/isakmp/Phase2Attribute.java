package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Attributes of a phase 2 transform (RFC 2407 4.5). For the values' names see [AttributeText].
public enum Phase2Attribute implements Numbered {
    LIFE_TYPE(1, "SA Life Type"),
    /// Belongs to the life type before it.
    LIFE_DURATION(2, "SA Life Duration"),
    GROUP_DESCRIPTION(3, "Group Description"),
    ENCAPSULATION_MODE(4, "Encryption Mode"),
    AUTHENTICATION_ALGORITHM(5, "Authentication Algorithm"),
    /// In bits.
    KEY_LENGTH(6, "Key Length"),
    KEY_ROUNDS(7, "Key Rounds"),
    COMPRESSION_DICTIONARY_SIZE(8, "Compression Dictionary Size"),
    COMPRESSION_PRIVATE_ALGORITHM(9, "Compression Private Algorithm"),
    /// RFC 3168 9.2.1.1.
    ECN_TUNNEL(10, "ECN Tunnel"),
    /// RFC 4304.
    EXTENDED_SEQUENCE_NUMBER(11, "Extended Sequence Number"),
    /// RFC 4359.
    SIGNATURE_ENCODING(13, "Signature Encoding Algorithm");

    private static final Map<Integer, Phase2Attribute> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    Phase2Attribute(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<Phase2Attribute> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(Phase2Attribute::text).orElse(Integer.toString(number));
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

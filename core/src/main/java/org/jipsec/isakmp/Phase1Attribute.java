package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Attributes of a phase 1 transform (RFC 2409 appendix A). For the values' names see
/// [AttributeText].
public enum Phase1Attribute implements Numbered {
    ENCRYPTION_ALGORITHM(1, "Encryption Algorithm"),
    HASH_ALGORITHM(2, "Hash Algorithm"),
    AUTHENTICATION_METHOD(3, "Authentication Method"),
    GROUP_DESCRIPTION(4, "Group Description"),
    GROUP_TYPE(5, "Group Type"),
    GROUP_PRIME(6, "Group Prime/Irreducible Polynomial"),
    GROUP_GENERATOR_ONE(7, "Group Generator One"),
    GROUP_GENERATOR_TWO(8, "Group Generator Two"),
    GROUP_CURVE_A(9, "Group Curve A"),
    GROUP_CURVE_B(10, "Group Curve B"),
    LIFE_TYPE(11, "Life Type"),
    /// Belongs to the life type before it.
    LIFE_DURATION(12, "Life Duration"),
    PRF(13, "PRF"),
    /// In bits.
    KEY_LENGTH(14, "Key Length"),
    FIELD_SIZE(15, "Field Size"),
    GROUP_ORDER(16, "Group Order"),
    BLOCK_SIZE(17, "Block Size"),
    GSS_IDENTITY(16384, "GSS-API endpoint name");

    private static final Map<Integer, Phase1Attribute> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    Phase1Attribute(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<Phase1Attribute> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(Phase1Attribute::text).orElse(Integer.toString(number));
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

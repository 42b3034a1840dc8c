package org.jipsec.isakmp;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/// What a payload is (RFC 2408 3.1, RFC 3947 5, the drafts' and Cisco's private numbers).
public enum PayloadType {
    SA("sa", 1),
    /// Only inside SA.
    PROPOSAL("prop", 2),
    /// Only inside PROPOSAL.
    TRANSFORM("trns", 3),
    KEY_EXCHANGE("ke", 4),
    IDENTIFICATION("id", 5),
    CERTIFICATE("cert", 6),
    CERTIFICATE_REQUEST("cr", 7),
    HASH("hash", 8),
    SIGNATURE("sig", 9),
    NONCE("nonce", 10),
    NOTIFY("notify", 11),
    DELETE("delete", 12),
    VENDOR_ID("vid", 13),
    /// Mode config and XAUTH.
    ATTRIBUTES("attr", 14),
    NAT_DETECTION("nat-d", 20, 130, 15),
    NAT_ORIGINAL_ADDRESS("nat-oa", 21, 131, 16),
    GSS("gss id", 129),
    /// A piece of a larger message.
    FRAGMENT("ike frag", 132),
    UNKNOWN("unknown");

    /// "No next payload".
    public static final int NONE = 0;

    private static final Map<Integer, PayloadType> BY_NUMBER =
            Arrays.stream(values())
                    .flatMap(
                            type ->
                                    Arrays.stream(type.numbers)
                                            .mapToObj(number -> Map.entry(number, type)))
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final String text;
    private final int[] numbers;

    PayloadType(String text, int... numbers) {
        this.text = text;
        this.numbers = numbers;
    }

    public static PayloadType of(int number) {
        return BY_NUMBER.getOrDefault(number, UNKNOWN);
    }

    /// The name of a number as racoon prints it in `seen nptype=8(hash)`; itself where it has none.
    public static String text(int number) {
        PayloadType type = of(number);
        return number == NONE ? "none" : type == UNKNOWN ? Integer.toString(number) : type.text;
    }

    /// As racoon's `seen nptype=` names it.
    public String text() {
        return text;
    }

    /// The number it is sent with, where it has only one or the standard's is meant.
    ///
    /// @throws IllegalStateException for [#UNKNOWN], which has none
    public int number() {
        if (numbers.length == 0) {
            throw new IllegalStateException("an unknown payload has no number of its own");
        }
        return numbers[0];
    }
}

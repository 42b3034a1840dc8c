package org.jipsec.isakmp;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Optional;

/// The lines in which racoon logs proposals, transforms and attributes, with the names that the
/// numbers have in IANA's registries for IKEv1 (RFC 2407 4.4 and 4.5, RFC 2409 appendix A). racoon
/// knows no names for Camellia and for groups over elliptic curves in phase 1; here they have one.
public final class AttributeText {
    // spotless:off  -- tables
    private static final Map<Integer, String> LIFE_TYPES = Map.of(1, "seconds", 2, "kilobytes");

    private static final Map<Integer, String> CIPHERS =
            Map.of(
                    1,
                    "DES-CBC",
                    2,
                    "IDEA-CBC",
                    3,
                    "Blowfish-CBC",
                    4,
                    "RC5-R16-B64-CBC",
                    5,
                    "3DES-CBC",
                    6,
                    "CAST-CBC",
                    7,
                    "AES-CBC",
                    8,
                    "CAMELLIA-CBC");

    private static final Map<Integer, String> HASHES =
            Map.of(1, "MD5", 2, "SHA", 3, "Tiger", 4, "SHA256", 5, "SHA384", 6, "SHA512");

    private static final Map<Integer, String> METHODS =
            Map.ofEntries(
                    entry(1, "pre-shared key"),
                    entry(2, "DSS signatures"),
                    entry(3, "RSA signatures"),
                    entry(4, "Encryption with RSA"),
                    entry(5, "Revised encryption with RSA"),
                    entry(6, "Encryption with El-Gamal"),
                    entry(7, "Revised encryption with El-Gamal"),
                    entry(64221, "Hybrid RSA client"),
                    entry(64222, "Hybrid RSA server"),
                    entry(64223, "Hybrid DSS client"),
                    entry(64224, "Hybrid DSS server"),
                    entry(65001, "XAuth pskey client"),
                    entry(65002, "XAuth pskey server"),
                    entry(65005, "XAuth RSASIG client"),
                    entry(65006, "XAuth RSASIG server"));

    private static final Map<Integer, String> GROUPS =
            Map.ofEntries(
                    entry(1, "768-bit MODP group"),
                    entry(2, "1024-bit MODP group"),
                    entry(3, "EC2N group on GP[2^155]"),
                    entry(4, "EC2N group on GP[2^185]"),
                    entry(5, "1536-bit MODP group"),
                    entry(14, "2048-bit MODP group"),
                    entry(15, "3072-bit MODP group"),
                    entry(16, "4096-bit MODP group"),
                    entry(17, "6144-bit MODP group"),
                    entry(18, "8192-bit MODP group"),
                    entry(19, "256-bit ECP group"),
                    entry(20, "384-bit ECP group"),
                    entry(21, "521-bit ECP group"));

    private static final Map<Integer, String> GROUP_TYPES = Map.of(1, "MODP", 2, "ECP", 3, "EC2N");

    private static final Map<Integer, String> MODES =
            Map.of(
                    0,
                    "Any",
                    1,
                    "Tunnel",
                    2,
                    "Transport",
                    3,
                    "UDP-Tunnel",
                    4,
                    "UDP-Transport",
                    61443,
                    "UDP-Tunnel",
                    61444,
                    "UDP-Transport");

    private static final Map<Integer, String> MACS =
            Map.of(
                    1,
                    "hmac-md5",
                    2,
                    "hmac-sha",
                    3,
                    "des-mac",
                    4,
                    "kpdk",
                    5,
                    "hmac-sha256",
                    6,
                    "hmac-sha384",
                    7,
                    "hmac-sha512");

    private static final Map<Integer, String> AH_IDS =
            Map.of(2, "MD5", 3, "SHA", 4, "DES", 5, "SHA256", 6, "SHA384", 7, "SHA512");

    private static final Map<Integer, String> ESP_IDS =
            Map.ofEntries(
                    entry(1, "DES_IV64"),
                    entry(2, "DES"),
                    entry(3, "3DES"),
                    entry(4, "RC5"),
                    entry(5, "IDEA"),
                    entry(6, "CAST"),
                    entry(7, "BLOWFISH"),
                    entry(8, "3IDEA"),
                    entry(9, "DES_IV32"),
                    entry(10, "RC4"),
                    entry(11, "NULL"),
                    entry(12, "AES"),
                    entry(22, "CAMELLIA"),
                    entry(253, "TWOFISH"));

    private static final Map<Integer, String> IPCOMP_IDS = Map.of(1, "OUI", 2, "DEFLATE", 3, "LZS");

    // spotless:on

    private AttributeText() {}

    /// `type=Life Type, flag=0x8000, lorv=seconds`: of a phase 1 transform. `lorv` is the value
    /// where the attribute has the short form, else the number of the value's octets.
    public static String phase1(Attribute attribute) {
        int lorv = lorv(attribute);
        return line(
                Phase1Attribute.text(attribute.type()),
                attribute,
                phase1Value(attribute.type(), lorv));
    }

    /// The same of an AH or ESP transform.
    public static String phase2(Attribute attribute) {
        return line(
                Phase2Attribute.text(attribute.type()),
                attribute,
                phase2Value(attribute.type(), lorv(attribute)));
    }

    /// `type=4, flag=0x8000, lorv=0x0001`: of an IPComp transform.
    public static String ipcomp(Attribute attribute) {
        return line(
                Integer.toString(attribute.type()), attribute, "0x%04x".formatted(lorv(attribute)));
    }

    /// The name of a value of a phase 1 attribute, or the value where it has none:
    /// `1024-bit MODP group`.
    public static String phase1Value(Phase1Attribute type, int value) {
        return phase1Value(type.number(), value);
    }

    /// The name of a value of a phase 2 attribute, or the value where it has none: `hmac-sha`.
    public static String phase2Value(Phase2Attribute type, int value) {
        return phase2Value(type.number(), value);
    }

    /// The name of a transform id, or the id where it has none: `IKE`, `3DES`.
    ///
    /// @param protocol of the proposal
    public static String transformId(int protocol, int id) {
        Map<Integer, String> names =
                Protocol.of(protocol)
                        .map(
                                known ->
                                        switch (known) {
                                            case ISAKMP -> Map.of(Transform.KEY_IKE, "IKE");
                                            case AH -> AH_IDS;
                                            case ESP -> ESP_IDS;
                                            case IPCOMP -> IPCOMP_IDS;
                                        })
                        .orElse(Map.of());
        return name(names, id);
    }

    /// `prop#=1, prot-id=ISAKMP, spi-size=0, #trns=1`
    public static String proposal(Proposal proposal) {
        return "prop#=%d, prot-id=%s, spi-size=%d, #trns=%d"
                .formatted(
                        proposal.number(),
                        Protocol.text(proposal.protocol()),
                        proposal.spi().length(),
                        proposal.transforms().size());
    }

    /// `trns#=1, trns-id=IKE`
    ///
    /// @param proposal that the transform stands in
    public static String transform(Proposal proposal, Transform transform) {
        return "trns#=%d, trns-id=%s"
                .formatted(transform.number(), transformId(proposal.protocol(), transform.id()));
    }

    /// `prop#=1 prot-id=ESP spi-size=4 #trns=1 trns#=1 trns-id=3DES`: both in one line, as in phase
    /// 2.
    public static String proposalWith(Proposal proposal, Transform transform) {
        return (proposal(proposal) + " " + transform(proposal, transform)).replace(",", "");
    }

    private static String phase1Value(int type, int value) {
        Optional<Map<Integer, String>> names =
                Phase1Attribute.of(type)
                        .map(
                                known ->
                                        switch (known) {
                                            case ENCRYPTION_ALGORITHM -> CIPHERS;
                                            case HASH_ALGORITHM -> HASHES;
                                            case AUTHENTICATION_METHOD -> METHODS;
                                            case GROUP_DESCRIPTION -> GROUPS;
                                            case GROUP_TYPE -> GROUP_TYPES;
                                            case LIFE_TYPE -> LIFE_TYPES;
                                            case GROUP_PRIME,
                                                    GROUP_GENERATOR_ONE,
                                                    GROUP_GENERATOR_TWO,
                                                    GROUP_CURVE_A,
                                                    GROUP_CURVE_B,
                                                    LIFE_DURATION,
                                                    PRF,
                                                    KEY_LENGTH,
                                                    FIELD_SIZE,
                                                    GROUP_ORDER,
                                                    BLOCK_SIZE,
                                                    GSS_IDENTITY ->
                                                    Map.of();
                                        });
        return name(names.orElse(Map.of()), value);
    }

    private static String phase2Value(int type, int value) {
        Optional<Map<Integer, String>> names =
                Phase2Attribute.of(type)
                        .map(
                                known ->
                                        switch (known) {
                                            case LIFE_TYPE -> LIFE_TYPES;
                                            case ENCAPSULATION_MODE -> MODES;
                                            case AUTHENTICATION_ALGORITHM -> MACS;
                                            // racoon has no names for these, nor for the groups
                                            case LIFE_DURATION,
                                                    GROUP_DESCRIPTION,
                                                    KEY_LENGTH,
                                                    KEY_ROUNDS,
                                                    COMPRESSION_DICTIONARY_SIZE,
                                                    COMPRESSION_PRIVATE_ALGORITHM,
                                                    ECN_TUNNEL,
                                                    EXTENDED_SEQUENCE_NUMBER,
                                                    SIGNATURE_ENCODING ->
                                                    Map.of();
                                        });
        return name(names.orElse(Map.of()), value);
    }

    private static String line(String type, Attribute attribute, String value) {
        int flag = attribute instanceof Attribute.Basic ? 0x8000 : 0;
        return "type=%s, flag=0x%04x, lorv=%s".formatted(type, flag, value);
    }

    /// "Length or value".
    private static int lorv(Attribute attribute) {
        return switch (attribute) {
            case Attribute.Basic(_, int value) -> value;
            case Attribute.Variable(_, var octets) -> octets.length();
        };
    }

    private static String name(Map<Integer, String> names, int number) {
        return names.getOrDefault(number, Integer.toString(number));
    }
}

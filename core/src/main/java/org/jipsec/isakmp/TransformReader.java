package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What SA payloads offer, read from their attributes: the checks of racoon that do not depend on
/// what is configured, with racoon's words.
///
/// Stricter than racoon where it would answer an offer that it did not understand: an attribute
/// that is there twice, a PRF, and groups of the peer's own making are refused.
public final class TransformReader {
    /// racoon's; of RFC 2409 all "basic" attributes.
    private static final Set<Phase1Attribute> SHORT_1 =
            EnumSet.of(
                    Phase1Attribute.ENCRYPTION_ALGORITHM,
                    Phase1Attribute.HASH_ALGORITHM,
                    Phase1Attribute.AUTHENTICATION_METHOD,
                    Phase1Attribute.GROUP_DESCRIPTION,
                    Phase1Attribute.GROUP_TYPE,
                    Phase1Attribute.LIFE_TYPE,
                    Phase1Attribute.PRF,
                    Phase1Attribute.KEY_LENGTH,
                    Phase1Attribute.FIELD_SIZE);

    /// With the names that racoon has for them.
    private static final Map<Phase2Attribute, String> SHORT_2 =
            Map.of(
                    Phase2Attribute.ENCAPSULATION_MODE, "ENC_MODE",
                    Phase2Attribute.AUTHENTICATION_ALGORITHM, "AUTH",
                    Phase2Attribute.LIFE_TYPE, "LD_TYPE",
                    Phase2Attribute.GROUP_DESCRIPTION, "GRP_DESC",
                    Phase2Attribute.KEY_LENGTH, "KEY_LENGTH",
                    Phase2Attribute.EXTENDED_SEQUENCE_NUMBER, "ESN");

    /// Ciphers of phase 1 whose keys have one length: DES, IDEA, 3DES.
    private static final Set<Integer> FIXED_KEYS = Set.of(1, 2, 5);

    private static final int MODP = 1;
    private static final int ECP = 2;
    private static final int ESP_NULL = 11;
    private static final int DES_MAC = 3;
    private static final int KPDK = 4;

    private TransformReader() {}

    /// Why an SA payload cannot be looked into (RFC 2407 4.2); empty if it can.
    public static Optional<String> problem(Payload.Sa sa) {
        if (sa.doi() != Payload.Sa.DOI_IPSEC) {
            return Optional.of("invalid value of DOI 0x%08x.".formatted(sa.doi()));
        }
        if (sa.situation() == Payload.Sa.IDENTITY_ONLY) {
            return Optional.empty();
        }
        boolean known = sa.situation() == 2 || sa.situation() == 4; // secrecy, integrity
        return Optional.of(
                (known ? "situation 0x%08x unsupported yet." : "invalid situation 0x%08x.")
                        .formatted(sa.situation()));
    }

    /// Why a proposal is none of phase 1; empty if it is one. An SPI in it is of no account.
    public static Optional<String> phase1Problem(Proposal proposal) {
        return proposal.protocol() == Protocol.ISAKMP.number()
                ? Optional.empty()
                : Optional.of("Illegal protocol id=%d.".formatted(proposal.protocol()));
    }

    /// Why a proposal is none of phase 2, or has no usable SPI; empty if it is one.
    public static Optional<String> phase2Problem(Proposal proposal) {
        int size = proposal.spi().length();
        Protocol protocol = Protocol.of(proposal.protocol()).orElse(Protocol.ISAKMP);
        return switch (protocol) {
            case ISAKMP -> Optional.of("invalid protocol id %d.".formatted(proposal.protocol()));
            case AH, ESP ->
                    size == 4
                            ? Optional.empty()
                            : Optional.of(
                                    "invalid SPI size=%d for IPSEC proposal.".formatted(size));
            case IPCOMP ->
                    size == 2 || size == 4
                            ? Optional.empty()
                            : Optional.of(
                                    "invalid SPI size=%d for IPCOMP proposal.".formatted(size));
        };
    }

    /// Reads a transform of a phase 1 proposal.
    public static Reading<Phase1Offer> phase1(Transform transform) {
        if (transform.id() != Transform.KEY_IKE) {
            return refused("invalid transform-id=%d in proto_id=1.".formatted(transform.id()));
        }
        Map<Phase1Attribute, Integer> numbers = new HashMap<>();
        Optional<Bytes> gssIdentity = Optional.empty();
        Lifetimes.Reader lifetimes =
                new Lifetimes.Reader(Phase1Attribute.LIFE_TYPE, Phase1Attribute.LIFE_DURATION);
        for (Attribute attribute : transform.attributes()) {
            Phase1Attribute type = Phase1Attribute.of(attribute.type()).orElse(null);
            if (type == null) {
                return refused("invalid attribute type %d.".formatted(attribute.type()));
            }
            Optional<String> wrong = phase1Form(type, attribute);
            if (wrong.isPresent()) {
                return refused(wrong.get());
            }
            Optional<String> life = lifetimes.add(attribute);
            if (life.isPresent()) {
                return refused(life.get());
            }
            switch (type) {
                case ENCRYPTION_ALGORITHM,
                        HASH_ALGORITHM,
                        AUTHENTICATION_METHOD,
                        GROUP_DESCRIPTION,
                        GROUP_TYPE,
                        KEY_LENGTH -> {
                    if (numbers.put(type, number(attribute)) != null) {
                        return refused(twice(type));
                    }
                }
                case LIFE_TYPE, LIFE_DURATION -> {}
                case GSS_IDENTITY -> gssIdentity = Optional.of(attribute.octets());
                case GROUP_PRIME,
                        GROUP_GENERATOR_ONE,
                        GROUP_GENERATOR_TWO,
                        GROUP_CURVE_A,
                        GROUP_CURVE_B,
                        PRF,
                        FIELD_SIZE,
                        GROUP_ORDER,
                        BLOCK_SIZE -> {
                    return refused(unsupported(attribute));
                }
            }
        }
        return phase1(numbers, gssIdentity, lifetimes.lifetimes());
    }

    private static Optional<String> phase1Form(Phase1Attribute type, Attribute attribute) {
        if (!(attribute instanceof Attribute.Variable(int number, Bytes octets))) {
            return Optional.empty();
        }
        if (SHORT_1.contains(type)) {
            return Optional.of("oakley attribute %d must be TV.".formatted(number));
        }
        return octets.isEmpty()
                ? Optional.of("invalid length 0 for TLV attribute %d.".formatted(number))
                : Optional.empty();
    }

    private static Reading<Phase1Offer> phase1(
            Map<Phase1Attribute, Integer> numbers,
            Optional<Bytes> gssIdentity,
            Lifetimes lifetimes) {
        for (Phase1Attribute needed :
                EnumSet.of(
                        Phase1Attribute.ENCRYPTION_ALGORITHM,
                        Phase1Attribute.HASH_ALGORITHM,
                        Phase1Attribute.AUTHENTICATION_METHOD,
                        Phase1Attribute.GROUP_DESCRIPTION)) {
            if (!numbers.containsKey(needed)) {
                return refused("attribute %s is missing.".formatted(needed.text()));
            }
        }
        int groupType = numbers.getOrDefault(Phase1Attribute.GROUP_TYPE, MODP);
        if (groupType != MODP && groupType != ECP) {
            return refused("unsupported DH group type %d.".formatted(groupType));
        }
        int cipher = numbers.getOrDefault(Phase1Attribute.ENCRYPTION_ALGORITHM, 0);
        OptionalInt keyBits = optional(numbers.get(Phase1Attribute.KEY_LENGTH));
        if (keyBits.isPresent()) {
            if (keyBits.getAsInt() % 8 != 0) {
                return refused("keylen %d: not multiple of 8".formatted(keyBits.getAsInt()));
            }
            if (FIXED_KEYS.contains(cipher)) {
                return refused("keylen must not be specified for encryption algorithm " + cipher);
            }
        }
        return new Reading.Read<>(
                new Phase1Offer(
                        numbers.getOrDefault(Phase1Attribute.AUTHENTICATION_METHOD, 0),
                        cipher,
                        keyBits,
                        numbers.getOrDefault(Phase1Attribute.HASH_ALGORITHM, 0),
                        numbers.getOrDefault(Phase1Attribute.GROUP_DESCRIPTION, 0),
                        lifetimes.time(),
                        lifetimes.kilobytes(),
                        gssIdentity));
    }

    /// Reads a transform of a phase 2 proposal.
    ///
    /// @param protocol of the proposal; AH, ESP or IPComp
    /// @throws IllegalArgumentException for ISAKMP
    public static Reading<Phase2Offer> phase2(Protocol protocol, Transform transform) {
        if (protocol == Protocol.ISAKMP) {
            throw new IllegalArgumentException("ISAKMP is of phase 1");
        }
        Map<Phase2Attribute, Integer> numbers = new HashMap<>();
        Lifetimes.Reader lifetimes =
                new Lifetimes.Reader(Phase2Attribute.LIFE_TYPE, Phase2Attribute.LIFE_DURATION);
        Set<Phase2Attribute> seen = new HashSet<>();
        for (Attribute attribute : transform.attributes()) {
            Phase2Attribute type = Phase2Attribute.of(attribute.type()).orElse(null);
            if (type == null) {
                return refused("invalid attribute type %d.".formatted(attribute.type()));
            }
            Optional<String> wrong = phase2Form(type, attribute);
            if (wrong.isPresent()) {
                return refused(wrong.get());
            }
            Optional<String> life = lifetimes.add(attribute);
            if (life.isPresent()) {
                return refused(life.get());
            }
            switch (type) {
                case AUTHENTICATION_ALGORITHM -> {
                    if (protocol == Protocol.IPCOMP) {
                        return refused("invalid attr type=%d.".formatted(attribute.type()));
                    }
                }
                case KEY_LENGTH, EXTENDED_SEQUENCE_NUMBER -> {
                    if (protocol == Protocol.IPCOMP) {
                        return refused(unsupported(attribute));
                    }
                }
                case ENCAPSULATION_MODE,
                        GROUP_DESCRIPTION,
                        LIFE_TYPE,
                        LIFE_DURATION,
                        ECN_TUNNEL -> {}
                case KEY_ROUNDS,
                        COMPRESSION_DICTIONARY_SIZE,
                        COMPRESSION_PRIVATE_ALGORITHM,
                        SIGNATURE_ENCODING -> {
                    return refused(unsupported(attribute));
                }
            }
            boolean pair =
                    type == Phase2Attribute.LIFE_TYPE || type == Phase2Attribute.LIFE_DURATION;
            if (!seen.add(type) && !pair) {
                return refused(twice(type));
            }
            numbers.put(type, number(attribute));
        }
        return phase2(protocol, transform.id(), numbers, lifetimes.lifetimes());
    }

    private static Optional<String> phase2Form(Phase2Attribute type, Attribute attribute) {
        if (!(attribute instanceof Attribute.Variable(_, Bytes octets))) {
            return Optional.empty();
        }
        String name = SHORT_2.get(type);
        if (name != null) {
            return Optional.of("must be TV when %s.".formatted(name));
        }
        return type == Phase2Attribute.LIFE_DURATION && octets.isEmpty()
                ? Optional.of("invalid length of LD")
                : Optional.empty();
    }

    private static Reading<Phase2Offer> phase2(
            Protocol protocol, int id, Map<Phase2Attribute, Integer> numbers, Lifetimes lifetimes) {
        OptionalInt mode = optional(numbers.get(Phase2Attribute.ENCAPSULATION_MODE));
        if (mode.isPresent() && !isMode(mode.getAsInt())) {
            return refused("invalid encryption mode=%d.".formatted(mode.getAsInt()));
        }
        OptionalInt mac = optional(numbers.get(Phase2Attribute.AUTHENTICATION_ALGORITHM));
        Optional<String> wrong = macProblem(protocol, id, mac);
        if (wrong.isPresent()) {
            return refused(wrong.get());
        }
        OptionalInt keyBits = optional(numbers.get(Phase2Attribute.KEY_LENGTH));
        if (keyBits.isPresent() && keyBits.getAsInt() % 8 != 0) {
            return refused("keylen %d: not multiple of 8".formatted(keyBits.getAsInt()));
        }
        OptionalInt group = optional(numbers.get(Phase2Attribute.GROUP_DESCRIPTION));
        if (group.isPresent() && group.getAsInt() == 0) {
            return refused("invalid group description=0.");
        }
        return new Reading.Read<>(
                new Phase2Offer(
                        protocol,
                        id,
                        mode,
                        mac,
                        keyBits,
                        group,
                        lifetimes.time(),
                        lifetimes.kilobytes(),
                        numbers.getOrDefault(Phase2Attribute.EXTENDED_SEQUENCE_NUMBER, 0) == 1));
    }

    private static boolean isMode(int number) {
        if (number == 1 || number == 2) {
            return true;
        }
        for (NattVersion version : NattVersion.values()) {
            if (number == version.udpTunnel() || number == version.udpTransport()) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> macProblem(Protocol protocol, int id, OptionalInt mac) {
        if (mac.isEmpty()) {
            if (protocol == Protocol.AH) {
                return Optional.of("attr AUTH must be present for AH.");
            }
            return protocol == Protocol.ESP && id == ESP_NULL
                    ? Optional.of("attr AUTH must be present for ESP NULL encryption.")
                    : Optional.empty();
        }
        int number = mac.getAsInt();
        if (number == DES_MAC || number == KPDK) {
            return Optional.of("auth algorithm %d isn't supported.".formatted(number));
        }
        if (number == 0) {
            return Optional.of("invalid auth algorithm=0.");
        }
        // RFC 2407 4.4.3: AH's ids 2 and 3 go with the algorithms 1 and 2, the later ones are equal
        int expected = number < DES_MAC ? number + 1 : number;
        return protocol == Protocol.AH && id != expected
                ? Optional.of(
                        "auth algorithm %d conflicts with transform %d.".formatted(number, id))
                : Optional.empty();
    }

    private static int number(Attribute attribute) {
        return (int) Math.min(attribute.number().orElse(0), 0xffff);
    }

    private static OptionalInt optional(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private static String unsupported(Attribute attribute) {
        return "attr type=%d isn't supported.".formatted(attribute.type());
    }

    private static String twice(Numbered type) {
        return "attribute %s is there twice.".formatted(type.text());
    }

    private static <T> Reading<T> refused(String text) {
        return new Reading.Refused<>(text);
    }
}

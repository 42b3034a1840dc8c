package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

class TransformReaderTests {
    private static final Attribute SECONDS = Attribute.of(Phase1Attribute.LIFE_TYPE, 1);
    private static final Attribute KILOBYTES = Attribute.of(Phase1Attribute.LIFE_TYPE, 2);
    private static final Attribute SA_SECONDS = Attribute.of(Phase2Attribute.LIFE_TYPE, 1);
    private static final Attribute SA_KILOBYTES = Attribute.of(Phase2Attribute.LIFE_TYPE, 2);
    private static final Attribute SHA1_MAC =
            Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, 2);

    /// AES, SHA-1, pre-shared key, group 2, and what is added.
    private static Transform phase1(Attribute... added) {
        List<Attribute> attributes =
                new ArrayList<>(
                        List.of(
                                Attribute.of(Phase1Attribute.ENCRYPTION_ALGORITHM, 7),
                                Attribute.of(Phase1Attribute.HASH_ALGORITHM, 2),
                                Attribute.of(Phase1Attribute.AUTHENTICATION_METHOD, 1),
                                Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, 2)));
        attributes.addAll(List.of(added));
        return new Transform(1, 1, attributes);
    }

    private static Transform phase2(int id, Attribute... attributes) {
        return new Transform(1, id, List.of(attributes));
    }

    private static Attribute longForm(Numbered type, String hex) {
        return Attribute.of(type, Bytes.ofHex(hex));
    }

    @Test
    void readsWhatRacoonOffers() throws WireException {
        Bytes body = RacoonLogs.dumps("main-psk-debug/B.log", "total SA len=").getFirst().octets();
        Payload.Sa sa = SaCodec.decode(body.buffer());
        assertThat(TransformReader.problem(sa)).isEmpty();
        Proposal proposal = sa.proposals().getFirst();
        assertThat(TransformReader.phase1Problem(proposal)).isEmpty();
        assertThat(TransformReader.phase1(proposal.transforms().getFirst()).asOptional())
                .contains(
                        new Phase1Offer(
                                1,
                                5,
                                OptionalInt.empty(),
                                1,
                                2,
                                Optional.of(Duration.ofSeconds(28800)),
                                OptionalLong.empty(),
                                Optional.empty()));
        Bytes body2 =
                RacoonLogs.dumps("natt-debug/B.log", "total SA len=").stream()
                        .map(RacoonLogs.Dump::octets)
                        .filter(octets -> octets.u8(13) == Protocol.ESP.number())
                        .findFirst()
                        .orElseThrow();
        Proposal esp = SaCodec.decode(body2.buffer()).proposals().getFirst();
        assertThat(TransformReader.phase2Problem(esp)).isEmpty();
        assertThat(TransformReader.phase2(Protocol.ESP, esp.transforms().getFirst()).asOptional())
                .contains(
                        new Phase2Offer(
                                Protocol.ESP,
                                3,
                                OptionalInt.of(3),
                                OptionalInt.of(1),
                                OptionalInt.empty(),
                                OptionalInt.of(1),
                                Optional.of(Duration.ofSeconds(28800)),
                                OptionalLong.empty(),
                                false));
    }

    @Test
    void readsBothLifetimesAndTheKeyLength() {
        Phase1Offer offer =
                TransformReader.phase1(
                                phase1(
                                        Attribute.of(Phase1Attribute.KEY_LENGTH, 256),
                                        KILOBYTES,
                                        longForm(Phase1Attribute.LIFE_DURATION, "00100000"),
                                        SECONDS,
                                        longForm(Phase1Attribute.LIFE_DURATION, "ffffffff")))
                        .asOptional()
                        .orElseThrow();
        assertThat(offer.keyBits()).hasValue(256);
        assertThat(offer.kilobytes()).hasValue(0x100000);
        assertThat(offer.lifetime()).contains(Duration.ofSeconds(0xffff_ffffL));
    }

    @Test
    void whatIsNotSaidIsEmpty() {
        Phase1Offer offer = TransformReader.phase1(phase1()).asOptional().orElseThrow();
        assertThat(offer.lifetime()).isEmpty();
        assertThat(offer.kilobytes()).isEmpty();
        assertThat(offer.keyBits()).isEmpty();
        Phase2Offer esp =
                TransformReader.phase2(Protocol.ESP, phase2(12)).asOptional().orElseThrow();
        assertThat(esp.encapsulation()).isEmpty();
        assertThat(esp.authentication()).isEmpty();
        assertThat(esp.group()).isEmpty();
        assertThat(esp.extendedSequence()).isFalse();
    }

    static Stream<Arguments> malformedPhase1() {
        return Stream.of(
                Arguments.of(
                        new Transform(1, 2, phase1().attributes()),
                        "invalid transform-id=2 in proto_id=1."),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.KEY_LENGTH, 129)),
                        "keylen 129: not multiple of 8"),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.LIFE_DURATION, 100)),
                        "life duration must follow ltype"),
                Arguments.of(
                        phase1(
                                SECONDS,
                                Attribute.of(Phase1Attribute.KEY_LENGTH, 128),
                                Attribute.of(Phase1Attribute.LIFE_DURATION, 100)),
                        "life duration must follow ltype"),
                Arguments.of(
                        phase1(SECONDS, Attribute.of(Phase1Attribute.LIFE_DURATION, 0)),
                        "invalid life duration."),
                Arguments.of(
                        phase1(KILOBYTES, longForm(Phase1Attribute.LIFE_DURATION, "00000000")),
                        "invalid life duration."),
                Arguments.of(
                        phase1(
                                SECONDS,
                                longForm(Phase1Attribute.LIFE_DURATION, "0000000000007080")),
                        "length 8 of life duration isn't supported."),
                Arguments.of(
                        phase1(SECONDS, longForm(Phase1Attribute.LIFE_DURATION, "")),
                        "invalid length 0 for TLV attribute 12."),
                Arguments.of(
                        phase1(
                                SECONDS,
                                Attribute.of(Phase1Attribute.LIFE_DURATION, 100),
                                SECONDS,
                                Attribute.of(Phase1Attribute.LIFE_DURATION, 200)),
                        "invalid life duration."),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.LIFE_TYPE, 3)), "invalid life type 3."),
                Arguments.of(
                        phase1(longForm(Phase1Attribute.KEY_LENGTH, "0080")),
                        "oakley attribute 14 must be TV."),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.HASH_ALGORITHM, 4)),
                        "attribute Hash Algorithm is there twice."),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.GROUP_TYPE, 3)),
                        "unsupported DH group type 3."),
                Arguments.of(
                        phase1(longForm(Phase1Attribute.GROUP_PRIME, "ffff")),
                        "attr type=6 isn't supported."),
                Arguments.of(
                        phase1(longForm(Phase1Attribute.GROUP_GENERATOR_TWO, "02")),
                        "attr type=8 isn't supported."),
                Arguments.of(
                        phase1(Attribute.of(Phase1Attribute.PRF, 1)),
                        "attr type=13 isn't supported."),
                Arguments.of(phase1(new Attribute.Basic(99, 1)), "invalid attribute type 99."),
                Arguments.of(
                        new Transform(
                                1,
                                1,
                                List.of(
                                        Attribute.of(Phase1Attribute.ENCRYPTION_ALGORITHM, 5),
                                        Attribute.of(Phase1Attribute.KEY_LENGTH, 192),
                                        Attribute.of(Phase1Attribute.HASH_ALGORITHM, 2),
                                        Attribute.of(Phase1Attribute.AUTHENTICATION_METHOD, 1),
                                        Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, 2))),
                        "keylen must not be specified for encryption algorithm 5"),
                Arguments.of(
                        new Transform(1, 1, phase1().attributes().subList(1, 4)),
                        "attribute Encryption Algorithm is missing."),
                Arguments.of(
                        new Transform(1, 1, phase1().attributes().subList(0, 3)),
                        "attribute Group Description is missing."));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("malformedPhase1")
    void refusesAMalformedTransformOfPhase1(Transform transform, String text) {
        assertThat(TransformReader.phase1(transform).refusal()).contains(text);
        assertThat(TransformReader.phase1(transform).asOptional()).isEmpty();
    }

    static Stream<Arguments> malformedPhase2() {
        return Stream.of(
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.KEY_LENGTH, 127)),
                        "keylen 127: not multiple of 8"),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, 5)),
                        "invalid encryption mode=5."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, longForm(Phase2Attribute.ENCAPSULATION_MODE, "0001")),
                        "must be TV when ENC_MODE."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, longForm(Phase2Attribute.AUTHENTICATION_ALGORITHM, "0001")),
                        "must be TV when AUTH."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, longForm(Phase2Attribute.LIFE_TYPE, "0001")),
                        "must be TV when LD_TYPE."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, longForm(Phase2Attribute.GROUP_DESCRIPTION, "0001")),
                        "must be TV when GRP_DESC."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, longForm(Phase2Attribute.KEY_LENGTH, "0080")),
                        "must be TV when KEY_LENGTH."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, 4)),
                        "auth algorithm 4 isn't supported."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, 0)),
                        "invalid auth algorithm=0."),
                Arguments.of(
                        Protocol.AH,
                        phase2(2, SHA1_MAC),
                        "auth algorithm 2 conflicts with transform 2."),
                Arguments.of(Protocol.AH, phase2(3), "attr AUTH must be present for AH."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(11),
                        "attr AUTH must be present for ESP NULL encryption."),
                Arguments.of(Protocol.IPCOMP, phase2(2, SHA1_MAC), "invalid attr type=5."),
                Arguments.of(
                        Protocol.IPCOMP,
                        phase2(2, Attribute.of(Phase2Attribute.KEY_LENGTH, 128)),
                        "attr type=6 isn't supported."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.KEY_ROUNDS, 12)),
                        "attr type=7 isn't supported."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.GROUP_DESCRIPTION, 0)),
                        "invalid group description=0."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, new Attribute.Basic(99, 1)),
                        "invalid attribute type 99."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, SHA1_MAC, SHA1_MAC),
                        "attribute Authentication Algorithm is there twice."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.LIFE_DURATION, 100)),
                        "life duration must follow ltype"),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, SA_SECONDS, longForm(Phase2Attribute.LIFE_DURATION, "")),
                        "invalid length of LD"),
                Arguments.of(
                        Protocol.ESP,
                        phase2(
                                12,
                                SA_SECONDS,
                                longForm(Phase2Attribute.LIFE_DURATION, "0000000000000e10")),
                        "length 8 of life duration isn't supported."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, SA_KILOBYTES, Attribute.of(Phase2Attribute.LIFE_DURATION, 0)),
                        "invalid life duration."),
                Arguments.of(
                        Protocol.ESP,
                        phase2(12, Attribute.of(Phase2Attribute.LIFE_TYPE, 0)),
                        "invalid life type 0."));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("malformedPhase2")
    void refusesAMalformedTransformOfPhase2(Protocol protocol, Transform transform, String text) {
        assertThat(TransformReader.phase2(protocol, transform).refusal()).contains(text);
    }

    @ParameterizedTest(name = "AH {0} with algorithm {1}")
    @CsvSource({"2, 1", "3, 2", "5, 5", "6, 6", "7, 7", "9, 9"})
    void theAlgorithmsOfAhFitTheirTransforms(int id, int algorithm) {
        Transform transform =
                phase2(id, Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, algorithm));
        assertThat(TransformReader.phase2(Protocol.AH, transform).refusal()).isEmpty();
    }

    @Test
    void readsTheModesOfNatTraversalAndLongSequenceNumbers() {
        Phase2Offer offer =
                TransformReader.phase2(
                                Protocol.ESP,
                                phase2(
                                        12,
                                        Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, 61444),
                                        Attribute.of(Phase2Attribute.EXTENDED_SEQUENCE_NUMBER, 1),
                                        Attribute.of(Phase2Attribute.GROUP_DESCRIPTION, 14)))
                        .asOptional()
                        .orElseThrow();
        assertThat(offer.encapsulation()).hasValue(61444);
        assertThat(offer.extendedSequence()).isTrue();
        assertThat(offer.group()).hasValue(14);
    }

    @Test
    void proposalsAreOfTheirPhase() {
        List<Transform> any = List.of(new Transform(1, 1, List.of()));
        Bytes four = Bytes.ofHex("01020304");
        assertThat(TransformReader.phase1Problem(new Proposal(1, 3, four, any)))
                .contains("Illegal protocol id=3.");
        assertThat(TransformReader.phase1Problem(new Proposal(1, 1, four, any))).isEmpty();
        assertThat(TransformReader.phase2Problem(new Proposal(1, 1, four, any)))
                .contains("invalid protocol id 1.");
        assertThat(TransformReader.phase2Problem(new Proposal(1, 9, four, any)))
                .contains("invalid protocol id 9.");
        assertThat(TransformReader.phase2Problem(new Proposal(1, 3, Bytes.ofHex("0102"), any)))
                .contains("invalid SPI size=2 for IPSEC proposal.");
        assertThat(TransformReader.phase2Problem(new Proposal(1, 4, Bytes.ofHex("0102"), any)))
                .isEmpty();
        assertThat(TransformReader.phase2Problem(new Proposal(1, 4, Bytes.ofHex("010203"), any)))
                .contains("invalid SPI size=3 for IPCOMP proposal.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransformReader.phase2(Protocol.ISAKMP, any.getFirst()));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, invalid value of DOI 0x00000000.",
        "2, 1, invalid value of DOI 0x00000002.",
        "1, 2, situation 0x00000002 unsupported yet.",
        "1, 4, situation 0x00000004 unsupported yet.",
        "1, 0, invalid situation 0x00000000."
    })
    void otherDomainsAndSituationsAreRefused(long doi, long situation, String text) {
        Payload.Sa sa = new Payload.Sa(doi, situation, List.of(), Bytes.EMPTY);
        assertThat(TransformReader.problem(sa)).contains(text);
    }

    @Test
    void readsTheLifetimesOfANotification() {
        List<Attribute> data =
                List.of(
                        SA_SECONDS,
                        longForm(Phase2Attribute.LIFE_DURATION, "00000e10"),
                        SA_KILOBYTES,
                        Attribute.of(Phase2Attribute.LIFE_DURATION, 4608));
        assertThat(Lifetimes.read(Protocol.ESP, data).asOptional())
                .contains(new Lifetimes(Optional.of(Duration.ofHours(1)), OptionalLong.of(4608)));
        assertThat(Lifetimes.read(Protocol.ISAKMP, data).asOptional())
                .contains(new Lifetimes(Optional.empty(), OptionalLong.empty()));
        assertThat(
                        Lifetimes.read(
                                        Protocol.AH,
                                        List.of(Attribute.of(Phase2Attribute.LIFE_DURATION, 1)))
                                .refusal())
                .contains("life duration must follow ltype");
    }
}

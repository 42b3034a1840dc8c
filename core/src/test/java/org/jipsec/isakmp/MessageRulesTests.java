package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.isakmp.MessageRule.Violation;
import org.jipsec.isakmp.MessageRules.Proof;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

class MessageRulesTests {
    private static final Optional<NattVersion> NO_NATT = Optional.empty();
    private static final Optional<NattVersion> RFC = Optional.of(NattVersion.RFC);
    private static final Bytes OCTETS = Bytes.ofHex("00112233445566778899aabbccddeeff");

    private static final Payload SA =
            Payload.Sa.of(
                    List.of(
                            new Proposal(
                                    1, 1, Bytes.EMPTY, List.of(new Transform(1, 1, List.of())))));
    private static final Payload KE = new Payload.KeyExchange(OCTETS);
    private static final Payload NONCE = new Payload.Nonce(OCTETS);
    private static final Payload ID = new Payload.Identification(11, 0, 0, OCTETS);
    private static final Payload HASH = new Payload.Hash(OCTETS);
    private static final Payload SIG = new Payload.Signature(OCTETS);
    private static final Payload CERT = new Payload.Certificate(4, OCTETS);
    private static final Payload CR = new Payload.CertificateRequest(4, Bytes.EMPTY);
    private static final Payload VID = VendorId.DPD.payload();
    private static final Payload NOTIFY =
            Payload.Notify.of(
                    Protocol.ISAKMP, Bytes.EMPTY, NotifyType.INITIAL_CONTACT, Bytes.EMPTY);
    private static final Payload DELETE = Payload.Delete.of(Protocol.ISAKMP, OCTETS);
    private static final Payload NAT_D = new Payload.NatDetection(NattVersion.RFC, OCTETS);
    private static final Payload NAT_OA =
            new Payload.NatOriginalAddress(NattVersion.RFC, Bytes.ofHex("0a000001"));
    private static final Payload ATTRIBUTES = new Payload.Attributes(1, 0, List.of());
    private static final Payload UNKNOWN = new Payload.Unknown(77, OCTETS);

    private static final List<Payload> ALL =
            List.of(
                    SA,
                    KE,
                    NONCE,
                    ID,
                    HASH,
                    SIG,
                    CERT,
                    CR,
                    VID,
                    NOTIFY,
                    DELETE,
                    NAT_D,
                    NAT_OA,
                    ATTRIBUTES,
                    UNKNOWN);

    private static MessageRule rule(ExchangeType exchange, int message, Proof proof) {
        return MessageRules.find(exchange, message, proof).orElseThrow();
    }

    private static Optional<Violation> check(
            ExchangeType exchange, int message, Payload... payloads) {
        return rule(exchange, message, Proof.KEY).violation(PayloadChain.of(payloads), RFC);
    }

    private static void refused(Optional<Violation> found, String text) {
        assertThat(found.map(Violation::text)).contains(text);
        assertThat(found.flatMap(Violation::notification)).isEmpty();
    }

    private static void refused(Optional<Violation> found, String text, NotifyType told) {
        assertThat(found.map(Violation::text)).contains(text);
        assertThat(found.flatMap(Violation::notification)).contains(told);
    }

    /// The payloads of a message that has all it must.
    private static List<Payload> least(MessageRule rule) {
        List<Payload> payloads = new ArrayList<>();
        for (Payload each : ALL) {
            MessageRule.Count count = rule.counts().get(each.type());
            if (count != null && count.required()) {
                payloads.add(each);
            }
        }
        rule.first()
                .ifPresent(
                        first ->
                                payloads.sort(
                                        (a, b) ->
                                                Boolean.compare(
                                                        b.type() == first, a.type() == first)));
        return payloads;
    }

    @ParameterizedTest
    @EnumSource
    void everyRowTakesWhatItMustHave(Proof proof) {
        assertThat(MessageRules.all(proof)).hasSize(21);
        for (MessageRule rule : MessageRules.all(proof)) {
            assertThat(rule.violation(PayloadChain.of(least(rule)), NO_NATT)).isEmpty();
        }
    }

    /// CVE-2005-3732 among them: KE, nonce or identification missing in aggressive mode.
    @ParameterizedTest
    @EnumSource
    void everyRowRefusesAMessageThatLacksOnePayload(Proof proof) {
        for (MessageRule rule : MessageRules.all(proof)) {
            for (Payload left : least(rule)) {
                List<Payload> payloads = new ArrayList<>(least(rule));
                payloads.remove(left);
                assertThat(rule.violation(PayloadChain.of(payloads), NO_NATT))
                        .as("%s without %s", rule, left.type())
                        .isPresent();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRowRefusesWhatItDoesNotName(Proof proof) {
        for (MessageRule rule : MessageRules.all(proof)) {
            for (Payload added : ALL) {
                List<Payload> payloads = new ArrayList<>(least(rule));
                payloads.add(added);
                Optional<Violation> found = rule.violation(PayloadChain.of(payloads), RFC);
                if (!rule.counts().containsKey(added.type())) {
                    assertThat(found.map(Violation::text))
                            .as("%s with %s", rule, added.type())
                            .contains(
                                    "ignore the packet, received unexpecting payload type %d."
                                            .formatted(added.number()));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyRowRefusesASecondOfWhatMustBeThereOnce(Proof proof) {
        for (MessageRule rule : MessageRules.all(proof)) {
            for (Payload twice : least(rule)) {
                if (rule.counts().get(twice.type()).most() == 1) {
                    List<Payload> payloads = new ArrayList<>(least(rule));
                    payloads.add(twice);
                    assertThat(rule.violation(PayloadChain.of(payloads), NO_NATT))
                            .as("%s with two %s", rule, twice.type())
                            .isPresent();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageInTheWrongCoverIsRefused(Proof proof) {
        for (MessageRule rule : MessageRules.all(proof)) {
            assertThat(rule.coverViolation(true).isPresent())
                    .isEqualTo(rule.cover() == MessageRule.Cover.CLEAR);
            assertThat(rule.coverViolation(false).isPresent())
                    .isEqualTo(rule.cover() == MessageRule.Cover.ENCRYPTED);
        }
        assertThat(
                        rule(ExchangeType.IDENTITY_PROTECTION, 5, proof)
                                .coverViolation(false)
                                .map(Violation::text))
                .contains("reject the packet, expecting the packet encrypted.");
        assertThat(
                        rule(ExchangeType.IDENTITY_PROTECTION, 6, proof)
                                .coverViolation(false)
                                .map(Violation::text))
                .contains("ignore the packet, expecting the packet encrypted.");
        refused(
                rule(ExchangeType.QUICK, 1, proof).coverViolation(false),
                "Packet wasn't encrypted.",
                NotifyType.PAYLOAD_MALFORMED);
        refused(
                rule(ExchangeType.QUICK, 2, proof).coverViolation(false),
                "Packet wasn't encrypted.");
        refused(
                rule(ExchangeType.MODE_CONFIG, 1, proof).coverViolation(false),
                "User credentials sent in cleartext!");
    }

    @Test
    void theProofIsTheSenders() {
        assertThat(
                        rule(ExchangeType.IDENTITY_PROTECTION, 5, Proof.SIGNATURE)
                                .violation(PayloadChain.of(ID, CERT, SIG, CR), NO_NATT))
                .isEmpty();
        refused(
                rule(ExchangeType.IDENTITY_PROTECTION, 5, Proof.SIGNATURE)
                        .violation(PayloadChain.of(ID, HASH), NO_NATT),
                "ignore the packet, received unexpecting payload type 8.");
        refused(
                rule(ExchangeType.IDENTITY_PROTECTION, 6, Proof.KEY)
                        .violation(PayloadChain.of(ID, SIG), NO_NATT),
                "ignore the packet, received unexpecting payload type 9.");
    }

    @Test
    void theSaStandsFirstInPhase1() {
        refused(
                check(ExchangeType.IDENTITY_PROTECTION, 1, VID, SA),
                "received invalid next payload type 13, expecting 1.");
        refused(
                check(ExchangeType.AGGRESSIVE, 1, KE, SA, NONCE, ID),
                "received invalid next payload type 4, expecting 1.");
    }

    @Test
    void theHashStandsFirstBehindPhase1() {
        refused(
                check(ExchangeType.QUICK, 1, SA, HASH, NONCE),
                "received invalid next payload type 1, expecting 8.",
                NotifyType.BAD_PROPOSAL_SYNTAX);
        refused(
                check(ExchangeType.QUICK, 2, SA, HASH, NONCE),
                "received invalid next payload type 1, expecting 8.");
        refused(
                MessageRules.informational(true).violation(PayloadChain.of(NOTIFY, HASH), NO_NATT),
                "ignore information because the message has no hash payload.");
    }

    @Test
    void anEmptyMessageIsRefused() {
        refused(check(ExchangeType.IDENTITY_PROTECTION, 1), "few isakmp message received.");
        refused(
                check(ExchangeType.QUICK, 1),
                "few isakmp message received.",
                NotifyType.PAYLOAD_MALFORMED);
        refused(
                MessageRules.informational(true).violation(PayloadChain.of(), NO_NATT),
                "ignore information because the message has no hash payload.");
        assertThat(MessageRules.informational(false).violation(PayloadChain.of(), NO_NATT))
                .isEmpty();
    }

    @Test
    void repeatedPayloadsAreRefusedInTheWordsOfTheirExchange() {
        refused(
                check(ExchangeType.IDENTITY_PROTECTION, 3, KE, KE, NONCE),
                "ignore this payload, same payload type exist.");
        refused(
                check(ExchangeType.AGGRESSIVE, 1, SA, KE, NONCE, ID, ID),
                "ignore this payload, same payload type exist.");
        refused(check(ExchangeType.QUICK, 1, HASH, SA, SA, NONCE), "Multi SAs isn't supported.");
        refused(
                check(ExchangeType.QUICK, 1, HASH, SA, NONCE, NONCE),
                "duplicate ISAKMP_NPTYPE_NONCE.");
        refused(
                check(ExchangeType.QUICK, 2, HASH, SA, NONCE, KE, KE),
                "duplicate ISAKMP_NPTYPE_KE.");
        refused(
                check(ExchangeType.QUICK, 1, HASH, HASH, SA, NONCE),
                "ignore this payload, same payload type exist.");
    }

    @Test
    void quickModeHasTwoIdentitiesOrNone() {
        assertThat(check(ExchangeType.QUICK, 1, HASH, SA, NONCE)).isEmpty();
        assertThat(check(ExchangeType.QUICK, 1, HASH, SA, NONCE, ID, ID)).isEmpty();
        refused(
                check(ExchangeType.QUICK, 1, HASH, SA, NONCE, ID),
                "Both IDs wasn't found in payload.",
                NotifyType.INVALID_ID_INFORMATION);
        refused(
                check(ExchangeType.QUICK, 1, HASH, SA, NONCE, ID, ID, ID),
                "received too many ID payloads.",
                NotifyType.INVALID_ID_INFORMATION);
        refused(
                check(ExchangeType.QUICK, 2, HASH, SA, NONCE, ID, ID, ID),
                "too many ISAKMP_NPTYPE_ID payloads.");
    }

    @Test
    void natDetectionNeedsTwoPayloadsOfTheAgreedVersion() {
        assertThat(check(ExchangeType.IDENTITY_PROTECTION, 3, KE, NONCE, NAT_D, NAT_D)).isEmpty();
        assertThat(check(ExchangeType.IDENTITY_PROTECTION, 3, KE, NONCE, NAT_D, NAT_D, NAT_D))
                .isEmpty();
        refused(
                check(ExchangeType.IDENTITY_PROTECTION, 3, KE, NONCE, NAT_D),
                "few isakmp message received.");
        List<Payload> many = new ArrayList<>(List.of(KE, NONCE));
        many.addAll(Collections.nCopies(17, NAT_D));
        refused(
                check(ExchangeType.IDENTITY_PROTECTION, 3, many.toArray(Payload[]::new)),
                "ignore this payload, same payload type exist.");
        PayloadChain chain = PayloadChain.of(KE, NONCE, NAT_D, NAT_D);
        MessageRule row = rule(ExchangeType.IDENTITY_PROTECTION, 3, Proof.KEY);
        refused(
                row.violation(chain, NO_NATT),
                "ignore the packet, received unexpecting payload type 20.");
        refused(
                row.violation(chain, Optional.of(NattVersion.EARLY_DRAFT)),
                "ignore the packet, received unexpecting payload type 20.");
    }

    @Test
    void originalAddressesAreTwoAtMost() {
        assertThat(check(ExchangeType.QUICK, 1, HASH, SA, NONCE, NAT_OA, NAT_OA)).isEmpty();
        refused(
                check(ExchangeType.QUICK, 1, HASH, SA, NONCE, NAT_OA, NAT_OA, NAT_OA),
                "received too many NAT-OA payloads.",
                NotifyType.PAYLOAD_MALFORMED);
        refused(
                check(ExchangeType.QUICK, 2, HASH, SA, NONCE, NAT_OA, NAT_OA, NAT_OA),
                "too many ISAKMP_NPTYPE_NATOA payloads.");
    }

    @Test
    void informationalMessagesCarryNotifiesAndDeletes() {
        MessageRule protectedOne = MessageRules.informational(true);
        assertThat(protectedOne.violation(PayloadChain.of(HASH, NOTIFY, DELETE, DELETE), NO_NATT))
                .isEmpty();
        refused(
                protectedOne.violation(PayloadChain.of(HASH, KE), NO_NATT),
                "reject the packet, received unexpected payload type ke.");
        refused(
                MessageRules.informational(false).violation(PayloadChain.of(HASH), NO_NATT),
                "reject the packet, received unexpected payload type hash.");
        assertThat(protectedOne.coverViolation(false)).isPresent();
        assertThat(MessageRules.informational(false).coverViolation(false)).isEmpty();
    }

    /// A bug of racoon's: it does what it is told to without proof.
    @Test
    void modeConfigNeedsItsHash() {
        refused(
                check(ExchangeType.MODE_CONFIG, 1, ATTRIBUTES),
                "received invalid next payload type 14, expecting 8.");
        assertThat(check(ExchangeType.MODE_CONFIG, 2, HASH, ATTRIBUTES)).isEmpty();
    }

    @Test
    void theDetailSaysWhatRacoonsLineLeavesOut() {
        assertThat(check(ExchangeType.AGGRESSIVE, 1, SA, KE, ID).map(Violation::detail))
                .contains("no nonce in message 1 of Aggressive");
        assertThat(check(ExchangeType.QUICK, 3, HASH, UNKNOWN).map(Violation::detail))
                .contains("77 has no place in message 3 of Quick");
    }

    @Test
    void thereAreNoOtherMessages() {
        assertThat(MessageRules.find(ExchangeType.IDENTITY_PROTECTION, 7, Proof.KEY)).isEmpty();
        assertThat(MessageRules.find(ExchangeType.AUTHENTICATION_ONLY, 1, Proof.KEY)).isEmpty();
        assertThat(MessageRules.find(ExchangeType.QUICK, 0, Proof.KEY)).isEmpty();
    }

    static List<String> captures() {
        return List.of(
                "main-psk-debug", "aggr-debug", "natt-debug", "rsasig-debug", "rsasig-anon-debug");
    }

    /// Messages in clear from the wire, the others from the logs, where they stand decrypted.
    @ParameterizedTest
    @MethodSource("captures")
    void everyRecordedMessageFollowsItsRule(String run) throws WireException {
        Proof proof = run.startsWith("rsasig") ? Proof.SIGNATURE : Proof.KEY;
        Map<String, Integer> counted = new HashMap<>();
        for (Bytes octets : Captures.messages("racoon/" + run + ".pcap")) {
            if (MessageCodec.decode(octets.buffer()) instanceof Message message) {
                ExchangeType exchange = message.header().exchangeType().orElseThrow();
                int number = counted.merge(key(message.header()), 1, Integer::sum);
                // both phase 1s of a run have cookies of their own; what is not first has both
                assertFollows(rule(exchange, number, proof), message);
            }
        }
        assertThat(counted).isNotEmpty();
        for (String side : List.of("A", "B")) {
            List<RacoonLogs.Dump> dumps = RacoonLogs.dumps(run + "/" + side + ".log", "decrypted.");
            assertThat(dumps).isNotEmpty();
            for (RacoonLogs.Dump dump : dumps) {
                assertDecryptedFollows(dump.octets(), proof);
            }
        }
    }

    private static String key(Header header) {
        return header.initiator().toString();
    }

    private static void assertDecryptedFollows(Bytes octets, Proof proof) throws WireException {
        Header header = MessageCodec.header(octets.buffer());
        PayloadChain chain =
                MessageCodec.decodeBody(
                        MessageCodec.firstPayload(octets),
                        Bytes.of(octets.toArray(), Header.LENGTH, octets.length() - Header.LENGTH));
        ExchangeType exchange = header.exchangeType().orElseThrow();
        if (exchange == ExchangeType.INFORMATIONAL) {
            assertThat(MessageRules.informational(true).violation(chain, RFC)).isEmpty();
            return;
        }
        IntPredicate fits =
                number ->
                        MessageRules.find(exchange, number, proof)
                                .filter(rule -> rule.coverViolation(true).isEmpty())
                                .filter(rule -> rule.violation(chain, RFC).isEmpty())
                                .isPresent();
        assertThat(List.of(1, 2, 3, 4, 5, 6)).anyMatch(fits::test);
    }

    private static void assertFollows(MessageRule rule, Message message) {
        assertThat(rule.violation(message.chain(), RFC)).isEmpty();
        assertThat(rule.coverViolation(message.header().isEncrypted())).isEmpty();
    }
}

package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;

class AttributeTextTests {
    static List<String> logs() {
        return RacoonLogs.names();
    }

    /// Each SA payload that racoon dumps it then tells attribute by attribute.
    @ParameterizedTest
    @MethodSource("logs")
    void tellsAnSaPayloadInTheLinesOfTheLogThatDumpsIt(String name) throws WireException {
        List<RacoonLogs.Dump> dumps = RacoonLogs.dumps(name, "total SA len=");
        assertThat(dumps).isNotEmpty();
        int phase2 = 0;
        for (RacoonLogs.Dump dump : dumps) {
            Payload.Sa sa = SaCodec.decode(dump.octets().buffer());
            List<String> lines = new ArrayList<>();
            for (Proposal proposal : sa.proposals()) {
                phase2 += proposal.protocol() == Protocol.ISAKMP.number() ? 0 : 1;
                for (Transform transform : proposal.transforms()) {
                    for (Attribute attribute : transform.attributes()) {
                        lines.add(
                                proposal.protocol() == Protocol.ISAKMP.number()
                                        ? AttributeText.phase1(attribute)
                                        : AttributeText.phase2(attribute));
                    }
                }
            }
            assertThat(
                            dump.behind().stream()
                                    .takeWhile(line -> !line.startsWith("pair "))
                                    .filter(line -> line.startsWith("type=")))
                    .containsExactlyElementsOf(lines);
        }
        assertThat(phase2).isPositive();
    }

    @ParameterizedTest
    @MethodSource("logs")
    void tellsProposalsAndTransformsAsRacoonDoes(String name) throws WireException {
        List<String> log = RacoonLogs.lines(name);
        for (RacoonLogs.Dump dump : RacoonLogs.dumps(name, "total SA len=")) {
            Proposal proposal = SaCodec.decode(dump.octets().buffer()).proposals().getFirst();
            Transform transform = proposal.transforms().getFirst();
            if (proposal.protocol() == Protocol.ISAKMP.number()) {
                assertThat(log)
                        .containsSubsequence(
                                AttributeText.proposal(proposal),
                                AttributeText.transform(proposal, transform));
            } else {
                assertThat(log).contains(AttributeText.proposalWith(proposal, transform));
            }
        }
    }

    @Test
    void namesWhatHasANameAndNumbersTheRest() {
        assertThat(AttributeText.phase1(Attribute.of(Phase1Attribute.HASH_ALGORITHM, 4)))
                .isEqualTo("type=Hash Algorithm, flag=0x8000, lorv=SHA256");
        assertThat(AttributeText.phase1(Attribute.of(Phase1Attribute.HASH_ALGORITHM, 99)))
                .isEqualTo("type=Hash Algorithm, flag=0x8000, lorv=99");
        assertThat(AttributeText.phase1(new Attribute.Basic(77, 5)))
                .isEqualTo("type=77, flag=0x8000, lorv=5");
        assertThat(AttributeText.phase1(Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, 19)))
                .isEqualTo("type=Group Description, flag=0x8000, lorv=256-bit ECP group");
        assertThat(AttributeText.phase1(Attribute.of(Phase1Attribute.AUTHENTICATION_METHOD, 65001)))
                .isEqualTo("type=Authentication Method, flag=0x8000, lorv=XAuth pskey client");
        assertThat(AttributeText.phase1(Attribute.of(Phase1Attribute.KEY_LENGTH, 128)))
                .isEqualTo("type=Key Length, flag=0x8000, lorv=128");
    }

    /// racoon logs the length then, and calls it "lorv" for "length or value".
    @Test
    void ofALongAttributeTheLengthIsTold() {
        assertThat(AttributeText.phase1(Attribute.ofNumber(Phase1Attribute.LIFE_DURATION, 86400)))
                .isEqualTo("type=Life Duration, flag=0x0000, lorv=4");
    }

    @Test
    void phase2HasNamesForModesAndMacsButNotForGroups() {
        assertThat(AttributeText.phase2(Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, 61444)))
                .isEqualTo("type=Encryption Mode, flag=0x8000, lorv=UDP-Transport");
        assertThat(AttributeText.phase2(Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, 5)))
                .isEqualTo("type=Authentication Algorithm, flag=0x8000, lorv=hmac-sha256");
        assertThat(AttributeText.phase2(Attribute.of(Phase2Attribute.GROUP_DESCRIPTION, 14)))
                .isEqualTo("type=Group Description, flag=0x8000, lorv=14");
        assertThat(AttributeText.ipcomp(Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, 1)))
                .isEqualTo("type=4, flag=0x8000, lorv=0x0001");
        assertThat(AttributeText.phase2Value(Phase2Attribute.LIFE_TYPE, 2)).isEqualTo("kilobytes");
        assertThat(AttributeText.phase1Value(Phase1Attribute.GROUP_TYPE, 3)).isEqualTo("EC2N");
    }

    @Test
    void transformIdsBelongToTheirProtocol() {
        assertThat(AttributeText.transformId(1, 1)).isEqualTo("IKE");
        assertThat(AttributeText.transformId(2, 3)).isEqualTo("SHA");
        assertThat(AttributeText.transformId(3, 3)).isEqualTo("3DES");
        assertThat(AttributeText.transformId(3, 20)).isEqualTo("20");
        assertThat(AttributeText.transformId(4, 2)).isEqualTo("DEFLATE");
        assertThat(AttributeText.transformId(9, 2)).isEqualTo("2");
        Proposal proposal =
                new Proposal(
                        2,
                        3,
                        Bytes.ofHex("01020304"),
                        List.of(new Transform(1, 12, List.of()), new Transform(2, 3, List.of())));
        assertThat(AttributeText.proposalWith(proposal, proposal.transforms().getLast()))
                .isEqualTo("prop#=2 prot-id=ESP spi-size=4 #trns=2 trns#=2 trns-id=3DES");
    }
}

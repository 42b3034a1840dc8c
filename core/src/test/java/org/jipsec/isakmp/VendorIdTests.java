package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

class VendorIdTests {
    /// Neither the MD5 nor the letters of their text: tshark knows them.
    private static final Set<VendorId> OTHERS =
            Set.of(VendorId.DPD, VendorId.CHECK_POINT, VendorId.SHREW_SOFT);

    @ParameterizedTest
    @EnumSource
    void isTheMd5OfASentenceTheSentenceItselfOrKnownToTshark(VendorId id)
            throws IOException, NoSuchAlgorithmException {
        String sentence =
                switch (id) {
                    case CISCO_CONCENTRATOR -> "ALTIGA GATEWAY";
                    case LIBRESWAN -> "OE-Libreswan-";
                    default -> id.text();
                };
        int known = id == VendorId.UNITY ? 14 : id.octets().length();
        byte[] letters = sentence.getBytes(StandardCharsets.US_ASCII);
        byte[] md5 = MessageDigest.getInstance("MD5").digest(letters);
        Bytes octets = prefix(id.octets(), known);
        if (OTHERS.contains(id)) {
            assertThat(tshark()).containsKey(id.octets());
        } else if (octets.equals(Bytes.of(letters))) {
            assertThat(known).isGreaterThanOrEqualTo(8);
        } else {
            assertThat(octets).isEqualTo(prefix(Bytes.of(md5), known));
        }
    }

    @Test
    void tsharkGivesThemTheSameNames() throws IOException {
        Map<Bytes, String> tshark = tshark();
        assertThat(tshark).hasSizeGreaterThan(40);
        tshark.forEach(
                (octets, text) -> {
                    VendorId ours = VendorId.of(octets).orElseThrow();
                    String wanted =
                            switch (ours) {
                                case NATT_RFC -> "RFC 3947 ";
                                case NATT_02_NEWLINE -> "draft-ietf-ipsec-nat-t-ike-02\\n";
                                case XAUTH -> "XAUTH";
                                case CISCO_DELETE_REASON -> "Cisco Delete Reason";
                                case CISCO_DYNAMIC_ROUTE -> "Cisco Dynamic Route";
                                case CISCO_VPN_REV_02 -> "Cisco VPN Revision 2";
                                case FLEXVPN -> "FlexVPN";
                                case CHECK_POINT -> "Check Point";
                                case NETSCREEN_HEARTBEAT -> "Heartbeat Notify";
                                case FORTINET -> "Fortinet";
                                default -> ours.text();
                            };
                    assertThat(text).containsIgnoringCase(wanted);
                });
    }

    @Test
    void isRecognisedByWhatItBeginsWith() {
        Bytes windows = Bytes.ofHex("1e2b516905991c7d7c96fcbfb587e46100000009");
        assertThat(VendorId.of(windows)).contains(VendorId.MICROSOFT);
        assertThat(VendorId.of(prefix(windows, 16))).contains(VendorId.MICROSOFT);
        assertThat(VendorId.of(prefix(windows, 15))).isEmpty();
        assertThat(VendorId.of(Bytes.EMPTY)).isEmpty();
        assertThat(VendorId.of(Bytes.ofHex("09002689dfd6b71280a224dec33b81e5")))
                .contains(VendorId.XAUTH);
    }

    @Test
    void doesNotEndAtAnOctetOfZeroAsRacoonsDoes() {
        assertThat(VendorId.of(Bytes.ofHex("4048b7d56ebce88525e7de7f00ffffff"))).isEmpty();
    }

    @Test
    void logsWhatRacoonLogs() {
        assertThat(VendorId.logText(VendorId.DPD.octets())).isEqualTo("received Vendor ID: DPD");
        assertThat(VendorId.logText(VendorId.NATT_02_NEWLINE.octets()))
                .isEqualTo("received Vendor ID: draft-ietf-ipsec-nat-t-ike-02\n");
        assertThat(VendorId.logText(VendorId.fragmentationPayload(0).body()))
                .isEqualTo("received broken Microsoft ID: FRAGMENTATION");
        assertThat(VendorId.logText(Bytes.ofHex("0102030405060708")))
                .isEqualTo("received unknown Vendor ID");
        assertThat(VendorId.logText(VendorId.STRONGSWAN.octets()))
                .isEqualTo("received unknown Vendor ID: strongSwan");
    }

    @Test
    void readsAndWritesTheCapabilitiesOfFragmentation() {
        Payload.Vendor both =
                VendorId.fragmentationPayload(
                        VendorId.FRAGMENTS_MAIN_MODE | VendorId.FRAGMENTS_BASE_MODE);
        assertThat(both.body()).isEqualTo(Bytes.ofHex("4048b7d56ebce88525e7de7f00d6c2d3c0000000"));
        assertThat(VendorId.fragmentation(both.body())).isEqualTo(0xc000_0000);
        assertThat(VendorId.fragmentation(VendorId.FRAGMENTATION.octets())).isZero();
        assertThat(VendorId.fragmentation(Bytes.ofHex("4048b7d56ebce88525e7de7f00d6c2d3c00000")))
                .isZero();
    }

    @Test
    void thoseOfARecordedRacoonAreWhatItsLogSays() throws WireException {
        Message first =
                (Message)
                        MessageCodec.decode(
                                Captures.messages("racoon/natt-debug.pcap").getFirst().buffer());
        assertThat(first.chain().all(Payload.Vendor.class).map(vid -> VendorId.logText(vid.body())))
                .containsExactly(
                        "received Vendor ID: RFC 3947",
                        "received Vendor ID: draft-ietf-ipsec-nat-t-ike-02",
                        "received Vendor ID: draft-ietf-ipsec-nat-t-ike-02\n",
                        "received Vendor ID: draft-ietf-ipsec-nat-t-ike-00",
                        "received Vendor ID: DPD");
        List<Payload.Vendor> announced = new ArrayList<>();
        NattDraft.ANNOUNCED.forEach(draft -> announced.add(draft.vendorId().payload()));
        announced.add(VendorId.DPD.payload());
        assertThat(first.chain().all(Payload.Vendor.class)).containsExactlyElementsOf(announced);
    }

    @Test
    void theLatestDraftThatThePeerKnowsIsChosen() {
        assertThat(NattDraft.best(List.of(VendorId.NATT_00, VendorId.NATT_RFC, VendorId.DPD)))
                .contains(NattDraft.RFC_3947);
        assertThat(NattDraft.best(List.of(VendorId.NATT_02_NEWLINE, VendorId.NATT_02)))
                .contains(NattDraft.DRAFT_02_NEWLINE);
        assertThat(NattDraft.best(List.of(VendorId.DPD, VendorId.NATT_STENBERG_01))).isEmpty();
        assertThat(NattDraft.best(List.of())).isEmpty();
    }

    @Test
    void draftsDifferInNumbersAndPort() {
        assertThat(NattDraft.DRAFT_01.changesPort()).isFalse();
        assertThat(NattDraft.DRAFT_02.changesPort()).isTrue();
        assertThat(NattDraft.DRAFT_03.numbers().udpTunnel()).isEqualTo(61443);
        assertThat(NattDraft.DRAFT_04.numbers().detection()).isEqualTo(15);
        assertThat(NattDraft.DRAFT_08.numbers().udpTransport()).isEqualTo(4);
        assertThat(NattDraft.RFC_3947.numbers().originalAddress()).isEqualTo(21);
        assertThat(NattDraft.RFC_3947.text()).isEqualTo("RFC 3947");
    }

    private static Bytes prefix(Bytes octets, int length) {
        return Bytes.of(octets.toArray(), 0, Math.min(length, octets.length()));
    }

    private static Map<Bytes, String> tshark() throws IOException {
        Map<Bytes, String> names = new HashMap<>();
        try (var in = VendorIdTests.class.getResourceAsStream("/isakmp/vendor-ids-tshark.txt")) {
            for (String line :
                    new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList()) {
                String[] words = line.split(" ", 2);
                names.put(Bytes.ofHex(words[0]), words[1]);
            }
        }
        return names;
    }
}

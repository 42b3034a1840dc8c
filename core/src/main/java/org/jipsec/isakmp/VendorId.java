package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What Vendor ID payloads announce (RFC 2408 3.16): extensions, and products that call themselves
/// by name. Most are the MD5 of a sentence, which is the text here.
///
/// Like racoon we compare with as many octets as we know; what a peer appends is its own business.
/// (racoon's comparison ends at an octet of zero besides, so that any eight octets may follow
/// `4048b7d56ebce88525e7de7f00`. Ours does not.)
public enum VendorId {
    // spotless:off  -- a table, in the order in which racoon tries; the texts are racoon's
    IPSEC_TOOLS("IPSec-Tools", "20a3622c1cea7ce37bee3ca484425276"),
    GSS_API("A GSS-API Authentication Method for IKE", "ad2c0dd0b9c32083ccba25b8861ec455"),
    GSS_API_SHORT("GSSAPI", "621b04bb09882ac1e15935fefa24aeee"),
    /// Windows; a number of its version follows.
    MICROSOFT("MS NT5 ISAKMPOAKLEY", "1e2b516905991c7d7c96fcbfb587e461"),
    NATT_00("draft-ietf-ipsec-nat-t-ike-00", "4485152d18b6bbcd0be8a8469579ddcc"),
    NATT_01("draft-ietf-ipsec-nat-t-ike-01", "16f6ca16e4a4066d83821a0f0aeaa862"),
    NATT_02("draft-ietf-ipsec-nat-t-ike-02", "cd60464335df21f87cfdb2fc68b6a448"),
    /// The octets that draft 02 prints by mistake, and that Windows and Cisco took from there.
    NATT_02_NEWLINE("draft-ietf-ipsec-nat-t-ike-02\n", "90cb80913ebb696e086381b5ec427b1f"),
    NATT_03("draft-ietf-ipsec-nat-t-ike-03", "7d9419a65310ca6f2c179d9215529d56"),
    NATT_04("draft-ietf-ipsec-nat-t-ike-04", "9909b64eed937c6573de52ace952fa6b"),
    NATT_05("draft-ietf-ipsec-nat-t-ike-05", "80d0bb3def54565ee84645d4c85ce3ee"),
    NATT_06("draft-ietf-ipsec-nat-t-ike-06", "4d1e0e136deafa34c4f3ea9f02ec7285"),
    NATT_07("draft-ietf-ipsec-nat-t-ike-07", "439b59f8ba676c4c7737ae22eab8f582"),
    NATT_08("draft-ietf-ipsec-nat-t-ike-08", "8f8d83826d246b6fc7a8a6a428c11de8"),
    NATT_RFC("RFC 3947", "4a131c81070358455c5728f20e95452f"),
    /// The first half of the MD5.
    XAUTH("draft-ietf-ipsra-isakmp-xauth-06.txt", "09002689dfd6b712"),
    /// The MD5 with a version of 1.0 in its last two octets.
    UNITY("CISCO-UNITY", "12f5f28c457168a9702d9fe274cc0100"),
    /// Four octets of capabilities follow: see [#fragmentation].
    FRAGMENTATION("FRAGMENTATION", "4048b7d56ebce88525e7de7f00d6c2d3"),
    /// RFC 3706 5.1, version 1.0.
    DPD("DPD", "afcad71368a1f1c96b8696fc77570100"),
    KAME("KAME/racoon", "7003cbc1097dbe9c2600ba6983bc8b35"),

    // what racoon calls unknown; no announcement below changes what we do
    NATT_UNNUMBERED("draft-ietf-ipsec-nat-t-ike", "4df37928e9fc4fd1b3262170d515c662"),
    NATT_STENBERG_01("draft-stenberg-ipsec-nat-traversal-01", "27bab5dc01ea0760ea4e3190ac27c0d0"),
    NATT_STENBERG_02("draft-stenberg-ipsec-nat-traversal-02", "6105c422e76847e43f9684801292aecd"),
    NATT_HUTTUNEN("draft-huttunen-ipsec-esp-in-udp-00.txt", "6a7434c19d7e36348090a02334c9c805"),
    ESP_THROUGH_NAT("ESPThruNAT", "50760f624c63e5c53eea386c685ca083"),
    INITIAL_CONTACT("Vid-Initial-Contact", "26244d38eddb61b3172a36e3d0cfb819"),
    MICROSOFT_CGA("IKE CGA version 1", "e3a5966a76379fe707228231e5ce8652"),
    MICROSOFT_DISCOVERY("MS-Negotiation Discovery Capable", "fb1de3cdf341b7ea16b7e5be0855f120"),
    MICROSOFT_AUTHIP("MS-MamieExists", "214ca4faffa7f32d6748e5303395ae83"),
    MICROSOFT_REALM("MSFT IPsec Security Realm Id", "686a8cbdfe634b405146fb2baf33e9e8"),
    STRONGSWAN("strongSwan", "882fe56d6fd20dbc2251613b2ebe5beb"),
    /// "OE-Libreswan-"; the version follows, or the MD5 of it.
    LIBRESWAN("Libreswan", "4f452d4c696272657377616e2d"),
    SSH_SENTINEL("SSH Sentinel", "054182a07c7ae206f9d2cf9d2432c482"),
    SSH_SENTINEL_1_1("SSH Sentinel 1.1", "b91623e693ca18a54c6a2778552305e8"),
    SSH_SENTINEL_1_2("SSH Sentinel 1.2", "5430888de01a31a6fa8f60224e449958"),
    SSH_SENTINEL_1_3("SSH Sentinel 1.3", "7ee5cb85f71ce259c94a5c731ee4e752"),
    SSH_SENTINEL_1_4("SSH Sentinel 1.4", "63d9a1a7009491b5a0a6fdeb2a8284f0"),
    SSH_SENTINEL_1_4_1("SSH Sentinel 1.4.1", "eb4b0d96276b4e220ad16221a7b2a5e6"),
    /// Cisco's VPN 3000: MD5 of "ALTIGA GATEWAY" but for the last two octets, its version.
    CISCO_CONCENTRATOR("CISCO-CONCENTRATOR", "1f07f70eaa6514d3b0fa96542a50"),
    CISCO_DELETE_REASON("CISCO-DELETE-REASON", "434953434f2d44454c4554452d524541534f4e"),
    CISCO_DYNAMIC_ROUTE("CISCO-DYNAMIC-ROUTE", "434953434f2d44594e414d49432d524f555445"),
    CISCO_VPN_REV_02("CISCOVPN-REV-02", "434953434f56504e2d5245562d3032"),
    FLEXVPN("FLEXVPN-SUPPORTED", "464c455856504e2d535550504f52544544"),
    CHECK_POINT("CheckPoint", "f4ed19e0c114eb516faaac0ee37daf2807b4381f"),
    /// Netscreen and Juniper; a number of what it can do follows.
    NETSCREEN_HEARTBEAT("HeartBeat_Notify", "4865617274426561745f4e6f74696679"),
    FORTINET("Fortinet Endpoint Control", "b4f01ca951e9da8d0bafbbd34ad3044e"),
    SHREW_SOFT("Shrew Soft", "f14b94b7bff1fef02773b8c49feded26"),
    TIMESTEP("TIMESTEP", "54494d4553544550");

    // spotless:on

    /// Of the capabilities behind [#FRAGMENTATION]: in main mode, and in aggressive mode too.
    public static final int FRAGMENTS_MAIN_MODE = 0x8000_0000;

    /// Of the capabilities behind [#FRAGMENTATION].
    public static final int FRAGMENTS_BASE_MODE = 0x4000_0000;

    private static final int CAPABILITIES = 4;

    private static final List<VendorId> ALL = List.of(values());

    private final String text;
    private final Bytes octets;

    VendorId(String text, String hex) {
        this.text = text;
        this.octets = Bytes.ofHex(hex);
    }

    /// Whose it is, if anybody's we know.
    ///
    /// @param body of a Vendor ID payload
    public static Optional<VendorId> of(Bytes body) {
        return ALL.stream().filter(known -> known.begins(body)).findFirst();
    }

    /// What to log of a Vendor ID payload: racoon's line, at level INFO if somebody's that
    /// [#isRacoons] and else at level DEBUG, followed by a dump of the octets. What racoon takes
    /// for Microsoft's is whatever is longer than it expects; FRAGMENTATION always is.
    public static String logText(Bytes body) {
        VendorId known = of(body).orElse(null);
        if (known == null) {
            return "received unknown Vendor ID";
        }
        if (!known.isRacoons()) {
            return "received unknown Vendor ID: " + known.text;
        }
        return known.octets.length() < body.length()
                ? "received broken Microsoft ID: " + known.text
                : "received Vendor ID: " + known.text;
    }

    /// The capabilities behind [#FRAGMENTATION]; 0 where there are none.
    ///
    /// @param body of a Vendor ID payload that [#of] says is of FRAGMENTATION
    public static int fragmentation(Bytes body) {
        int at = FRAGMENTATION.octets.length();
        return body.length() >= at + CAPABILITIES ? body.buffer().getInt(at) : 0;
    }

    /// As racoon logs it; of those that racoon does not know, as their makers say it.
    public String text() {
        return text;
    }

    /// The octets we know, which are those to send if nothing has to follow.
    public Bytes octets() {
        return octets;
    }

    /// The payload that announces it.
    public Payload.Vendor payload() {
        return new Payload.Vendor(octets);
    }

    /// The payload that announces [#FRAGMENTATION].
    ///
    /// @param capabilities of [#FRAGMENTS_MAIN_MODE] and [#FRAGMENTS_BASE_MODE]
    public static Payload.Vendor fragmentationPayload(int capabilities) {
        byte[] body =
                Arrays.copyOf(
                        FRAGMENTATION.octets.toArray(),
                        FRAGMENTATION.octets.length() + CAPABILITIES);
        ByteBuffer.wrap(body).putInt(FRAGMENTATION.octets.length(), capabilities);
        return new Payload.Vendor(Bytes.of(body));
    }

    /// Whether racoon knows it, and so logs it by name.
    public boolean isRacoons() {
        return compareTo(KAME) <= 0;
    }

    private boolean begins(Bytes body) {
        return body.length() >= octets.length()
                && body.buffer().limit(octets.length()).equals(octets.buffer());
    }
}

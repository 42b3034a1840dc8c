package org.jipsec.dataplane;

/// Every way in which a packet is not let through: a stable name for counters and a sentence for
/// people.
public enum DropReason {
    // The packet is not IP as RFC 791, RFC 8200 have it.
    EMPTY_PACKET("empty-packet", "The packet has no octets."),
    BAD_VERSION("bad-version", "The packet is neither IPv4 nor IPv6."),
    TRUNCATED_HEADER("truncated-header", "The packet ends within its headers."),
    BAD_HEADER_LENGTH(
            "bad-header-length", "The IPv4 header says that it is shorter than 20 octets."),
    BAD_TOTAL_LENGTH(
            "bad-total-length",
            "The IP header announces more octets than came, or fewer than it has itself."),
    HEADER_CHECKSUM("header-checksum", "The checksum of the IPv4 header is wrong."),
    BAD_IP_OPTIONS(
            "bad-ip-options",
            "An option in the IPv4 header or an IPv6 extension header is malformed."),
    TOO_MANY_EXTENSION_HEADERS(
            "too-many-extension-headers", "The packet has more than 16 IPv6 extension headers."),

    BAD_OFFLOAD(
            "bad-offload",
            "What the kernel says of a packet that it leaves to us to cut or to checksum"
                    + " contradicts the packet."),

    // Fragments.
    BAD_FRAGMENT(
            "bad-fragment",
            "A fragment is empty, not a multiple of 8 octets long though not the last, ends past"
                    + " 65535, or has two fragment headers."),
    FRAGMENT_OVERLAP(
            "fragment-overlap",
            "Fragments of a packet overlap (RFC 5722); the packet is given up."),
    FRAGMENT_DUPLICATE("fragment-duplicate", "The fragment came before."),
    REASSEMBLY_FULL(
            "reassembly-full",
            "Too many fragmented packets are being put together at the same time; the oldest was"
                    + " given up."),
    REASSEMBLY_TIMEOUT(
            "reassembly-timeout", "The rest of a fragmented packet did not come in time."),
    REASSEMBLED_TOO_LARGE(
            "reassembled-too-large", "The fragments make a packet larger than a buffer."),
    FRAGMENT_ECN(
            "fragment-ecn",
            "One fragment reports congestion, another is of a transport that does not know ECN (RFC"
                    + " 3168 5.3)."),

    // Encapsulation in UDP.
    BAD_UDP_LENGTH("bad-udp-length", "The length in the UDP header of encapsulated ESP is wrong."),
    UDP_CHECKSUM("udp-checksum", "The checksum of an encapsulating UDP datagram is wrong."),
    ENCAPSULATION_MISMATCH(
            "encapsulation-mismatch",
            "ESP came in UDP for an SA without UDP encapsulation, or the other way round."),

    NO_IKE("no-ike", "The datagram is for an IKE daemon, and none is attached."),

    // Finding the SA.
    NO_SA("no-sa", "No SA has the packet's SPI."),
    SA_NOT_MATURE("sa-not-mature", "The SA has no keys yet."),
    SA_UNUSABLE("sa-unusable", "The SA's algorithms or keys cannot be run here."),
    SA_EXPIRED("sa-expired", "A hard lifetime of the SA is over."),
    SA_SELECTOR_MISMATCH(
            "sa-selector-mismatch", "The packet's source is not the one that the SA was made for."),
    TOO_MANY_TRANSFORMATIONS(
            "too-many-transformations",
            "The packet has, or its policy asks for, more than 6 nested headers of ESP, AH and"
                    + " IPComp."),

    // Replay and integrity.
    REPLAYED("replayed", "The sequence number was seen before."),
    BEFORE_WINDOW("before-window", "The sequence number is older than the replay window."),
    SEQUENCE_ZERO("sequence-zero", "The sequence number is 0, which no packet may have."),
    BAD_ICV(
            "bad-icv",
            "The integrity check value is wrong: the packet was forged or damaged, or the keys"
                    + " differ."),

    // The form of ESP, AH, IPComp.
    TRUNCATED_ESP("truncated-esp", "The packet ends within ESP's header, IV, trailer or ICV."),
    ESP_LENGTH("esp-length", "The ciphertext of ESP is not a multiple of the cipher's block."),
    ESP_PAD_LENGTH("esp-pad-length", "ESP's padding is longer than what was decrypted."),
    ESP_PADDING("esp-padding", "ESP's padding is not 1, 2, 3 and so on: most often a wrong key."),
    TRUNCATED_AH("truncated-ah", "The packet ends within the authentication header."),
    AH_LENGTH("ah-length", "The length of the authentication header does not fit its SA."),
    TRUNCATED_IPCOMP("truncated-ipcomp", "The packet ends within the IPComp header."),
    IPCOMP_DATA("ipcomp-data", "The compressed payload cannot be decompressed."),
    IPCOMP_TOO_LARGE(
            "ipcomp-too-large",
            "The decompressed packet is larger than an IP packet, or a buffer, can be."),
    DUMMY_PACKET(
            "dummy-packet",
            "The packet is one of ESP's dummies, sent to hide traffic (RFC 4303 2.6)."),
    MODE_MISMATCH("mode-mismatch", "The payload of a tunnel SA is not an IP packet."),
    ECN_MISMATCH(
            "ecn-mismatch",
            "The outer header reports congestion to a transport that does not know ECN (RFC 6040"
                    + " 4.2)."),

    // The policy.
    POLICY_DISCARD("policy-discard", "The packet's policy is to discard it."),
    POLICY_UNPROTECTED(
            "policy-unprotected",
            "The packet came without the protection that its policy asks for."),
    POLICY_UNWANTED_TUNNEL(
            "policy-unwanted-tunnel",
            "The packet came through a tunnel that no policy foresees for it."),

    CLEAR_TEXT_FORBIDDEN(
            "clear-text-forbidden",
            "The packet came in clear though its policy wants it protected; the host's filter"
                    + " dropped it."),

    NOT_OURS(
            "not-ours",
            "The packet came in clear by a socket for protected ones; the host has it already."),

    // Passing on.
    NOT_FORWARDING("not-forwarding", "The packet is for another host, and this one is no gateway."),
    HOP_LIMIT("hop-limit", "The packet has passed as many gateways as it may."),

    // Waiting for an SA.
    HOLD_FULL(
            "hold-full",
            "The packet needs an SA that was asked for, and too many packets wait for it already."),
    ACQUIRE_TIMEOUT(
            "acquire-timeout", "The SA that the packet waited for did not come within 30 seconds."),
    ACQUIRE_REFUSED(
            "acquire-refused",
            "A key manager has refused to make the SA that the packet needs; it is asked again 30"
                    + " seconds after it was asked."),

    // Sending.
    SEQUENCE_OVERFLOW("sequence-overflow", "The SA has no sequence numbers left."),
    PACKET_TOO_BIG(
            "packet-too-big",
            "The protected packet is larger than the path's MTU; its sender was told."),
    OVERSIZED("oversized", "The protected packet would be longer than 65535 octets."),
    FAMILY_MISMATCH("family-mismatch", "A transport SA is of another IP version than the packet."),
    NOT_SENT("not-sent", "The kernel did not take the packet for the wire."),
    NOT_DELIVERED(
            "not-delivered",
            "The kernel did not take the packet for the host: jipsec's device is down, or memory is"
                    + " short."),
    BUFFER_TOO_SMALL(
            "buffer-too-small", "There is no room left in the packet's buffer for the headers.");

    private final String word;
    private final String sentence;

    DropReason(String word, String sentence) {
        this.word = word;
        this.sentence = sentence;
    }

    /// Lower case with hyphens; never changes.
    public String word() {
        return word;
    }

    /// What it means, with a full stop.
    public String sentence() {
        return sentence;
    }
}

package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/// The payloads of RFC 2408 section 3 and of its extensions. A value that was decoded is well
/// formed, though not yet believed.
///
/// [#body] is what stands behind the generic header: the `_b` values that HASH_I and HASH_R cover.
/// It is exactly what was received.
public sealed interface Payload {
    PayloadType type();

    /// The type octet that announces it.
    default int number() {
        return type().number();
    }

    /// Its octets without the generic header.
    Bytes body();

    /// Security Association (RFC 2408 3.4, RFC 2407 4.6.1).
    ///
    /// @param doi [#DOI_IPSEC], else `proposals` is empty: another domain lays them out elsewhere
    /// @param situation [#IDENTITY_ONLY], else `proposals` is empty
    /// @param proposals in the order of the wire, their numbers ascending; at least one
    /// @param body all of it
    record Sa(long doi, long situation, List<Proposal> proposals, Bytes body) implements Payload {
        /// The generic domain of ISAKMP itself.
        public static final int DOI_ISAKMP = 0;

        /// RFC 2407.
        public static final int DOI_IPSEC = 1;

        /// The situation without labels: the only one in use.
        public static final int IDENTITY_ONLY = 1;

        public Sa {
            proposals = List.copyOf(proposals);
        }

        /// Of the IPsec domain, with identities only.
        public static Sa of(List<Proposal> proposals) {
            return SaCodec.encode(proposals);
        }

        @Override
        public PayloadType type() {
            return PayloadType.SA;
        }
    }

    /// @param body the sender's DH public value, big-endian; not empty, of any length
    record KeyExchange(Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.KEY_EXCHANGE;
        }
    }

    /// @param body 8 to 256 octets (RFC 2409 5)
    record Nonce(Bytes body) implements Payload {
        public static final int SHORTEST = 8;
        public static final int LONGEST = 256;

        @Override
        public PayloadType type() {
            return PayloadType.NONCE;
        }
    }

    /// Identification (RFC 2407 4.6.2). Addresses have the length of their type, subnets a mask
    /// without gaps.
    ///
    /// @param kind 0..255, one of [IdentificationType] or not
    /// @param protocol of IP, 0 for any
    /// @param port 0 for any
    record Identification(int kind, int protocol, int port, Bytes value) implements Payload {
        public Identification {
            Octets.check("identification type", kind);
            Octets.check("protocol", protocol);
            Octets.checkTwo("port", port);
        }

        @Override
        public PayloadType type() {
            return PayloadType.IDENTIFICATION;
        }

        @Override
        public Bytes body() {
            return Bytes.of(
                    ByteBuffer.allocate(4 + value.length())
                            .put((byte) kind)
                            .put((byte) protocol)
                            .putShort((short) port)
                            .put(value.buffer())
                            .array());
        }
    }

    /// @param encoding 0..255, one of [CertificateEncoding] or not
    /// @param value not empty
    record Certificate(int encoding, Bytes value) implements Payload {
        public Certificate {
            Octets.check("encoding", encoding);
        }

        @Override
        public PayloadType type() {
            return PayloadType.CERTIFICATE;
        }

        @Override
        public Bytes body() {
            return prefixed(encoding, value);
        }
    }

    /// @param encoding 0..255, one of [CertificateEncoding] or not
    /// @param authority whose certificates are wanted (DER name), or empty: any
    record CertificateRequest(int encoding, Bytes authority) implements Payload {
        public CertificateRequest {
            Octets.check("encoding", encoding);
        }

        @Override
        public PayloadType type() {
            return PayloadType.CERTIFICATE_REQUEST;
        }

        @Override
        public Bytes body() {
            return prefixed(encoding, authority);
        }
    }

    /// @param body not empty
    record Hash(Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.HASH;
        }
    }

    /// @param body not empty
    record Signature(Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.SIGNATURE;
        }
    }

    /// @param doi 0 or 1 as a rule
    /// @param protocol 0..255, one of [Protocol] or not
    /// @param spi 0..255 octets; both cookies where it is about an ISAKMP SA
    /// @param code 0..65535, one of [NotifyType] or not
    record Notify(long doi, int protocol, Bytes spi, int code, Bytes data) implements Payload {
        private static final int FIXED = 8;

        public Notify {
            Octets.check("protocol", protocol);
            Octets.check("SPI length", spi.length());
            Octets.checkTwo("notify type", code);
        }

        /// Of the IPsec domain.
        public static Notify of(Protocol protocol, Bytes spi, NotifyType type, Bytes data) {
            return new Notify(Sa.DOI_IPSEC, protocol.number(), spi, type.number(), data);
        }

        public boolean is(NotifyType asked) {
            return code == asked.number();
        }

        /// The number of a dead peer detection message; empty where the data are not four octets.
        public OptionalLong sequence() {
            return data.length() == 4
                    ? OptionalLong.of(data.buffer().getInt() & 0xffff_ffffL)
                    : OptionalLong.empty();
        }

        @Override
        public PayloadType type() {
            return PayloadType.NOTIFY;
        }

        @Override
        public Bytes body() {
            return Bytes.of(
                    ByteBuffer.allocate(FIXED + spi.length() + data.length())
                            .putInt((int) doi)
                            .put((byte) protocol)
                            .put((byte) spi.length())
                            .putShort((short) code)
                            .put(spi.buffer())
                            .put(data.buffer())
                            .array());
        }
    }

    /// @param protocol 0..255, one of [Protocol] or not
    /// @param spiLength of each SPI, 0..255 octets
    /// @param spis at most [Bounds#SPIS]
    record Delete(long doi, int protocol, int spiLength, List<Bytes> spis) implements Payload {
        private static final int FIXED = 8;

        public Delete {
            Octets.check("protocol", protocol);
            Octets.check("SPI length", spiLength);
            spis = List.copyOf(spis);
            if (!spis.stream().allMatch(spi -> spi.length() == spiLength)) {
                throw new IllegalArgumentException("SPIs of " + spiLength + " octets: " + spis);
            }
        }

        /// Of the IPsec domain.
        public static Delete of(Protocol protocol, Bytes spi) {
            return new Delete(Sa.DOI_IPSEC, protocol.number(), spi.length(), List.of(spi));
        }

        @Override
        public PayloadType type() {
            return PayloadType.DELETE;
        }

        @Override
        public Bytes body() {
            ByteBuffer out =
                    ByteBuffer.allocate(FIXED + spis.size() * spiLength)
                            .putInt((int) doi)
                            .put((byte) protocol)
                            .put((byte) spiLength)
                            .putShort((short) spis.size());
            spis.forEach(spi -> out.put(spi.buffer()));
            return Bytes.of(out.array());
        }
    }

    /// For whose it is see [VendorId].
    record Vendor(Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.VENDOR_ID;
        }
    }

    /// Mode config and XAUTH (draft-dukes-ike-mode-cfg 3.2).
    ///
    /// @param kind 0..255, one of [ConfigKind] or not
    /// @param identifier 0..65535: ties a reply to its request
    record Attributes(int kind, int identifier, List<Attribute> attributes) implements Payload {
        private static final int FIXED = 4;

        public Attributes {
            Octets.check("kind", kind);
            Octets.checkTwo("identifier", identifier);
            attributes = List.copyOf(attributes);
        }

        @Override
        public PayloadType type() {
            return PayloadType.ATTRIBUTES;
        }

        @Override
        public Bytes body() {
            ByteBuffer out =
                    ByteBuffer.allocate(FIXED + AttributeCodec.length(attributes))
                            .put((byte) kind)
                            .put((byte) 0)
                            .putShort((short) identifier);
            AttributeCodec.encode(attributes, out);
            return Bytes.of(out.array());
        }
    }

    /// NAT-D (RFC 3947 3.2): the hash of an address and port.
    ///
    /// @param version whose number it came with
    /// @param body not empty
    record NatDetection(NattVersion version, Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.NAT_DETECTION;
        }

        @Override
        public int number() {
            return version.detection();
        }
    }

    /// NAT-OA (RFC 3947 5.2): an address as the sender sees it.
    ///
    /// @param version whose number it came with
    /// @param address 4 or 16 octets
    record NatOriginalAddress(NattVersion version, Bytes address) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.NAT_ORIGINAL_ADDRESS;
        }

        @Override
        public int number() {
            return version.originalAddress();
        }

        @Override
        public Bytes body() {
            IdentificationType kind =
                    address.length() == 4
                            ? IdentificationType.IPV4_ADDRESS
                            : IdentificationType.IPV6_ADDRESS;
            return Bytes.of(
                    ByteBuffer.allocate(4 + address.length())
                            .put((byte) kind.number())
                            .put(new byte[3]) // reserved
                            .put(address.buffer())
                            .array());
        }
    }

    /// A token of GSS-API (draft-ietf-ipsec-isakmp-gss-auth).
    record Gss(Bytes body) implements Payload {
        @Override
        public PayloadType type() {
            return PayloadType.GSS;
        }
    }

    /// A piece of a message; always alone behind its header.
    ///
    /// @param id 0..65535 of the message, racoon's is always 1
    /// @param index 1..255, of the piece
    /// @param flags 0..255, [#LAST] or not
    /// @param data not empty
    record Fragment(int id, int index, int flags, Bytes data) implements Payload {
        /// The flag of the piece with the highest index.
        public static final int LAST = 1;

        static final int FIXED = 4;

        public Fragment {
            Octets.checkTwo("fragment id", id);
            Octets.check("fragment number", index);
            Octets.check("fragment flags", flags);
        }

        public boolean isLast() {
            return (flags & LAST) != 0;
        }

        @Override
        public PayloadType type() {
            return PayloadType.FRAGMENT;
        }

        @Override
        public Bytes body() {
            return Bytes.of(
                    ByteBuffer.allocate(FIXED + data.length())
                            .putShort((short) id)
                            .put((byte) index)
                            .put((byte) flags)
                            .put(data.buffer())
                            .array());
        }
    }

    /// Of a type that we do not know: kept as it came, so that it can be logged and hashed.
    ///
    /// @param number 1..255
    record Unknown(int number, Bytes body) implements Payload {
        public Unknown {
            Octets.check("payload type", number);
        }

        @Override
        public PayloadType type() {
            return PayloadType.UNKNOWN;
        }
    }

    private static Bytes prefixed(int first, Bytes rest) {
        return Bytes.of(
                ByteBuffer.allocate(1 + rest.length())
                        .put((byte) first)
                        .put(rest.buffer())
                        .array());
    }
}

package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The body of one payload, by its type.
final class PayloadCodec {
    private PayloadCodec() {}

    /// @param number the payload's type
    /// @param in a view of its body
    static Payload decode(int number, ByteBuffer in) throws WireException {
        return switch (PayloadType.of(number)) {
            case SA -> SaCodec.decode(in);
            case PROPOSAL, TRANSFORM ->
                    throw new WireException(
                            in.position() - GenericHeader.LENGTH,
                            PayloadType.text(number) + " payload outside an SA payload");
            case KEY_EXCHANGE -> new Payload.KeyExchange(filled("key exchange", in));
            case IDENTIFICATION -> identification(in);
            case CERTIFICATE -> new Payload.Certificate(Wire.u8(in), filled("certificate", in));
            case CERTIFICATE_REQUEST -> new Payload.CertificateRequest(Wire.u8(in), Bytes.rest(in));
            case HASH -> new Payload.Hash(filled("hash", in));
            case SIGNATURE -> new Payload.Signature(filled("signature", in));
            case NONCE -> nonce(in);
            case NOTIFY -> notify(in);
            case DELETE -> delete(in);
            case VENDOR_ID -> new Payload.Vendor(Bytes.rest(in));
            case ATTRIBUTES -> attributes(in);
            case NAT_DETECTION ->
                    new Payload.NatDetection(version(number), filled("NAT-D hash", in));
            case NAT_ORIGINAL_ADDRESS -> originalAddress(version(number), in);
            case GSS -> new Payload.Gss(Bytes.rest(in));
            case FRAGMENT -> fragment(in);
            case UNKNOWN -> new Payload.Unknown(number, Bytes.rest(in));
        };
    }

    private static Bytes filled(String what, ByteBuffer in) throws WireException {
        if (!in.hasRemaining()) {
            throw new WireException(in.position(), "empty " + what);
        }
        return Bytes.rest(in);
    }

    private static Payload.Nonce nonce(ByteBuffer in) throws WireException {
        int length = in.remaining();
        if (length < Payload.Nonce.SHORTEST || length > Payload.Nonce.LONGEST) {
            throw new WireException(
                    in.position(), "nonce of " + length + " octets: RFC 2409 wants 8 to 256");
        }
        return new Payload.Nonce(Bytes.rest(in));
    }

    private static Payload.Identification identification(ByteBuffer in) throws WireException {
        int start = in.position();
        int kind = Wire.u8(in);
        int protocol = Wire.u8(in);
        int port = Wire.u16(in);
        int at = in.position();
        Bytes value = Bytes.rest(in);
        IdentificationType known = IdentificationType.of(kind).orElse(null);
        if (known != null) {
            int wanted =
                    switch (known) {
                        case IPV4_ADDRESS -> 4;
                        case IPV4_SUBNET, IPV4_RANGE -> 8;
                        case IPV6_ADDRESS -> 16;
                        case IPV6_SUBNET, IPV6_RANGE -> 32;
                        case FQDN, USER_FQDN, DER_ASN1_DN, DER_ASN1_GN, KEY_ID -> value.length();
                    };
            if (value.length() != wanted) {
                throw new WireException(
                        start,
                        "%s of %d octets instead of %d"
                                .formatted(known.text(), value.length(), wanted));
            }
            if ((known == IdentificationType.IPV4_SUBNET || known == IdentificationType.IPV6_SUBNET)
                    && !isMask(value, wanted / 2)) {
                throw new WireException(at + wanted / 2, "subnet mask with gaps");
            }
        }
        return new Payload.Identification(kind, protocol, port, value);
    }

    /// Whether the octets from `from` on are ones and then zeros, bit by bit.
    private static boolean isMask(Bytes value, int from) {
        boolean ended = false;
        for (int bit = from * 8; bit < value.length() * 8; bit++) {
            boolean one = (value.u8(bit / 8) >> 7 - bit % 8 & 1) != 0;
            if (one && ended) {
                return false;
            }
            ended |= !one;
        }
        return true;
    }

    private static Payload.Notify notify(ByteBuffer in) throws WireException {
        long doi = Wire.u32(in);
        int protocol = Wire.u8(in);
        int at = in.position();
        int spiLength = Wire.u8(in);
        int code = Wire.u16(in);
        if (spiLength > in.remaining()) {
            throw new WireException(
                    at, "SPI of " + spiLength + " octets, " + in.remaining() + " are left");
        }
        Bytes spi = Bytes.rest(Views.take(in, spiLength));
        return new Payload.Notify(doi, protocol, spi, code, Bytes.rest(in));
    }

    private static Payload.Delete delete(ByteBuffer in) throws WireException {
        long doi = Wire.u32(in);
        int protocol = Wire.u8(in);
        int at = in.position();
        int spiLength = Wire.u8(in);
        int count = Wire.u16(in);
        if (count > Bounds.SPIS) {
            throw new WireException(at + 1, count + " SPIs, at most " + Bounds.SPIS + " are read");
        }
        if (count * spiLength != in.remaining()) {
            throw new WireException(
                    at,
                    "%d SPIs of %d octets do not fill %d octets"
                            .formatted(count, spiLength, in.remaining()));
        }
        List<Bytes> spis = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            spis.add(Bytes.rest(Views.take(in, spiLength)));
        }
        return new Payload.Delete(doi, protocol, spiLength, spis);
    }

    private static Payload.Attributes attributes(ByteBuffer in) throws WireException {
        int kind = Wire.u8(in);
        Wire.u8(in); // reserved
        int identifier = Wire.u16(in);
        return new Payload.Attributes(
                kind, identifier, AttributeCodec.decode(in, Bounds.CONFIG_ATTRIBUTES));
    }

    private static Payload.NatOriginalAddress originalAddress(NattVersion version, ByteBuffer in)
            throws WireException {
        int start = in.position();
        int kind = Wire.u8(in);
        Wire.skip(in, 3); // reserved
        int wanted;
        if (kind == IdentificationType.IPV4_ADDRESS.number()) {
            wanted = 4;
        } else if (kind == IdentificationType.IPV6_ADDRESS.number()) {
            wanted = 16;
        } else {
            throw new WireException(start, "original address of type " + kind);
        }
        if (in.remaining() != wanted) {
            throw new WireException(
                    start,
                    "original address of %d octets instead of %d"
                            .formatted(in.remaining(), wanted));
        }
        return new Payload.NatOriginalAddress(version, Bytes.rest(in));
    }

    private static Payload.Fragment fragment(ByteBuffer in) throws WireException {
        int id = Wire.u16(in);
        int at = in.position();
        int index = Wire.u8(in);
        int flags = Wire.u8(in);
        if (index == 0) {
            throw new WireException(at, "fragment number 0: they count from 1");
        }
        return new Payload.Fragment(id, index, flags, filled("fragment", in)); // CVE-2009-1574
    }

    private static NattVersion version(int number) {
        for (NattVersion version : NattVersion.values()) {
            if (version.detection() == number || version.originalAddress() == number) {
                return version;
            }
        }
        throw new IllegalStateException("payload type " + number + " is none of NAT traversal's");
    }
}

package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The Security Association payload and the payloads inside it (RFC 2408 3.4 to 3.6):
/// ```
/// DOI (4)  situation (4)
///   next (1) reserved (1) length (2)  number (1) protocol (1) SPI length (1) transforms (1)  SPI
///     next (1) reserved (1) length (2)  number (1) id (1) reserved (2)  attributes
/// ```
final class SaCodec {
    private static final int PROPOSAL = 2;
    private static final int TRANSFORM = 3;
    private static final int FIXED = 8;

    private SaCodec() {}

    /// @param in a view of the body, which is consumed
    static Payload.Sa decode(ByteBuffer in) throws WireException {
        Bytes body = Bytes.rest(in.duplicate());
        long doi = Wire.u32(in);
        long situation = Wire.u32(in);
        if (doi != Payload.Sa.DOI_IPSEC || situation != Payload.Sa.IDENTITY_ONLY) {
            in.position(in.limit()); // labels stand before the proposals, or who knows what
            return new Payload.Sa(doi, situation, List.of(), body);
        }
        return new Payload.Sa(doi, situation, proposals(in), body);
    }

    private static List<Proposal> proposals(ByteBuffer in) throws WireException {
        List<Proposal> proposals = new ArrayList<>();
        int transforms = 0;
        int type = PROPOSAL;
        while (type != PayloadType.NONE) {
            int start = in.position();
            if (type != PROPOSAL) {
                throw new WireException(start, "payload type " + type + " among proposals");
            }
            if (proposals.size() == Bounds.PROPOSALS) {
                throw new WireException(start, "more than " + Bounds.PROPOSALS + " proposals");
            }
            GenericHeader header = GenericHeader.read(in);
            Proposal proposal = proposal(header.body(), Bounds.TRANSFORMS - transforms);
            if (!proposals.isEmpty() && proposal.number() < proposals.getLast().number()) {
                throw new WireException(
                        start + GenericHeader.LENGTH,
                        "proposal %d stands behind proposal %d"
                                .formatted(proposal.number(), proposals.getLast().number()));
            }
            proposals.add(proposal);
            transforms += proposal.transforms().size();
            type = header.next();
        }
        if (in.hasRemaining()) {
            throw new WireException(in.position(), "octets behind the last proposal");
        }
        return proposals;
    }

    private static Proposal proposal(ByteBuffer in, int most) throws WireException {
        int start = in.position();
        int number = Wire.u8(in);
        int protocol = Wire.u8(in);
        int spiLength = Wire.u8(in);
        int count = Wire.u8(in);
        if (count == 0) {
            throw new WireException(start + 3, "proposal without transforms");
        }
        if (spiLength > in.remaining()) {
            throw new WireException(
                    start + 2, "SPI of " + spiLength + " octets, " + in.remaining() + " are left");
        }
        Bytes spi = Bytes.rest(Views.take(in, spiLength));
        List<Transform> transforms = new ArrayList<>();
        int type = TRANSFORM;
        while (type != PayloadType.NONE) {
            if (type != TRANSFORM) {
                throw new WireException(
                        in.position(), "payload type " + type + " among transforms");
            }
            if (transforms.size() == count) {
                throw new WireException(
                        start + 3, "more transforms than the " + count + " announced");
            }
            if (transforms.size() == most) {
                throw new WireException(
                        in.position(), "more than " + Bounds.TRANSFORMS + " transforms");
            }
            GenericHeader header = GenericHeader.read(in);
            transforms.add(transform(header.body()));
            type = header.next();
        }
        if (transforms.size() != count) {
            throw new WireException(
                    start + 3, count + " transforms announced, there are " + transforms.size());
        }
        if (in.hasRemaining()) {
            throw new WireException(in.position(), "octets behind the last transform");
        }
        return new Proposal(number, protocol, spi, transforms);
    }

    private static Transform transform(ByteBuffer in) throws WireException {
        int number = Wire.u8(in);
        int id = Wire.u8(in);
        Wire.skip(in, 2); // reserved
        return new Transform(number, id, AttributeCodec.decode(in, Bounds.ATTRIBUTES));
    }

    static Payload.Sa encode(List<Proposal> proposals) {
        if (proposals.isEmpty()) {
            throw new IllegalArgumentException("an SA payload without proposals");
        }
        int length = FIXED;
        for (Proposal proposal : proposals) {
            length += GenericHeader.LENGTH + length(proposal);
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(Payload.Sa.DOI_IPSEC).putInt(Payload.Sa.IDENTITY_ONLY);
        for (int i = 0; i < proposals.size(); i++) {
            int next = i + 1 < proposals.size() ? PROPOSAL : PayloadType.NONE;
            encode(proposals.get(i), next, out);
        }
        return new Payload.Sa(
                Payload.Sa.DOI_IPSEC, Payload.Sa.IDENTITY_ONLY, proposals, Bytes.of(out.array()));
    }

    private static int length(Proposal proposal) {
        int length = 4 + proposal.spi().length();
        for (Transform transform : proposal.transforms()) {
            length += GenericHeader.LENGTH + length(transform);
        }
        return length;
    }

    private static int length(Transform transform) {
        return 4 + AttributeCodec.length(transform.attributes());
    }

    private static void encode(Proposal proposal, int next, ByteBuffer out) {
        List<Transform> transforms = proposal.transforms();
        GenericHeader.write(out, next, length(proposal));
        out.put((byte) proposal.number())
                .put((byte) proposal.protocol())
                .put((byte) proposal.spi().length())
                .put((byte) transforms.size())
                .put(proposal.spi().buffer());
        for (int i = 0; i < transforms.size(); i++) {
            Transform transform = transforms.get(i);
            GenericHeader.write(
                    out,
                    i + 1 < transforms.size() ? TRANSFORM : PayloadType.NONE,
                    length(transform));
            out.put((byte) transform.number()).put((byte) transform.id()).putShort((short) 0);
            AttributeCodec.encode(transform.attributes(), out);
        }
    }
}

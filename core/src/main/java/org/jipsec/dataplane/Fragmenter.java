package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

/// Cuts packets that are too large for their path (RFC 791 3.2, RFC 8200 4.5).
final class Fragmenter {
    private final IvSource ids;

    /// @param ids of fragmented IPv6 packets, which nobody may foresee (RFC 7739 5.3)
    Fragmenter(IvSource ids) {
        this.ids = ids;
    }

    /// Leaves the first fragment in `packet` and puts the others into the extras of `verdict`.
    /// Not for packets that say they may not be cut; a fragment of IPv4 is cut further, one of
    /// IPv6 is not.
    ///
    /// @param headers of `packet`
    /// @return null, or why it could not be done
    @Nullable DropReason cut(PacketBuffer packet, IpHeaders headers, int mtu, Verdict verdict) {
        if (packet.length() <= mtu) {
            return null;
        }
        boolean atomic = headers.fragmentHeader != 0;
        int prefix =
                headers.ipv4
                        ? headers.headerLength
                        : atomic ? headers.fragmentHeader : headers.insert;
        int front = headers.ipv4 ? prefix : prefix + 8;
        int piece = (mtu - front) / 8 * 8;
        if (piece < 8 || (!headers.ipv4 && headers.fragment)) {
            return DropReason.PACKET_TOO_BIG;
        }
        if (atomic) {
            // the header of a packet that was no fragment yet (RFC 6946): a second is none's
            ids.write(packet.array(), packet.offset() + prefix + 4, 4);
        } else if (!headers.ipv4) {
            if (packet.headroom() < 8) {
                return DropReason.BUFFER_TOO_SMALL;
            }
            addFragmentHeader(packet, headers);
        }
        int payload = packet.length() - front;
        boolean lastIsLast = !headers.moreFragments;
        for (int done = piece; done < payload; done += piece) {
            int size = Math.min(piece, payload - done);
            PacketBuffer extra = verdict.addExtra(mtu);
            System.arraycopy(packet.array(), packet.offset(), extra.array(), extra.offset(), front);
            System.arraycopy(
                    packet.array(),
                    packet.offset() + front + done,
                    extra.array(),
                    extra.offset() + front,
                    size);
            extra.length(front + size);
            boolean more = done + size < payload || !lastIsLast;
            finish(extra, headers, prefix, headers.fragmentOffset + done, more);
        }
        packet.trimEnd(payload - piece);
        finish(packet, headers, prefix, headers.fragmentOffset, true);
        return null;
    }

    private void addFragmentHeader(PacketBuffer packet, IpHeaders headers) {
        packet.insert(headers.insert, 8);
        byte[] octets = packet.array();
        int at = packet.offset() + headers.insert;
        octets[packet.offset() + headers.insertField] = IpHeaders.FRAGMENT;
        octets[at] = (byte) headers.insertProtocol;
        octets[at + 1] = 0;
        Octets.put16(octets, at + 2, 0);
        ids.write(octets, at + 4, 4);
    }

    private static void finish(
            PacketBuffer fragment, IpHeaders headers, int prefix, int offset, boolean more) {
        byte[] octets = fragment.array();
        int at = fragment.offset();
        if (headers.ipv4) {
            if (offset > 0 && headers.fragmentOffset == 0) {
                dropOptionsNotCopied(octets, at, headers.headerLength);
            }
            Octets.put16(octets, at + 6, offset / 8 | (more ? 0x2000 : 0));
            Octets.put16(octets, at + 2, fragment.length());
            IpHeaders.renewChecksum(octets, at);
        } else {
            Octets.put16(octets, at + prefix + 2, offset | (more ? 1 : 0));
            Octets.put16(octets, at + 4, fragment.length() - IpHeaders.IPV6_HEADER);
        }
    }

    /// Options without the copied flag go with the first fragment only (RFC 791 3.1); in the
    /// others their place is filled, so that the header keeps its length.
    private static void dropOptionsNotCopied(byte[] octets, int at, int headerLength) {
        int option = 20;
        while (option < headerLength) {
            int type = Octets.u8(octets, at + option);
            if (type <= 1) {
                option++;
                continue;
            }
            int size = option + 1 < headerLength ? Octets.u8(octets, at + option + 1) : 0;
            if (size < 2 || option + size > headerLength) {
                return;
            }
            if ((type & 0x80) == 0) {
                for (int i = 0; i < size; i++) {
                    octets[at + option + i] = 1;
                }
            }
            option += size;
        }
    }
}

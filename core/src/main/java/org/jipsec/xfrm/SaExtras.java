package org.jipsec.xfrm;

import org.jipsec.wire.Bytes;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an SA of the kernel has and the language cannot say: an update gives it back as it was.
///
/// @param selector `xfrm_selector`, which of the SA's packets it is for
/// @param flags `XFRM_STATE_*`
/// @param encapsulation of what ESP goes in, if it goes in anything: UDP, UDP in the way of the
///     first drafts, TCP
/// @param attributes by XFRMA_: marks, interface id, offload device and whatever else there is
record SaExtras(
        Bytes selector, int flags, int encapsulation, SortedMap<Integer, Bytes> attributes) {
    /// Of an SA that we make.
    static final SaExtras NONE =
            new SaExtras(Bytes.EMPTY, 0, Xfrm.UDP_ENCAP_ESPINUDP, new TreeMap<>());

    /// What an SA keeps of the larval one it replaces. The kernel gives that a selector of the two
    /// ends alone, which no packet within a tunnel fits.
    SaExtras ofNewSa() {
        return new SaExtras(Bytes.EMPTY, 0, Xfrm.UDP_ENCAP_ESPINUDP, attributes);
    }

    /// What a lookup must have beside address, protocol and SPI; empty for an SA without a mark.
    Optional<Bytes> mark() {
        return Optional.ofNullable(attributes.get(Xfrm.MARK));
    }

    /// `XFRM_SA_XFLAG_*`
    int moreFlags() {
        return number(attributes, Xfrm.SA_EXTRA_FLAGS);
    }

    private static int number(Map<Integer, Bytes> attributes, int type) {
        Bytes value = attributes.get(type);
        return value == null || value.length() < 4
                ? 0
                : Integer.reverseBytes(value.buffer().getInt());
    }
}

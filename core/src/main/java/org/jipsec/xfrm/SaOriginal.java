package org.jipsec.xfrm;

import org.jipsec.sadb.BackendPart;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.SortedMap;

/// An SA in the kernel's own octets, to make it again as it was, whoever made it.
///
/// @param info `xfrm_usersa_info`
/// @param attributes by XFRMA_, but for algorithms and what changes with each packet
/// @param algorithms by XFRMA_, of an SA with some that the language has no name for; keys are in
///     them
/// @param isWide whether its numbers come as `xfrm_replay_state_esn`
record SaOriginal(
        Bytes info,
        SortedMap<Integer, Bytes> attributes,
        SortedMap<Integer, Secret> algorithms,
        boolean isWide)
        implements BackendPart {
    @Override
    public String name() {
        Bytes mark = attributes.get(Xfrm.MARK);
        return mark == null ? "" : "mark " + mark.hex();
    }

    @Override
    public byte[] octets() {
        return Originals.octets(this);
    }

    @Override
    public String toString() {
        return name();
    }
}

package org.jipsec.os;

/// One of several sockets that receive the same protocol and share its packets, so that each comes
/// to one of them. Packets that must keep their order come to the same.
///
/// @param index 0 to `count - 1`; the first also gets what is too short to tell
/// @param count of sockets, 1 or more
public record Share(int index, int count) {
    /// One socket, which gets all.
    public static final Share ALL = new Share(0, 1);

    public Share {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException("share " + index + " of " + count);
        }
    }
}

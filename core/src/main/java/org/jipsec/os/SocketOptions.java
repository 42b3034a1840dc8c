package org.jipsec.os;

import java.util.Set;

/// How a [MessageSocket] is opened.
///
/// @param mark SO_MARK of all it sends, 0 for none; needs CAP_NET_ADMIN or CAP_NET_RAW
/// @param receiveBuffer in octets, 0 for the system's default. Beyond net.core.rmem_max only with
///     CAP_NET_ADMIN; without, as much as that allows
/// @param sendBuffer likewise
/// @param wanted of the offloads, those of UDP; what is refused is done without
public record SocketOptions(int mark, int receiveBuffer, int sendBuffer, Set<Offload> wanted) {
    /// No mark, the system's buffers, all offloads.
    public static final SocketOptions DEFAULT = new SocketOptions(0, 0, 0, Offload.all());

    public SocketOptions {
        wanted = Set.copyOf(wanted);
    }

    public SocketOptions withMark(int newMark) {
        return new SocketOptions(newMark, receiveBuffer, sendBuffer, wanted);
    }

    public SocketOptions withBuffers(int newReceiveBuffer, int newSendBuffer) {
        return new SocketOptions(mark, newReceiveBuffer, newSendBuffer, wanted);
    }

    public SocketOptions withOffloads(Set<Offload> newWanted) {
        return new SocketOptions(mark, receiveBuffer, sendBuffer, newWanted);
    }
}

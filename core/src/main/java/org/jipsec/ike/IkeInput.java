package org.jipsec.ike;

import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbReply;

import java.net.InetSocketAddress;
import java.util.List;

/// What comes to the engine.
public sealed interface IkeInput {
    record Received(UdpDatagram datagram) implements IkeInput {}

    /// The time of [IkeEngine#next] has come. More often does no harm.
    record Tick() implements IkeInput {}

    /// A [IkeEffect.Compute] is done.
    record Computed(long number, Computation.Result result) implements IkeInput {}

    /// A [IkeEffect.Ask] is answered; [SadbReply.Refused] with EIO when the channel broke.
    record Answered(long number, SadbReply reply) implements IkeInput {}

    /// The databases tell something.
    record Told(SadbEvent event) implements IkeInput {}

    /// The whole SPD: at the start, and whenever events may have been lost.
    record Policies(List<PolicySnapshot> policies) implements IkeInput {}

    /// Where we listen now; what was bound to another place ends.
    record Listening(List<ListeningPlace> places) implements IkeInput {}

    /// A configuration takes the old one's place; what runs keeps its own until it is renewed.
    record Reload(Settings settings) implements IkeInput {}

    /// An operator's wish.
    record Wanted(IkeWish wish) implements IkeInput {}

    /// The end: peers are told, SAs deleted. [IkeEffect.Finished] follows, at the latest a few
    /// seconds later.
    record Stop() implements IkeInput {}

    /// A bound socket.
    ///
    /// @param place its address, and port in host order
    /// @param udpEncapsulation whether ESP in UDP comes in there too, and a marker stands before
    /// what is sent from there
    record ListeningPlace(InetSocketAddress place, boolean udpEncapsulation) {}
}

package org.jipsec.ike;

import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.isakmp.NotifyType;
import org.jipsec.isakmp.PayloadChain;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// Whoever keeps the phase 1s and wants to know what becomes of them.
interface Phase1Owner {
    /// The responder's cookie is known.
    ///
    /// @param before with zero in its place
    void named(Phase1 phase1, Cookies before);

    /// Its peer has shown more than a first message.
    void proceeded(Phase1 phase1);

    /// Its peer, or we, go by other ports from now on.
    ///
    /// @param before the peer's address until now
    void moved(Phase1 phase1, InetAddress before);

    /// Its peer goes another way, which is proved: the SAs follow.
    void remapped(Phase1 phase1);

    /// A datagram was answered: when it comes again, so is it.
    void answered(Fingerprint datagram, InetSocketAddress from, List<UdpDatagram> answer);

    /// @param last the message that made it so
    void established(Phase1 phase1, PayloadChain last);

    void failed(Phase1 phase1, Failure failure);

    /// The peer is told that its message is no good.
    void tell(Phase1 phase1, NotifyType type);
}

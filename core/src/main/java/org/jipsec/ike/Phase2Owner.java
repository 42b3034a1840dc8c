package org.jipsec.ike;

import org.jipsec.ike.RecentDatagrams.Fingerprint;
import org.jipsec.isakmp.NotifyType;

import java.util.List;

/// Whoever keeps the phase 2s and wants to know what becomes of them.
interface Phase2Owner {
    /// A datagram was answered: when it comes again, so is it.
    void answered(Fingerprint datagram, Phase1 on, List<UdpDatagram> answer);

    /// The SAs are there.
    void established(Phase2 phase2);

    void failed(Phase2 phase2, Failure failure);

    /// The peer is told what is wrong with what it wants.
    void tell(Phase2 phase2, NotifyType type);
}

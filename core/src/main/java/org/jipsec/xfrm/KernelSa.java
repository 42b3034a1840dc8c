package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.Bytes;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

/// An SA as the kernel tells it.
///
/// @param ipProtocol of an SA that is none of IPsec's, IPComp's own tunnel say, the only name
/// @param isLarval it has no algorithm of any kind: an SPI is reserved, or an acquire runs
record KernelSa(
        SecurityAssociation association,
        int ipProtocol,
        boolean isLarval,
        CurrentLifetime current,
        SequenceState sequence,
        SaExtras extras,
        UnknownParts unknown,
        SaOriginal original) {
    /// What tells it from all others in the kernel.
    Key key() {
        return new Key(
                association.destination().address(),
                isLarval && association.spi().value() == 0
                        ? Optional.of(association.source().address())
                        : Optional.empty(),
                ipProtocol,
                association.spi().value(),
                extras.mark());
    }

    /// @param source of a question without SPI (an acquire) alone
    record Key(
            InetAddress destination,
            Optional<InetAddress> source,
            int ipProtocol,
            int spi,
            Optional<Bytes> mark) {}

    /// The kernel does not tell the state over XFRM; it follows from the rest.
    ///
    /// @param now by which a soft lifetime may be over
    SaSnapshot snapshot(DumpMark mark, Instant now) {
        return new SaSnapshot(
                association,
                state(now),
                current,
                mark,
                Optional.of(sequence),
                unknown,
                Optional.of(original));
    }

    private SaState state(Instant now) {
        if (isLarval) {
            return SaState.LARVAL;
        }
        Lifetimes lifetimes = new Lifetimes(association.soft(), association.hard());
        return lifetimes.isSoftOver(current, now) ? SaState.DYING : SaState.MATURE;
    }
}

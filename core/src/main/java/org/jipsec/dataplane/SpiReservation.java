package org.jipsec.dataplane;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;

import java.util.Optional;
import java.util.random.RandomGenerator;

/// Picks an SPI for a `getspi`.
final class SpiReservation {
    /// So many random tries before the range is walked: more would only help in a range that is
    /// nearly full.
    private static final int TRIES = 64;

    private static final int LONGEST_WALK = 1 << 16;

    private SpiReservation() {}

    /// A larval SA of an SPI that is free; empty when [#refusal] says why not.
    static Optional<SecurityAssociation> of(
            SadbOperation.ReserveSpi wish, SaDatabase associations, RandomGenerator random) {
        if (isWrong(wish).isPresent()) {
            return Optional.empty();
        }
        long minimum = wish.minimum().unsigned();
        long width = wish.maximum().unsigned() - minimum + 1;
        for (int i = 0; i < Math.min(TRIES, width); i++) {
            Spi spi = Spi.of(minimum + random.nextLong(width));
            if (isFree(wish, spi, associations)) {
                return Optional.of(larval(wish, spi));
            }
        }
        long start = random.nextLong(width);
        for (long i = 0; i < Math.min(width, LONGEST_WALK); i++) {
            Spi spi = Spi.of(minimum + (start + i) % width);
            if (isFree(wish, spi, associations)) {
                return Optional.of(larval(wish, spi));
            }
        }
        return Optional.empty();
    }

    static Refused refusal(SadbOperation.ReserveSpi wish) {
        return isWrong(wish)
                .map(why -> new Refused(Errno.EINVAL, why))
                .orElseGet(
                        () ->
                                new Refused(
                                        Errno.ENOENT,
                                        "no SPI is free between "
                                                + wish.minimum()
                                                + " and "
                                                + wish.maximum()));
    }

    private static Optional<String> isWrong(SadbOperation.ReserveSpi wish) {
        IpsecProtocol protocol = wish.protocol();
        if (protocol == IpsecProtocol.UNSPEC || protocol == IpsecProtocol.TCP) {
            return Optional.of("SPIs are reserved for esp, ah or ipcomp");
        }
        if (wish.source().isIpv4() != wish.destination().isIpv4()) {
            return Optional.of("source and destination are of different families");
        }
        if (wish.minimum().compareTo(wish.maximum()) > 0) {
            return Optional.of("the range of SPIs ends before it begins");
        }
        if (wish.minimum().isReserved()) {
            return Optional.of("SPIs up to 255 are reserved");
        }
        if (protocol == IpsecProtocol.IPCOMP && wish.maximum().unsigned() > 0xffff) {
            return Optional.of("the CPI of IPComp has 16 bits");
        }
        return Optional.empty();
    }

    private static boolean isFree(SadbOperation.ReserveSpi wish, Spi spi, SaDatabase associations) {
        return associations.find(new SaId(wish.destination().address(), wish.protocol(), spi))
                == null;
    }

    private static SecurityAssociation larval(SadbOperation.ReserveSpi wish, Spi spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(wish.source().address()),
                        Endpoint.of(wish.destination().address()),
                        wish.protocol(),
                        spi)
                .mode(wish.mode() == SaMode.ANY ? SaMode.TRANSPORT : wish.mode())
                .reqid(wish.reqid())
                .build();
    }
}

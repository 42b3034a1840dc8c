package org.jipsec.xfrm;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Lifetime;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// `xfrm_lifetime_cfg` and `xfrm_lifetime_cur`: 64-bit numbers, seconds; `XFRM_INF` for a number of
/// octets or packets without limit, 0 for seconds without.
///
/// @param soft of a policy unlimited
record Lifetimes(Lifetime soft, Lifetime hard) {
    /// Clocks and limits further off are shown as this: 9999-12-31.
    private static final long LAST_SECOND = 253_402_300_799L;

    static Lifetimes read(ByteBuffer in) throws WireException {
        long softBytes = limit(in);
        long hardBytes = limit(in);
        long softPackets = limit(in);
        long hardPackets = limit(in);
        Duration softAdded = seconds(in);
        Duration hardAdded = seconds(in);
        Duration softUsed = seconds(in);
        Duration hardUsed = seconds(in);
        return new Lifetimes(
                new Lifetime(softPackets, softBytes, softAdded, softUsed),
                new Lifetime(hardPackets, hardBytes, hardAdded, hardUsed));
    }

    void write(ByteBuffer out) {
        out.putLong(unlimited(soft.bytes())).putLong(unlimited(hard.bytes()));
        out.putLong(unlimited(soft.packets())).putLong(unlimited(hard.packets()));
        out.putLong(soft.sinceAdded().toSeconds()).putLong(hard.sinceAdded().toSeconds());
        out.putLong(soft.sinceUsed().toSeconds()).putLong(hard.sinceUsed().toSeconds());
    }

    static CurrentLifetime readCurrent(ByteBuffer in) throws WireException {
        long bytes = Wire.u64(in);
        long packets = Wire.u64(in);
        Instant added = instant(Wire.u64(in));
        long used = Wire.u64(in);
        return new CurrentLifetime(
                packets, bytes, added, used == 0 ? Optional.empty() : Optional.of(instant(used)));
    }

    static void writeCurrent(ByteBuffer out, CurrentLifetime current) {
        out.putLong(current.bytes()).putLong(current.packets());
        out.putLong(current.added().getEpochSecond());
        out.putLong(current.firstUsed().map(Instant::getEpochSecond).orElse(0L));
    }

    /// Whether the kernel has, or will at its next packet have, noticed that the soft lifetime is
    /// over.
    boolean isSoftOver(CurrentLifetime current, Instant now) {
        return isReached(soft.bytes(), current.bytes())
                || isReached(soft.packets(), current.packets())
                || isOver(current.added(), soft.sinceAdded(), now)
                || current.firstUsed()
                        .filter(used -> isOver(used, soft.sinceUsed(), now))
                        .isPresent();
    }

    private static boolean isReached(long limit, long count) {
        return limit != 0 && Long.compareUnsigned(count, limit) >= 0;
    }

    private static boolean isOver(Instant since, Duration limit, Instant now) {
        return !limit.isZero()
                && now.getEpochSecond() - since.getEpochSecond() >= limit.toSeconds();
    }

    private static long limit(ByteBuffer in) throws WireException {
        long value = Wire.u64(in);
        return value == Xfrm.INFINITE ? 0 : value;
    }

    private static Duration seconds(ByteBuffer in) throws WireException {
        long value = Wire.u64(in);
        return Duration.ofSeconds(value == Xfrm.INFINITE ? 0 : clamped(value));
    }

    private static Instant instant(long seconds) {
        return Instant.ofEpochSecond(clamped(seconds));
    }

    private static long clamped(long unsigned) {
        return unsigned < 0 ? LAST_SECOND : Math.min(unsigned, LAST_SECOND);
    }

    private static long unlimited(long limit) {
        return limit == 0 ? Xfrm.INFINITE : limit;
    }
}

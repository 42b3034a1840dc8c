package org.jipsec.dataplane;

import org.jipsec.wire.Prefix;

import java.net.InetAddress;

/// Tells from one address of a packet which [PolicyTuple]s may hold a policy for it.
///
/// Tuples are numbered 0..31, several may share a number. For each prefix length that occurs, the
/// address, cut to it, is hashed into an array of sets of these numbers. A set may say too much
/// (two prefixes fell on one place; a policy is gone), never too little.
final class PrefixFilter {
    private static final int SMALLEST = 64;

    private final boolean ipv4;
    private final int[] sets;

    /// Of the lengths that occur, 0 left out.
    private final long[] highMasks;

    private final long[] lowMasks;

    /// The numbers whose tuples do not look at the address.
    private final int always;

    /// One without prefixes.
    ///
    /// @param room for how many prefixes it is to work well
    PrefixFilter(boolean ipv4, int room) {
        this(ipv4, new int[0], 0, new int[Math.max(SMALLEST, Integer.highestOneBit(room) * 2)]);
    }

    private PrefixFilter(boolean ipv4, int[] lengths, int always, int[] sets) {
        this.ipv4 = ipv4;
        this.always = always;
        this.sets = sets;
        highMasks = new long[lengths.length];
        lowMasks = new long[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            highMasks[i] = AddressBits.maskHigh(ipv4, lengths[i]);
            lowMasks[i] = AddressBits.maskLow(ipv4, lengths[i]);
        }
    }

    /// The same prefixes, shared with this one, for other tuples.
    ///
    /// @param lengths that occur, without 0
    /// @param newAlways numbers of the tuples of length 0
    PrefixFilter of(int[] lengths, int newAlways) {
        return new PrefixFilter(ipv4, lengths, newAlways, sets);
    }

    /// The numbers of the tuples to be asked, as bits.
    int candidates(long high, long low) {
        int found = always;
        int[] all = sets;
        int last = all.length - 1;
        for (int i = 0; i < lowMasks.length; i++) {
            found |= all[place(high & highMasks[i], low & lowMasks[i], lowMasks[i]) & last];
        }
        return found;
    }

    void add(Prefix prefix, int number) {
        if (prefix.length() == 0) {
            return;
        }
        InetAddress address = prefix.address();
        long lowMask = AddressBits.maskLow(ipv4, prefix.length());
        long highMask = AddressBits.maskHigh(ipv4, prefix.length());
        int place =
                place(
                        AddressBits.high(address) & highMask,
                        AddressBits.low(address) & lowMask,
                        lowMask);
        sets[place & (sets.length - 1)] |= 1 << number;
    }

    private static int place(long high, long low, long lowMask) {
        long mixed = (low ^ (lowMask << 7)) * 0x9e37_79b9_7f4a_7c15L;
        if (high != 0) {
            mixed += high * 0xd6e8_feb8_6659_fd93L;
            mixed ^= mixed >>> 31;
        }
        return (int) (mixed >>> 32);
    }
}

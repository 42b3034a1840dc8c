package org.jipsec.dataplane;

import org.jipsec.wire.Bytes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/// A bad road before another link: packets are lost, come late, twice, or damaged, as a seeded
/// generator says, so that each run with the same seed is the same. One thread.
public final class LossyLink implements Link {
    /// How often what happens to a packet, each in 0..1.
    ///
    /// @param reordering a packet is kept back until one or two later ones have passed
    /// @param corruption one bit is flipped
    public record Rates(double loss, double duplication, double reordering, double corruption) {
        public static final Rates NONE = new Rates(0, 0, 0, 0);
    }

    private static final int LONGEST_DELAY = 3;

    private record Late(Bytes packet, int passing) {}

    private final Link next;
    private final Rates rates;
    private final RandomGenerator random;
    private final PacketBatch out = new PacketBatch(1, PacketBuffer.MAXIMUM_PACKET);
    private final Deque<Late> late = new ArrayDeque<>();
    private long lost;
    private long duplicated;
    private long reordered;
    private long corrupted;

    public LossyLink(Link next, Rates rates, RandomGenerator random) {
        this.next = next;
        this.rates = rates;
        this.random = random;
    }

    @Override
    public void send(PacketBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            send(batch.packet(i).toBytes());
        }
    }

    private void send(Bytes packet) {
        if (random.nextDouble() < rates.loss) {
            lost++;
            return;
        }
        Bytes arriving = packet;
        if (packet.length() > 0 && random.nextDouble() < rates.corruption) {
            byte[] octets = packet.toArray();
            octets[random.nextInt(octets.length)] ^= (byte) (1 << random.nextInt(8));
            arriving = Bytes.of(octets);
            corrupted++;
        }
        if (random.nextDouble() < rates.duplication) {
            duplicated++;
            pass(arriving);
        }
        if (random.nextDouble() < rates.reordering) {
            reordered++;
            late.add(new Late(arriving, 1 + random.nextInt(LONGEST_DELAY)));
        } else {
            pass(arriving);
            letLateOnesPass();
        }
    }

    /// Lets out what is still kept back.
    public void flush() {
        while (!late.isEmpty()) {
            pass(late.remove().packet());
        }
    }

    public long lost() {
        return lost;
    }

    public long duplicated() {
        return duplicated;
    }

    public long reordered() {
        return reordered;
    }

    public long corrupted() {
        return corrupted;
    }

    private void letLateOnesPass() {
        for (int i = late.size(); i > 0; i--) {
            Late one = late.remove();
            if (one.passing() == 1) {
                pass(one.packet());
            } else {
                late.add(new Late(one.packet(), one.passing() - 1));
            }
        }
    }

    private void pass(Bytes packet) {
        out.clear();
        byte[] octets = packet.toArray();
        out.add().load(octets, 0, octets.length);
        next.send(out);
    }
}

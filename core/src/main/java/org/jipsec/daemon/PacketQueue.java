package org.jipsec.daemon;

import org.jipsec.dataplane.DropReason;
import org.jipsec.dataplane.InboundPath;
import org.jipsec.dataplane.Link;
import org.jipsec.dataplane.Locality;
import org.jipsec.dataplane.OutboundPath;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketBuffer;
import org.jipsec.dataplane.PathMtu;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.OsException;
import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// One of the pairs of threads that carry packets, without the threads and their device: a path in
/// each direction and what sends for it. It outlives the device.
final class PacketQueue implements AutoCloseable {
    /// What all queues of a wire share; all of it for any thread.
    ///
    /// @param queues how many there are
    /// @param ikeRelay where datagrams for IKE go just now; null for nowhere
    record Common(
            SadbEngine engine,
            InstantSource clock,
            RandomGenerator random,
            PathMtu pathMtu,
            Locality locality,
            WireSockets sockets,
            int queues,
            Supplier<@Nullable IkeRelay> ikeRelay) {}

    private static final int CAPACITY = PacketBuffer.MAXIMUM_PACKET;

    final int number;
    final OutboundPath outbound;
    final InboundPath inbound;
    private final Supplier<@Nullable IkeRelay> ikeRelay;
    private final WireSender sender;

    /// @param writers of the device's queue as it is now
    PacketQueue(int number, Common common, IntFunction<DeviceThreads.Writers> writers)
            throws OsException {
        boolean isOneOfMany = common.queues > 1;
        this.number = number;
        this.ikeRelay = common.ikeRelay;
        Link errorsToHost = batch -> writers.apply(number).errors().send(batch);
        Link toHost = batch -> writers.apply(number).packets().send(batch);
        outbound =
                new OutboundPath(
                        common.engine,
                        common.clock,
                        common.random,
                        common.pathMtu,
                        common.locality,
                        CAPACITY,
                        isOneOfMany,
                        this::toWire,
                        errorsToHost);
        inbound =
                new InboundPath(
                        common.engine,
                        common.clock,
                        common.locality,
                        common.sockets,
                        CAPACITY,
                        isOneOfMany,
                        false,
                        toHost,
                        null,
                        this::relay);
        sender = new WireSender(common.sockets, number, outbound.tally());
    }

    private void toWire(PacketBatch batch) {
        sender.send(batch);
    }

    private void relay(PacketBatch batch, int slot, long now) {
        IkeRelay relay = ikeRelay.get();
        if (relay == null) {
            inbound.tally().count(DropReason.NO_IKE);
            return;
        }
        IkeDatagram.of(batch.packet(slot), batch.verdict(slot)).relay(relay);
    }

    /// After its threads have ended.
    @Override
    public void close() {
        sender.close();
        outbound.close();
        inbound.close();
    }
}

package org.jipsec.cli;

import org.jipsec.daemon.ike.IkePorts;
import org.jipsec.dataplane.IpsecStack;
import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.LocalAddresses;
import org.jipsec.dataplane.MemoryLink;
import org.jipsec.dataplane.PacketBatch;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.ProcessRights.Right;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// A wire that leads nowhere: the stack of a service, to which the test hands packets.
final class FakeWire extends Network implements WireOpener, WireLink {
    static final InetAddress HOST = InetAddress.ofLiteral("192.168.1.100");
    static final InetAddress PEER = InetAddress.ofLiteral("192.168.2.100");

    final CountDownLatch tapped = new CountDownLatch(1);
    private @Nullable IpsecStack stack;
    private @Nullable Consumer<String> failed;
    boolean closed;
    private final WireRights rights;

    FakeWire() {
        this(new WireRights(Set.of(Right.NET_ADMIN, Right.NET_RAW), Path.of("/dev/null")));
    }

    FakeWire(WireRights rights) {
        this.rights = rights;
    }

    @Override
    WireRights rights() {
        return rights;
    }

    @Override
    Optional<WireOpener> opener(int queues) {
        return Optional.of(this);
    }

    @Override
    public WireLink open(
            SadbEngine engine,
            KeyService service,
            Consumer<String> messages,
            Consumer<String> failure) {
        failed = failure;
        stack =
                new IpsecStack(
                        engine,
                        InstantSource.system(),
                        new Random(1),
                        IpsecStack.Settings.of(new LocalAddresses(Set.of(HOST))),
                        new MemoryLink(10),
                        new MemoryLink(10));
        messages.accept("fake0 leads nowhere");
        return this;
    }

    @Override
    public void tap(@Nullable PacketTap tap) {
        stack().tap(tap);
        tapped.countDown();
    }

    @Override
    public IkePorts ikePorts(IkePorts others) {
        return others;
    }

    @Override
    public String state() {
        return "device fake0";
    }

    @Override
    public void close() {
        closed = true;
    }

    void fail(String why) {
        if (failed != null) {
            failed.accept(why);
        }
    }

    /// The host sends a packet of protocol 200 to its peer.
    void send() {
        ByteBuffer packet = ByteBuffer.allocate(24).put(0, (byte) 0x45).putShort(2, (short) 24);
        packet.put(8, (byte) 64).put(9, (byte) 200);
        packet.put(12, HOST.getAddress()).put(16, PEER.getAddress());
        int sum = 0;
        for (int i = 0; i < 20; i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        packet.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        PacketBatch batch = stack().newBatch();
        byte[] octets = Bytes.of(packet.array()).toArray();
        batch.add().load(octets, 0, octets.length);
        stack().sendFromHost(batch);
    }

    private IpsecStack stack() {
        IpsecStack there = stack;
        if (there == null) {
            throw new IllegalStateException("not open");
        }
        return there;
    }
}

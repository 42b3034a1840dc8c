package org.jipsec.daemon.ike;

import org.jipsec.daemon.Wire;
import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.isakmp.UdpFraming;
import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Beside the userspace stack: places where ESP in UDP comes in are ports of its wire, which hands
/// on what is IKE's; all others are sockets of the kernel.
public final class WireIkePorts implements IkePorts {
    private static final byte[] KEEPALIVE = {(byte) 0xff};

    private final Wire wire;
    private final IkePorts others;
    private final Map<InetSocketAddress, Consumer<UdpDatagram>> places = new ConcurrentHashMap<>();

    /// @param others for what is not the wire's; closed with this
    public WireIkePorts(Wire wire, IkePorts others) {
        this.wire = wire;
        this.others = others;
        wire.ikeRelay(this::received);
    }

    private void received(InetSocketAddress from, InetSocketAddress to, Bytes message) {
        Consumer<UdpDatagram> place = places.get(to);
        if (place != null) {
            place.accept(new UdpDatagram(to, from, message));
        }
    }

    @Override
    public IkePort open(ListeningPlace place, Consumer<UdpDatagram> received) throws IOException {
        if (!place.udpEncapsulation()) {
            return others.open(place, received);
        }
        wire.keepPort(place.place().getPort());
        places.put(place.place(), received);
        return new Port(place.place());
    }

    @Override
    public void close() {
        wire.ikeRelay(null);
        places.clear();
        others.close();
    }

    private final class Port implements IkePort {
        private final InetSocketAddress place;

        Port(InetSocketAddress place) {
            this.place = place;
        }

        @Override
        public String send(InetSocketAddress remote, Bytes message) {
            byte[] octets = new byte[UdpFraming.MARKER + message.length()];
            message.buffer().get(octets, UdpFraming.MARKER, message.length());
            return wire.sendDatagram(place, remote, octets);
        }

        @Override
        public void keepAlive(InetSocketAddress remote) {
            wire.sendDatagram(place, remote, KEEPALIVE); // the next one comes soon
        }

        @Override
        public String name() {
            return "wire";
        }

        @Override
        public boolean takesEsp() {
            return true;
        }

        @Override
        public void close() {
            places.remove(place);
        }
    }
}

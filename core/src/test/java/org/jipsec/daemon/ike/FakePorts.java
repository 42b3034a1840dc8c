package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Ports that are none, numbered as descriptors are.
final class FakePorts implements IkePorts {
    final Set<String> refused = new HashSet<>();
    final List<String> sent = new ArrayList<>();
    final Map<String, Consumer<UdpDatagram>> receivers = new ConcurrentHashMap<>();
    private int number = 6;

    @Override
    public synchronized IkePort open(ListeningPlace place, Consumer<UdpDatagram> received)
            throws IOException {
        String where = PlaceKey.text(place.place());
        if (refused.contains(where)) {
            throw new OsException("bind", where, ErrorNumber.EADDRINUSE.number());
        }
        receivers.put(where, received);
        String name = "fd=" + number++;
        return new IkePort() {
            @Override
            public String send(InetSocketAddress remote, Bytes message) {
                synchronized (FakePorts.this) {
                    sent.add(where + " -> " + PlaceKey.text(remote) + " " + message.hex());
                }
                return "";
            }

            @Override
            public void keepAlive(InetSocketAddress remote) {
                send(remote, Bytes.ofHex("ff"));
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public boolean takesEsp() {
                return place.place().getAddress().getAddress().length == 4;
            }

            @Override
            public void close() {
                receivers.remove(where);
            }
        };
    }

    @Override
    public void close() {}
}

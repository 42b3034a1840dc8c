package org.jipsec.daemon.ike;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.isakmp.UdpFraming;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.os.SendBatch;
import org.jipsec.os.UdpSocket;
import org.jipsec.wire.Bytes;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/// A UDP socket of the kernel, bound to one address. What it sends is put together in the memory of
/// its [KernelIkePorts].
final class KernelIkePort implements IkePort {
    private static final byte[] KEEPALIVE = {(byte) 0xff};

    private final KernelIkePorts owner;
    private final ListeningPlace place;
    private final UdpSocket socket;
    private final String name;
    private final boolean takesEsp;

    KernelIkePort(
            KernelIkePorts owner,
            ListeningPlace place,
            UdpSocket socket,
            String name,
            boolean takesEsp) {
        this.owner = owner;
        this.place = place;
        this.socket = socket;
        this.name = name;
        this.takesEsp = takesEsp;
    }

    UdpSocket socket() {
        return socket;
    }

    ListeningPlace place() {
        return place;
    }

    @Override
    public String send(InetSocketAddress remote, Bytes message) {
        int marker = place.udpEncapsulation() ? UdpFraming.MARKER : 0;
        byte[] octets = new byte[marker + message.length()];
        message.buffer().get(octets, marker, message.length());
        return sendOctets(remote, octets);
    }

    @Override
    public void keepAlive(InetSocketAddress remote) {
        sendOctets(remote, KEEPALIVE); // the next one comes soon
    }

    private String sendOctets(InetSocketAddress remote, byte[] octets) {
        if (octets.length > SendBatch.MAXIMUM_DATAGRAM) {
            return "message too long";
        }
        byte[] address = remote.getAddress().getAddress();
        int scope = remote.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
        SendBatch batch = owner.out();
        synchronized (batch) {
            if (!socket.isOpen()) {
                return "the socket is closed";
            }
            batch.clear();
            batch.add(octets, 0, octets.length);
            batch.destination(address, 0, address.length, remote.getPort(), scope);
            try {
                socket.send(batch);
            } catch (OsException broken) {
                return text(broken.errno());
            }
            if (batch.failures() > 0) {
                return text(batch.failure(0));
            }
            return batch.isDone() ? "" : text(ErrorNumber.EAGAIN.number());
        }
    }

    static String text(int errno) {
        return ErrorNumber.numbered(errno).map(ErrorNumber::text).orElse("errno " + errno);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean takesEsp() {
        return takesEsp;
    }

    @Override
    public void close() {
        owner.close(this);
    }
}

package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;

/// What a batch costs the collector: nothing that grows with the packets.
class BatchAllocationTests {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int MESSAGES = 32;
    private static final int ROUNDS = 1000;

    @Test
    void makesNoObjectsPerMessage() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (UdpSocket left = local();
                UdpSocket right = local();
                SendBatch out = new SendBatch(MESSAGES, 1 << 17);
                ReceiveBatch in = new ReceiveBatch(MESSAGES, 2048);
                Poller poller = Poller.create(2)) {
            poller.add(right, true, false);
            byte[] payload = new byte[100];
            int port = right.port();
            for (int i = 0; i < ROUNDS; i++) { // until everything is loaded and compiled
                exchange(left, right, out, in, poller, payload, port);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                exchange(left, right, out, in, poller, payload, port);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            // an object for each message would be 16 octets or more
            assertThat((double) allocated / (ROUNDS * MESSAGES)).isLessThan(2);
        }
    }

    private static void exchange(
            UdpSocket left,
            UdpSocket right,
            SendBatch out,
            ReceiveBatch in,
            Poller poller,
            byte[] payload,
            int port)
            throws OsException {
        out.clear();
        for (int i = 0; i < MESSAGES; i++) {
            out.add(payload, 0, payload.length);
            out.destination(LOOPBACK, 0, 4, port, 0);
            out.source(LOOPBACK, 0, 4);
            out.trafficClass(4);
        }
        left.send(out);
        int seen = 0;
        while (seen < MESSAGES) {
            poller.await(1000);
            int count = right.receive(in);
            for (int i = 0; i < count; i++) {
                in.copySource(i, payload, 0);
                in.copyDestination(i, payload, 4);
                in.copy(i, 0, payload, 0, in.length(i));
            }
            seen += count;
        }
        right.receive(in); // nothing is there
    }

    private static UdpSocket local() throws Exception {
        return UdpSocket.bind(
                new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0),
                SocketOptions.DEFAULT.withOffloads(Set.of()));
    }
}

package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

class PollerTests {
    @Test
    void returnsWhenAnotherThreadWakesIt() throws Exception {
        try (Poller poller = Poller.create(1)) {
            Thread waker = new Thread(poller::wake);
            waker.start();
            assertThat(poller.await(Poller.FOREVER)).isZero();
            waker.join();
            assertThat(poller.await(0)).as("once woken, it waits again").isZero();
        }
    }

    @Test
    void wakesAtOnceWhenCalledBefore() throws Exception {
        try (Poller poller = Poller.create(1)) {
            for (int i = 0; i < 1000; i++) {
                poller.wake();
            }
            assertThat(poller.await(Poller.FOREVER)).isZero();
            poller.wake();
            assertThat(poller.await(Poller.FOREVER)).isZero();
        }
    }

    @Test
    void losesNoWakeUp() throws Exception {
        int rounds = 20_000;
        AtomicInteger said = new AtomicInteger();
        AtomicInteger heard = new AtomicInteger();
        try (Poller poller = Poller.create(1)) {
            Thread waker =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (int i = 1; i <= rounds; i++) {
                                            said.set(i);
                                            poller.wake();
                                            while (i % 8 == 0 && heard.get() < i) {
                                                Thread.onSpinWait();
                                            }
                                        }
                                    });
            while (heard.get() < rounds) {
                int before = heard.get();
                poller.await(10_000);
                heard.set(said.get());
                if (heard.get() == before) { // woken for what was heard already: then the next
                    poller.await(10_000);
                    heard.set(said.get());
                }
                assertThat(heard.get()).isGreaterThan(before);
            }
            waker.join();
        }
    }

    @Test
    void tellsWhoIsReadyForWhat() throws Exception {
        try (Poller poller = Poller.create(2);
                UdpSocket one = local();
                UdpSocket other = local();
                SendBatch batch = new SendBatch(1, 64)) {
            int first = poller.add(one, true, true);
            int second = poller.add(other, true, false);
            assertThat(poller.await(0)).isEqualTo(1);
            assertThat(poller.isWritable(first)).isTrue();
            assertThat(poller.isReadable(first)).isFalse();
            assertThat(poller.isWritable(second)).isFalse();
            poller.watch(first, true, false);
            assertThat(poller.await(0)).isZero();

            batch.add(new byte[1], 0, 1);
            batch.destination(new byte[] {127, 0, 0, 1}, 0, 4, other.port(), 0);
            one.send(batch);
            assertThat(poller.await(Poller.FOREVER)).isEqualTo(1);
            assertThat(poller.isReadable(second)).isTrue();
            assertThat(poller.hasError(second)).isFalse();

            assertThatThrownBy(() -> poller.add(one, true, false))
                    .isInstanceOf(IllegalStateException.class);
            poller.remove(second);
            assertThat(poller.await(0)).isZero();
            assertThat(poller.add(one, true, false)).as("its place is free").isEqualTo(second);
        }
    }

    @Test
    void isClosedTwiceWithoutHarm() throws Exception {
        Poller poller = Poller.create(1);
        poller.close();
        poller.close();
        poller.wake();
        UdpSocket socket = local();
        socket.close();
        socket.close();
        assertThat(socket.isOpen()).isFalse();
        assertThatThrownBy(socket::port).hasMessageContaining("EBADF");
        try (ReceiveBatch batch = new ReceiveBatch(1, 64)) {
            assertThatThrownBy(() -> socket.receive(batch))
                    .hasMessage("use(udp 127.0.0.1 port 0): EBADF (bad file descriptor): closed");
        }
    }

    private static UdpSocket local() throws Exception {
        return UdpSocket.bind(
                new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0),
                SocketOptions.DEFAULT);
    }
}

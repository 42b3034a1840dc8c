package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.IkeInput;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

class InputQueueTests {
    private static final InetSocketAddress PLACE =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 500);

    private final InputQueue queue = new InputQueue();

    @Test
    void handsOutInTheOrderOfComing() throws InterruptedException {
        IkeInput first = later(40);
        IkeInput second = new IkeInput.Stop();
        IkeInput third = new IkeInput.Told(new SadbEvent.SasFlushed(IpsecProtocol.ESP));
        queue.add(first);
        queue.add(second);
        queue.add(third);

        assertThat(queue.take(0)).isEqualTo(first);
        assertThat(queue.take(0)).isEqualTo(second);
        assertThat(queue.take(0)).isEqualTo(third);
        assertThat(queue.take(0)).isNull();
    }

    @Test
    void leavesAQuarterOfTheRoomToNegotiationsUnderWay() {
        for (int i = 0; i < 100_000; i++) {
            queue.add(first(28));
        }
        assertThat(queue.dropped().datagrams()).isEqualTo(100_000 - InputQueue.DATAGRAMS / 4 * 3);

        for (int i = 0; i < InputQueue.DATAGRAMS / 4; i++) {
            queue.add(later(28));
        }
        assertThat(queue.dropped().datagrams()).isZero();

        queue.add(later(28));
        assertThat(queue.dropped().datagrams()).isEqualTo(1);
    }

    @Test
    void boundsTheOctetsOfDatagramsToo() {
        int size = 65_507;
        for (int i = 0; i < 1000; i++) {
            queue.add(later(size));
        }

        assertThat(1000 - queue.dropped().datagrams()).isEqualTo(InputQueue.OCTETS / size);
    }

    @Test
    void hasRoomAgainForWhatWasTaken() throws InterruptedException {
        for (int i = 0; i < InputQueue.DATAGRAMS; i++) {
            queue.add(later(28));
        }
        queue.take(0);
        queue.add(later(28));

        assertThat(queue.dropped().datagrams()).isZero();
    }

    @Test
    void takesAMessageTooShortForCookiesForAFirstOne() {
        for (int i = 0; i < InputQueue.DATAGRAMS; i++) {
            queue.add(received(new byte[3]));
        }

        assertThat(queue.dropped().datagrams()).isEqualTo(InputQueue.DATAGRAMS / 4);
    }

    @Test
    void boundsWhatTheDatabasesTell() {
        IkeInput event = new IkeInput.Told(new SadbEvent.PoliciesFlushed());
        for (int i = 0; i < InputQueue.EVENTS + 3; i++) {
            queue.add(event);
        }

        assertThat(queue.dropped()).isEqualTo(new InputQueue.Dropped(0, 3));
    }

    @Test
    void findsRoomForTheEndWhateverElseWaits() throws InterruptedException {
        for (int i = 0; i < InputQueue.DATAGRAMS; i++) {
            queue.add(later(28));
        }
        queue.add(new IkeInput.Stop());

        for (int i = 0; i < InputQueue.DATAGRAMS; i++) {
            queue.take(0);
        }
        assertThat(queue.take(0)).isEqualTo(new IkeInput.Stop());
    }

    private static IkeInput first(int size) {
        return received(new byte[size]);
    }

    private static IkeInput later(int size) {
        byte[] octets = new byte[size];
        Arrays.fill(octets, (byte) 1);
        return received(octets);
    }

    private static IkeInput received(byte[] octets) {
        return new IkeInput.Received(new UdpDatagram(PLACE, PLACE, Bytes.of(octets)));
    }
}

package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.UdpDatagram;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jipsec.testing.RequiresWire;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

class KernelIkePortsTests {
    private static final String MESSAGE = "0102030405060708" + "1112131415161718" + "00";

    private final Recorded<UdpDatagram> received = new Recorded<>();
    private KernelIkePorts ports;
    private DatagramSocket peer;

    @BeforeEach
    void open() throws IOException {
        ports = KernelIkePorts.create(IkeSocketOptions.plain());
        peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        peer.setSoTimeout(20_000);
    }

    @AfterEach
    void close() {
        peer.close();
        ports.close();
    }

    @Test
    void sendsAndReceivesAsItIsOnThePortOfIke() throws IOException, InterruptedException {
        ListeningPlace place = place(false);
        IkePort port = ports.open(place, received);

        assertThat(port.send(here(peer), Bytes.ofHex(MESSAGE))).isEmpty();
        assertThat(atPeer()).isEqualTo(MESSAGE);

        fromPeer(MESSAGE, place);
        assertThat(received.await(_ -> true))
                .containsExactly(new UdpDatagram(place.place(), here(peer), Bytes.ofHex(MESSAGE)));
    }

    @Test
    void putsAndTakesTheMarkerWhereEspComesInToo() throws IOException, InterruptedException {
        ListeningPlace place = place(true);
        IkePort port = ports.open(place, received);

        port.send(here(peer), Bytes.ofHex(MESSAGE));
        assertThat(atPeer()).isEqualTo("00000000" + MESSAGE);

        fromPeer("00000000" + MESSAGE, place);
        assertThat(received.await(_ -> true).getFirst().octets()).isEqualTo(Bytes.ofHex(MESSAGE));
    }

    @Test
    void sendsAKeepaliveWithoutMarkerAndKeepsThoseOfPeersToItself()
            throws IOException, InterruptedException {
        ListeningPlace place = place(true);
        IkePort port = ports.open(place, received);

        port.keepAlive(here(peer));
        assertThat(atPeer()).isEqualTo("ff");

        fromPeer("ff", place);
        fromPeer("", place);
        fromPeer("00000000" + MESSAGE, place);
        received.await(_ -> true);
        assertThat(received.all()).hasSize(1);
    }

    @Test
    void tellsOfALargeDatagramWhole() throws IOException, InterruptedException {
        ListeningPlace place = place(false);
        ports.open(place, received);
        byte[] large = new byte[60_000];
        Arrays.fill(large, (byte) 7);
        peer.send(new DatagramPacket(large, large.length, place.place()));

        assertThat(received.await(_ -> true).getFirst().octets()).isEqualTo(Bytes.of(large));
    }

    @Test
    void saysWhyNothingWasSent() throws IOException {
        IkePort port = ports.open(place(false), received);

        assertThat(port.send(here(peer), Bytes.of(new byte[66_000]))).isEqualTo("message too long");
        port.close();
        assertThat(port.send(here(peer), Bytes.ofHex(MESSAGE))).isEqualTo("the socket is closed");
    }

    @Test
    void goesOnWhenNobodyIsThere() throws IOException, InterruptedException {
        ListeningPlace place = place(false);
        IkePort port = ports.open(place, received);
        InetSocketAddress nobody;
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            nobody = here(gone);
        }
        port.send(nobody, Bytes.ofHex(MESSAGE));
        port.send(nobody, Bytes.ofHex(MESSAGE));

        fromPeer(MESSAGE, place);
        assertThat(received.await(_ -> true)).hasSize(1);
    }

    @Test
    void freesTheAddressOfAPortThatIsClosed() throws IOException, InterruptedException {
        ListeningPlace place = place(false);
        ports.open(place, received).close();

        ports.open(place, received);
        fromPeer(MESSAGE, place);
        assertThat(received.await(_ -> true)).hasSize(1);
    }

    @Test
    void refusesAnAddressThatIsInUse() throws IOException {
        ListeningPlace place = place(false);
        ports.open(place, received);

        assertThatThrownBy(() -> ports.open(place, received))
                .isInstanceOfSatisfying(
                        OsException.class,
                        refused -> assertThat(refused.is(ErrorNumber.EADDRINUSE)).isTrue());
    }

    @Test
    void namesTheDescriptor() throws IOException {
        assertThat(ports.open(place(false), received).name()).matches("fd=[0-9]+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::1"})
    void speaksIpv6(String address) throws IOException, InterruptedException {
        InetAddress here = InetAddress.getByName(address);
        try (DatagramSocket other = new DatagramSocket(0, here);
                DatagramSocket free = new DatagramSocket(0, here)) {
            ListeningPlace place =
                    new ListeningPlace(new InetSocketAddress(here, free.getLocalPort()), false);
            free.close();
            IkePort port = ports.open(place, received);
            byte[] octets = HexFormat.of().parseHex(MESSAGE);
            other.send(new DatagramPacket(octets, octets.length, place.place()));

            assertThat(received.await(_ -> true).getFirst().remote()).isEqualTo(here(other));
            assertThat(port.send(here(other), Bytes.ofHex(MESSAGE))).isEmpty();
        }
    }

    @Test
    @RequiresWire
    void standsBesideTheKernelsIpsec() throws IOException, InterruptedException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/net/xfrm_stat")), "a kernel with XFRM");
        try (KernelIkePorts beside = KernelIkePorts.create(IkeSocketOptions.kernel())) {
            ListeningPlace place = place(true);
            IkePort port = beside.open(place, received);

            assertThat(port.takesEsp()).isTrue();
            port.send(here(peer), Bytes.ofHex(MESSAGE));
            assertThat(atPeer()).isEqualTo("00000000" + MESSAGE);
            fromPeer("00000000" + MESSAGE, place);
            assertThat(received.await(_ -> true).getFirst().octets())
                    .isEqualTo(Bytes.ofHex(MESSAGE));
        }
    }

    @Test
    @RequiresWire
    void marksWhatTheUserspaceStackIsToLeaveAlone() throws IOException {
        try (KernelIkePorts marked = KernelIkePorts.create(IkeSocketOptions.userspace())) {
            IkePort port = marked.open(place(false), received);

            assertThat(port.takesEsp()).isFalse();
            assertThat(port.send(here(peer), Bytes.ofHex(MESSAGE))).isEmpty();
            assertThat(atPeer()).isEqualTo(MESSAGE);
        }
    }

    private static ListeningPlace place(boolean udpEncapsulation) throws IOException {
        try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new ListeningPlace(here(free), udpEncapsulation);
        }
    }

    private static InetSocketAddress here(DatagramSocket socket) {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    private String atPeer() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        peer.receive(packet);
        return HexFormat.of().formatHex(packet.getData(), 0, packet.getLength());
    }

    private void fromPeer(String hex, ListeningPlace place) throws IOException {
        byte[] octets = HexFormat.of().parseHex(hex);
        peer.send(new DatagramPacket(octets, octets.length, place.place()));
    }
}

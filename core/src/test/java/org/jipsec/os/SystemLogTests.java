package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

class SystemLogTests {
    private static final int ROOM = 16_384;

    @TempDir private Path folder;
    private int daemon = -1;

    @AfterEach
    void close() {
        if (daemon >= 0) {
            Libc.close(daemon);
        }
    }

    @Test
    void sendsEachMessageAsOneDatagram() throws OsException {
        String path = listen();
        try (SystemLog log = SystemLog.open(path)) {
            assertThat(log.send("<30>Nov 24 04:00:00 jracoon[1]: INFO: für dich")).isEmpty();
            assertThat(log.send("second")).isEmpty();
        }

        assertThat(received()).isEqualTo("<30>Nov 24 04:00:00 jracoon[1]: INFO: für dich");
        assertThat(received()).isEqualTo("second");
    }

    @Test
    void cutsWhatNoLogDaemonWouldTake() throws OsException {
        try (SystemLog log = SystemLog.open(listen())) {
            assertThat(log.send("x".repeat(10_000))).isEmpty();
        }

        assertThat(received()).isEqualTo("x".repeat(8192));
    }

    @Test
    void neverWaitsForALogDaemonThatDoesNotRead() throws OsException {
        try (SystemLog log = SystemLog.open(listen())) {
            Optional<OsException> refused = Optional.empty();
            for (int i = 0; i < 100_000 && refused.isEmpty(); i++) {
                refused = log.send("x".repeat(1000));
            }
            assertThat(refused)
                    .hasValueSatisfying(why -> assertThat(why.is(ErrorNumber.EAGAIN)).isTrue());
        }
    }

    @Test
    void saysThatTheLogDaemonIsGone() throws OsException {
        try (SystemLog log = SystemLog.open(listen())) {
            Libc.close(daemon);
            daemon = -1;
            assertThat(log.send("x"))
                    .hasValueSatisfying(
                            why -> assertThat(why.is(ErrorNumber.ECONNREFUSED)).isTrue());
        }
    }

    @Test
    void refusesAPathWhereNobodyListens() {
        assertThatThrownBy(() -> SystemLog.open(folder.resolve("none").toString()))
                .isInstanceOfSatisfying(
                        OsException.class,
                        refused -> assertThat(refused.is(ErrorNumber.ENOENT)).isTrue());
        assertThatThrownBy(() -> SystemLog.open("/" + "x".repeat(200)))
                .isInstanceOfSatisfying(
                        OsException.class,
                        refused -> assertThat(refused.is(ErrorNumber.ENAMETOOLONG)).isTrue());
    }

    private String listen() throws OsException {
        String path = folder.resolve("log").toString();
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        daemon = Call.socket(Layouts.AF_UNIX, Layouts.SOCK_DGRAM, 0);
        try (NativeBuffer address = NativeBuffer.ofSize(Layouts.SOCKADDR_UN_SIZE)) {
            address.putShort(Layouts.SOCKADDR_FAMILY, (short) Layouts.AF_UNIX);
            address.copyFrom(name, 0, name.length, Layouts.SOCKADDR_UN_PATH);
            int size = Layouts.SOCKADDR_UN_PATH + name.length + 1;
            assertThat(Libc.bind(daemon, address.address(), size)).isZero();
        }
        return path;
    }

    private String received() {
        try (NativeBuffer memory = NativeBuffer.ofSize(ROOM)) {
            int length = (int) Libc.recv(daemon, memory.address(), ROOM, Layouts.MSG_DONTWAIT);
            byte[] octets = new byte[length];
            memory.copyTo(0, octets, 0, length);
            return new String(octets, StandardCharsets.UTF_8);
        }
    }
}

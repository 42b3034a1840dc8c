package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What leaves although the routes would divert it, or the other way round.
@RequiresWire
class OutboundBypassTests {
    private static final String RECEIVER =
            "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
                    + " s.bind(('10.1.0.2', %d)); s.settimeout(3); print(s.recv(100))";
    private static final String SENDER =
            "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);%s\n"
                    + "for i in range(20):\n"
                    + "    try: s.sendto(b'clear', ('10.1.0.2', %d))\n"
                    + "    except OSError: pass\n"
                    + "    time.sleep(0.05)\n";

    private static String sent(String options, int port) throws Exception {
        try (Namespaces hosts = Namespaces.create("a", "b")) {
            hosts.join("a", "10.1.0.1/24", "b", "10.1.0.2/24");
            SadbEngine engine = new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
            List<String> messages = new CopyOnWriteArrayList<>();
            try (KeyService service = new KeyService(engine.backend());
                    Wire wire =
                            hosts.in(
                                    "a",
                                    () ->
                                            Wire.open(
                                                    engine,
                                                    service,
                                                    1,
                                                    true,
                                                    messages::add,
                                                    messages::add))) {
                assertThat(
                                engine.execute(
                                        new SadbOperation.AddPolicy(
                                                TestPolicies.esp(
                                                        Direction.OUT,
                                                        TestPolicies.between(
                                                                "10.1.0.1", "10.1.0.2")))))
                        .isInstanceOf(SadbReply.Done.class);
                wire.awaitApplied();
                Process receiver =
                        hosts.start(
                                "b",
                                "sh",
                                "-c",
                                "python3 -c \""
                                        + RECEIVER.formatted(port)
                                        + "\" 2>/dev/null || true");
                hosts.run("a", "python3", "-c", SENDER.formatted(options, port));
                return new String(receiver.getInputStream().readAllBytes());
            }
        }
    }

    @Test
    void whatIsBoundToADeviceDoesNotLeaveInClear() throws Exception {
        assertThat(sent(" s.setsockopt(socket.SOL_SOCKET, 25, b'veth0')", 7777)).isEmpty();
    }

    @Test
    void ordinaryDatagramsDoNotLeaveInClear() throws Exception {
        assertThat(sent("", 7777)).isEmpty();
    }

    @Test
    void ikeOfTheHostItselfPasses() throws Exception {
        assertThat(sent(" s.bind(('10.1.0.1', 500))", 500)).contains("clear");
    }
}

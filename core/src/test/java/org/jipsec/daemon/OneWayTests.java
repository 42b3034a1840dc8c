package org.jipsec.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/// Protection in one direction only: the way back does not lead into the device.
@RequiresWire
class OneWayTests {
    private static final String SA =
            "add 10.9.0.2 10.9.0.1 esp 0x1001 -m transport -E aes-gcm-16"
                    + " 0x000102030405060708090a0b0c0d0e0f10111213;\n";
    private static final String POLICY =
            "spdadd 10.9.0.2 10.9.0.1 any -P %s ipsec esp/transport//require;\n";

    @Test
    void hasWhatComesProtectedFromWhereNothingIsDivertedTo() throws Exception {
        try (Namespaces hosts = Namespaces.create("left", "right")) {
            hosts.join("left", "10.9.0.1/24", "right", "10.9.0.2/24");
            try (WireHost left = new WireHost(hosts, "left", "10.9.0.1");
                    WireHost right = new WireHost(hosts, "right", "10.9.0.2", "10.9.0.1")) {
                left.setkey(SA + POLICY.formatted("in"));
                right.setkey(SA + POLICY.formatted("out"));
                InetAddress there = InetAddress.getByName("10.9.0.1");
                try (DatagramSocket receiver =
                                hosts.in("left", () -> new DatagramSocket(7777, there));
                        DatagramSocket sender = hosts.in("right", () -> new DatagramSocket())) {
                    byte[] sent = "one way".getBytes(StandardCharsets.US_ASCII);
                    sender.send(new DatagramPacket(sent, sent.length, there, 7777));
                    DatagramPacket got = new DatagramPacket(new byte[100], 100);
                    receiver.setSoTimeout(10_000);
                    receiver.receive(got);
                    assertThat(new String(got.getData(), 0, got.getLength())).isEqualTo("one way");
                }
                assertThat(left.counter("packets-received-protected")).isEqualTo(1);
            }
        }
    }
}

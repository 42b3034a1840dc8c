package org.jipsec.dataplane;

import com.code_intelligence.jazzer.junit.FuzzTest;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// Octets from outside are packets or are dropped: no exception, no endless loop, no memory.
/// `JAZZER_FUZZ=1` makes a real fuzzer of each; else what was found once is run again.
class PacketFuzzTests {
    private static final InetAddress A = TestPackets.A4;
    private static final InetAddress B = TestPackets.B4;
    private static final InetAddress A6 = TestPackets.A6;
    private static final InetAddress B6 = TestPackets.B6;

    private static TestHost receiver() {
        TestHost host = new TestHost(B, B6);
        for (boolean ipv4 : new boolean[] {true, false}) {
            InetAddress a = ipv4 ? A : A6;
            InetAddress b = ipv4 ? B : B6;
            for (SaMode mode : new SaMode[] {SaMode.TRANSPORT, SaMode.TUNNEL}) {
                int base = mode == SaMode.TUNNEL ? 0x20 : 0x10;
                // without integrity, so that the fuzzer gets past it
                host.add(
                        TestSas.sa(IpsecProtocol.ESP, a, b, base)
                                .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                                .replayWindow(0)
                                .mode(mode)
                                .build());
                host.add(
                        TestSas.sa(IpsecProtocol.ESP, a, b, base + 1)
                                .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                                .replayWindow(0)
                                .encapsulation(new UdpEncapsulation(4500, 4500, Optional.of(A), 0))
                                .mode(mode)
                                .build());
                host.add(
                        TestSas.sa(IpsecProtocol.AH, a, b, base)
                                .authentication(AuthAlgorithm.NULL, Secret.EMPTY)
                                .replayWindow(0)
                                .mode(mode)
                                .build());
                host.add(
                        TestSas.sa(IpsecProtocol.ESP, a, b, base + 2)
                                .encryption(EncryptionAlgorithm.AES_GCM_16, TestSas.key(20))
                                .extendedSequence(true)
                                .mode(mode)
                                .build());
                host.add(
                        TestSas.sa(IpsecProtocol.ESP, a, b, base + 3)
                                .encryption(EncryptionAlgorithm.DES_CBC, TestSas.key(8))
                                .flags(new SaFlags(SaFlags.OLD | SaFlags.IV_4_OCTETS))
                                .mode(mode)
                                .build());
                host.add(TestSas.ipcomp(a, b, 0x300 + base).mode(mode).build());
            }
        }
        host.byPort = true;
        return host;
    }

    /// With length, checksum and addresses put right, so that more than the first check is fuzzed.
    private static byte[] plausible(byte[] octets) {
        byte[] packet = octets.clone();
        if (packet.length >= 20 && packet[0] >>> 4 == 4) {
            Octets.put16(packet, 2, packet.length);
            System.arraycopy(A.getAddress(), 0, packet, 12, 4);
            System.arraycopy(B.getAddress(), 0, packet, 16, 4);
            int header = (packet[0] & 15) * 4;
            if (header >= 20 && header <= packet.length) {
                IpHeaders.renewChecksum(packet, 0);
            }
        } else if (packet.length >= 40 && (packet[0] >>> 4 & 15) == 6) {
            Octets.put16(packet, 4, packet.length - 40);
            System.arraycopy(A6.getAddress(), 0, packet, 8, 16);
            System.arraycopy(B6.getAddress(), 0, packet, 24, 16);
        }
        return packet;
    }

    private static void mustBeDecided(TestHost host) {
        Verdict verdict = host.verdict;
        boolean sound =
                switch (verdict.kind()) {
                    case DROP -> verdict.reason() != null;
                    case DELIVER, IKE, ABSORBED -> verdict.reason() == null;
                    case SEND, ACQUIRE -> false;
                };
        if (!sound) {
            throw new IllegalStateException(verdict.kind() + " " + verdict.reason());
        }
    }

    @FuzzTest(maxDuration = "5m")
    void receivesAnything(byte[] octets) {
        TestHost host = receiver();
        byte[] bounded = Arrays.copyOf(octets, Math.min(octets.length, 0xffff));
        host.receive(Bytes.of(bounded));
        mustBeDecided(host);
        host.receive(Bytes.of(plausible(bounded)));
        mustBeDecided(host);
    }

    /// Cut into packets of 48 octets, most of which will be fragments.
    @FuzzTest(maxDuration = "3m")
    void putsAnyFragmentsTogether(byte[] octets) {
        TestHost host = receiver();
        for (int at = 0; at + 48 <= octets.length; at += 48) {
            byte[] packet = Arrays.copyOfRange(octets, at, at + 48);
            packet[0] = (byte) (packet[0] < 0 ? 0x60 : 0x45);
            if (packet[0] == 0x60) {
                packet[6] = 44;
            }
            host.receive(Bytes.of(plausible(packet)));
            mustBeDecided(host);
        }
    }

    @FuzzTest(maxDuration = "3m")
    void sendsAnything(byte[] octets) {
        TestHost host = new TestHost(A, A6);
        PolicyRule[] rules =
                new PolicyRule[] {
                    TestSas.transport(IpsecProtocol.IPCOMP),
                    TestSas.transport(IpsecProtocol.ESP),
                    TestSas.transport(IpsecProtocol.AH)
                };
        for (boolean ipv4 : new boolean[] {true, false}) {
            InetAddress a = ipv4 ? A : A6;
            InetAddress b = ipv4 ? B : B6;
            host.add(TestSas.ipcomp(a, b, 0x300).build());
            host.add(TestSas.esp(a, b, 0x301).build());
            host.add(TestSas.ah(a, b, 0x302).build());
            host.add(TestSas.policy(Direction.OUT, a, b, rules));
        }
        byte[] bounded = Arrays.copyOf(octets, Math.min(octets.length, 0xffff));
        for (byte[] packet : new byte[][] {bounded, plausible(bounded)}) {
            host.send(Bytes.of(packet));
            boolean dropped = host.verdict.kind() == Verdict.Kind.DROP;
            if (dropped != (host.verdict.reason() != null)) {
                throw new IllegalStateException(host.verdict.kind().name());
            }
        }
    }
}

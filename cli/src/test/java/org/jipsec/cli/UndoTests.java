package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import org.jipsec.sadb.BackendPart;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.WireException;
import org.jipsec.xfrm.Originals;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What undoes a change, on its way to the process that does it.
class UndoTests {
    private static final int POLICY_INFO = 168;

    /// A policy of Linux with nothing but its mark, as another program may have made one.
    private static BackendPart marked() throws WireException {
        byte[] octets = new byte[1 + 4 + POLICY_INFO + 4 + 8 + 8];
        octets[0] = 2;
        octets[4] = (byte) POLICY_INFO;
        int attributes = 1 + 4 + POLICY_INFO;
        octets[attributes + 3] = 1;
        octets[attributes + 7] = 21; // XFRMA_MARK
        octets[attributes + 11] = 8;
        octets[attributes + 12] = 7;
        return Originals.read(octets);
    }

    private static Undo undo() throws IOException, WireException {
        Prefix host = Prefix.host(InetAddress.getByName("192.0.2.1"));
        Policy policy = Policy.of(Selector.between(host, host), Direction.IN, PolicyAction.NONE);
        return new Undo(
                "1 to remove",
                "",
                List.of(
                        new SadbOperation.RestorePolicy(
                                new PolicySnapshot(
                                        policy,
                                        new CurrentLifetime(0, 0, Instant.EPOCH, Optional.empty()),
                                        new DumpMark(0, 0, 0),
                                        Optional.of(marked()))),
                        new SadbOperation.DeletePolicy(policy)));
    }

    private static byte[] written(Undo undo) throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        undo.write(new DataOutputStream(octets));
        return octets.toByteArray();
    }

    private static Undo read(byte[] octets) throws IOException {
        return Undo.read(new DataInputStream(new ByteArrayInputStream(octets)));
    }

    @Test
    void keepsTheMarkOfAPolicyThatAnotherProgramMade() throws Exception {
        Undo read = read(written(undo()));
        assertThat(read.operations().getFirst())
                .isInstanceOfSatisfying(
                        SadbOperation.RestorePolicy.class,
                        restored -> {
                            assertThat(restored.snapshot().own())
                                    .map(BackendPart::name)
                                    .contains("mark 0700000000000000");
                            assertThat(restored.snapshot().policy().direction())
                                    .isEqualTo(Direction.IN);
                        });
        assertThat(read.operations().get(1)).isInstanceOf(SadbOperation.DeletePolicy.class);
    }

    @Test
    void refusesWhatIsTornAtAnyPlace() throws Exception {
        byte[] whole = written(undo());
        for (int length = 0; length < whole.length; length++) {
            byte[] torn = Arrays.copyOf(whole, length);
            assertThatIOException().isThrownBy(() -> read(torn));
        }
    }
}

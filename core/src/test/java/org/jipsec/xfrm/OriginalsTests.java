package org.jipsec.xfrm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

class OriginalsTests {
    private static final SaOriginal SA =
            new SaOriginal(
                    Bytes.of(filled(Xfrm.SA_SIZE, 1)),
                    new TreeMap<>(Map.of(Xfrm.MARK, Bytes.ofHex("0700000000ff0000"))),
                    new TreeMap<>(Map.of(99, Secret.of(filled(40, 2)))),
                    true);
    private static final PolicyOriginal POLICY =
            new PolicyOriginal(
                    Bytes.of(filled(Xfrm.POLICY_SIZE, 3)),
                    new TreeMap<>(Map.of(Xfrm.IF_ID, Bytes.ofHex("2a000000"))));

    private static byte[] filled(int length, int octet) {
        byte[] octets = new byte[length];
        Arrays.fill(octets, (byte) octet);
        return octets;
    }

    @Test
    void readsWhatItHasWritten() throws WireException {
        SaOriginal read = (SaOriginal) Originals.read(SA.octets());
        assertThat(read).isEqualTo(SA);
        assertThat(read.algorithms().get(99).toArray()).isEqualTo(filled(40, 2));
        assertThat(Originals.read(POLICY.octets())).isEqualTo(POLICY);
    }

    @Test
    void refusesWhatIsCutOffAtAnyPlace() {
        byte[] whole = SA.octets();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatExceptionOfType(WireException.class).isThrownBy(() -> Originals.read(cut));
        }
    }

    @Test
    void refusesAnInfoOfAnotherSize() {
        byte[] octets = POLICY.octets();
        octets[4] = (byte) (Xfrm.POLICY_SIZE - 1);
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> Originals.read(octets))
                .withMessageContaining("does not fit");
    }

    @Test
    void refusesAKindItDoesNotKnow() {
        assertThatExceptionOfType(WireException.class)
                .isThrownBy(() -> Originals.read(new byte[] {3}))
                .withMessageContaining("kind 3");
    }
}

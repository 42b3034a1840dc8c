package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.SecurityAssociation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

/// The path itself allocates nothing; the JDK's ciphers allocate their parameters at each init, a
/// fixed amount that no packet's length changes.
class PacketGarbageBoundTests {
    record Bound(SecurityAssociation association, int outOctets, int inOctets) {
        @Override
        public String toString() {
            return association.encryption().word() + " " + association.authentication().word();
        }
    }

    static Stream<Bound> bounds() {
        return Stream.of(
                new Bound(PacketPathBenchmark.ah(), 8, 8),
                new Bound(PacketPathBenchmark.cbc(), 64, 64),
                new Bound(PacketPathBenchmark.gcm(), 2000, 2000));
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void allocatesNoMoreThanTheCipherDoes(Bound bound) {
        PacketPathBenchmark benchmark = new PacketPathBenchmark(bound.association());
        benchmark.run(20_000);

        PacketPathBenchmark.Result result = benchmark.run(20_000);

        assertThat(result.outOctets()).isLessThanOrEqualTo(bound.outOctets());
        assertThat(result.inOctets()).isLessThanOrEqualTo(bound.inOctets());
    }
}

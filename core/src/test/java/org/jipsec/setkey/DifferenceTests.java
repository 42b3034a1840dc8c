package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.SequenceState;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How an SA is replaced: one counter and key never come twice.
class DifferenceTests {
    private static final String BEFORE =
            "add 10.0.0.1 10.0.0.2 esp 0x1000 -u 1 -E aes-gcm-16 0x%s;"
                    .formatted("000102030405060708090a0b0c0d0e0f10111213");

    private static Plan plan(String text) {
        return SetkeyLanguage.compile(
                        SetkeyLanguage.source("test", text.getBytes(StandardCharsets.UTF_8)),
                        Capabilities.userspace(),
                        new CompileOptions(false, new SystemNames()))
                .plan()
                .orElseThrow();
    }

    private static Difference difference(String after) {
        SecurityAssociation association =
                ((SadbOperation.AddSa) plan(BEFORE).operations().getFirst().operation())
                        .association();
        SaSnapshot live =
                new SaSnapshot(
                        association,
                        SaState.MATURE,
                        new CurrentLifetime(100, 9000, Instant.EPOCH, Optional.empty()),
                        new DumpMark(0, 0, 0),
                        Optional.of(new SequenceState(100, 0, List.of())));
        WantedState wanted = new WantedState(List.of(live), List.of(), true);
        wanted.run(plan(after));
        return wanted.difference();
    }

    private static long sent(SadbOperation operation) {
        return ((SadbOperation.RestoreSa) operation).snapshot().sequence().orElseThrow().sent();
    }

    @Test
    void aReplacedSaThatKeepsItsKeyGoesOnCounting() {
        Difference difference = difference(BEFORE.replace("-u 1", "-u 2"));
        List<PlannedOperation> operations = difference.operations();
        assertThat(operations).hasSize(2);
        assertThat(operations.getFirst().operation()).isInstanceOf(SadbOperation.DeleteSa.class);
        SadbOperation.RestoreSa back = (SadbOperation.RestoreSa) operations.get(1).operation();
        assertThat(back.snapshot().association().reqid()).isEqualTo(2);
        assertThat(sent(back)).isGreaterThan(100);
    }

    @Test
    void andUndoneItIsAheadOfThat() {
        Difference difference = difference(BEFORE.replace("-u 1", "-u 2"));
        assertThat(sent(difference.undo().getLast()))
                .isGreaterThan(sent(difference.operations().getLast().operation()));
    }

    @Test
    void anotherKeyStartsAnew() {
        Difference difference = difference(BEFORE.replace("0x0001", "0x1101"));
        assertThat(difference.operations().getLast().operation())
                .isInstanceOf(SadbOperation.AddSa.class);
    }
}

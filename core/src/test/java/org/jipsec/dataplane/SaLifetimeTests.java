package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbOperation.AddSa;
import org.jipsec.sadb.SadbOperation.DumpSas;
import org.jipsec.sadb.SadbReply.Done;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SadbReply.Sas;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// How SAs grow old, and are renewed.
class SaLifetimeTests {
    private final VirtualClock clock = new VirtualClock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);
    private final List<SadbEvent> events = new ArrayList<>();

    SaLifetimeTests() {
        engine.listen(events::add);
    }

    private void add(SecurityAssociation.Builder builder) {
        assertThat(engine.execute(new AddSa(builder.build()))).isEqualTo(new Done());
    }

    private List<SaSnapshot> dump(IpsecProtocol protocol) {
        return ((Sas) engine.execute(new DumpSas(protocol))).snapshots();
    }

    @Test
    void diesInTwoSteps() {
        add(SadbEngineTests.esp(1).hard(Lifetime.ofSeconds(6)).soft(Lifetime.ofSeconds(2)));
        events.clear();
        assertThat(engine.nextDeadline()).hasValue(Instant.ofEpochMilli(clock.millis() + 2000));
        clock.seconds(3);
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.DYING);
        clock.seconds(4);
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP)).isEmpty();
        assertThat(events)
                .extracting(event -> ((SadbEvent.Expire) event).hard())
                .containsExactly(false, true);
        assertThat(((SadbEvent.Expire) events.get(1)).snapshot().state()).isEqualTo(SaState.DEAD);
        assertThat(engine.nextDeadline()).isEmpty();
    }

    @Test
    void countsALifetimeOfUseFromTheFirstPacket() {
        Lifetime use = new Lifetime(0, 0, Duration.ZERO, Duration.ofSeconds(10));
        add(SadbEngineTests.esp(1).hard(use).soft(use));
        clock.seconds(60);
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.MATURE);
        active(1).used(100, clock.millis());
        clock.seconds(9);
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP)).hasSize(1);
        clock.seconds(1);
        engine.tick();
        assertThat(dump(IpsecProtocol.ESP)).isEmpty();
    }

    @Test
    void showsWhatPacketsHaveUsed() {
        add(SadbEngineTests.esp(1));
        active(1).used(100, clock.millis());
        active(1).used(50, clock.millis());
        assertThat(dump(IpsecProtocol.ESP).get(0).current())
                .satisfies(
                        current -> {
                            assertThat(current.packets()).isEqualTo(2);
                            assertThat(current.bytes()).isEqualTo(150);
                            assertThat(current.firstUsed()).isPresent();
                        });
    }

    @Test
    void diesWhenItsPacketsSaySo() {
        Lifetime soft = new Lifetime(1, 0, Duration.ZERO, Duration.ZERO);
        Lifetime hard = new Lifetime(2, 0, Duration.ZERO, Duration.ZERO);
        add(SadbEngineTests.esp(1).soft(soft).hard(hard));
        ActiveSa sa = active(1);
        events.clear();
        sa.used(10, clock.millis());
        assertThat(sa.takeSoftCrossing()).isTrue();
        engine.notice(new Notice.Soft(sa));
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.DYING);
        assertThat(sa.state()).isEqualTo(SaState.DYING);
        engine.notice(new Notice.Hard(sa));
        engine.notice(new Notice.Hard(sa));
        assertThat(dump(IpsecProtocol.ESP)).isEmpty();
        assertThat(sa.state()).isEqualTo(SaState.DEAD);
        assertThat(events)
                .extracting(event -> ((SadbEvent.Expire) event).hard())
                .containsExactly(false, true);
    }

    @Test
    void renewsAMatureSaWithoutTouchingItsKeys() {
        add(SadbEngineTests.esp(1).hard(Lifetime.ofSeconds(6)).soft(Lifetime.ofSeconds(2)));
        ActiveSa sa = active(1);
        sa.continueFrom(77);
        clock.seconds(3);
        engine.tick();
        Lifetime longer = Lifetime.ofSeconds(100);
        assertThat(
                        engine.execute(
                                new SadbOperation.UpdateSa(
                                        SadbEngineTests.esp(1).hard(longer).soft(longer).build())))
                .isEqualTo(new Done());
        assertThat(dump(IpsecProtocol.ESP).get(0).state()).isEqualTo(SaState.MATURE);
        assertThat(dump(IpsecProtocol.ESP).get(0).association().hard()).isEqualTo(longer);
        assertThat(active(1)).isSameAs(sa);
        assertThat(sa.sequence()).isEqualTo(77);
        assertThat(
                        engine.execute(
                                new SadbOperation.UpdateSa(
                                        SadbEngineTests.esp(1)
                                                .encryption(EncryptionAlgorithm.NULL, Secret.EMPTY)
                                                .build())))
                .isInstanceOf(Refused.class);
    }

    private ActiveSa active(int spi) {
        FlowKey outer =
                PolicyClassifierTests.flow(
                        SadbEngineTests.A.address(), SadbEngineTests.B.address(), 50, 0, 0);
        return Objects.requireNonNull(engine.associations().inbound(50, spi, outer));
    }
}

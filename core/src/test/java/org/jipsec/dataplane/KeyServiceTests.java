package org.jipsec.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.MessageType;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyExtension.Reason;
import org.jipsec.pfkey.PfkeyMessage;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Who is told what, and what is refused.
class KeyServiceTests {
    private static final int PID = 7;

    private final VirtualClock clock = new VirtualClock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);
    private final KeyService service = new KeyService(engine.backend());

    @AfterEach
    void closeService() {
        service.close();
    }

    /// One who speaks messages, not operations.
    static final class Speaker {
        private final PfkeyChannel channel;

        Speaker(KeyService service) {
            MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
            service.attach(pair.service());
            channel = pair.client();
        }

        void say(PfkeyMessage message) throws IOException {
            channel.send(PfkeyCodec.encode(message));
        }

        PfkeyMessage hear() throws IOException {
            ByteBuffer octets = channel.receive();
            assertThat(octets).isNotNull();
            try {
                return PfkeyCodec.decode(octets);
            } catch (WireException wrong) {
                throw new AssertionError(wrong);
            }
        }

        PfkeyMessage ask(PfkeyMessage message) throws IOException {
            say(message);
            return hear();
        }

        PfkeyMessage ask(SadbOperation operation) throws IOException {
            return ask(PfkeyRequests.message(operation, 0, PID));
        }

        /// That nothing was said before: the answer to a last question comes first.
        void hearsNothingMore() throws IOException {
            PfkeyMessage last = PfkeyMessage.of(MessageType.EXPIRE, 3, 999, PID);
            assertThat(ask(last)).isEqualTo(last.withErrno(Errno.EOPNOTSUPP.number()));
        }
    }

    @Test
    void tellsAllWhatOneAdds() throws IOException {
        Speaker one = new Speaker(service);
        Speaker other = new Speaker(service);
        other.hearsNothingMore();
        PfkeyMessage answer =
                one.ask(PfkeyRequests.message(new SadbOperation.AddSa(esp(1)), 31, PID));
        assertThat(answer.sequence()).isEqualTo(31);
        assertThat(answer.processId()).isEqualTo(PID);
        assertThat(other.hear()).isEqualTo(answer);
        one.hearsNothingMore();
        other.hearsNothingMore();
    }

    @Test
    void answersAQuestionToTheOneWhoAsked() throws IOException {
        Speaker one = new Speaker(service);
        Speaker other = new Speaker(service);
        engine.execute(new SadbOperation.AddSa(esp(1)));
        assertThat(other.hear().is(MessageType.ADD)).isTrue();
        assertThat(one.hear().is(MessageType.ADD)).isTrue();
        assertThat(one.ask(new SadbOperation.DumpSas(IpsecProtocol.ESP)).sequence()).isZero();
        assertThat(one.ask(new SadbOperation.DumpPolicies()).errno())
                .isEqualTo(Errno.ENOENT.number());
        assertThat(one.ask(new SadbOperation.GetStatistics()).errno()).isZero();
        other.hearsNothingMore();
    }

    @Test
    void tellsTheRegisteredOfExpiriesAcquiresAndRegistrations() throws IOException {
        Speaker registered = new Speaker(service);
        Speaker stranger = new Speaker(service);
        assertThat(registered.ask(new SadbOperation.Register(IpsecProtocol.ESP)).extensions())
                .hasSize(2);
        SecurityAssociation mortal =
                esp(1).toBuilder().soft(Lifetime.ofSeconds(5)).hard(Lifetime.ofSeconds(10)).build();
        engine.execute(new SadbOperation.AddSa(mortal));
        assertThat(registered.hear().is(MessageType.ADD)).isTrue();
        assertThat(stranger.hear().is(MessageType.ADD)).isTrue();
        clock.seconds(6);
        engine.tick();
        assertThat(registered.hear().is(MessageType.EXPIRE)).isTrue();
        assertThat(stranger.ask(new SadbOperation.Register(IpsecProtocol.AH)).errno()).isZero();
        assertThat(registered.hear().is(MessageType.REGISTER)).isTrue();
        stranger.hearsNothingMore();
    }

    @Test
    void registersOnce() throws IOException {
        Speaker one = new Speaker(service);
        SadbOperation register = new SadbOperation.Register(IpsecProtocol.ESP);
        assertThat(one.ask(register).errno()).isZero();
        assertThat(one.ask(register).errno()).isEqualTo(Errno.EEXIST.number());
        SadbOperation all = new SadbOperation.Register(IpsecProtocol.UNSPEC);
        assertThat(one.ask(all).errno()).isZero();
        assertThat(one.ask(all).errno()).isZero();
    }

    @Test
    void showsAPromiscuousListenerEverythingUntilItHasEnough() throws IOException {
        Speaker listener = new Speaker(service);
        PfkeyMessage on = PfkeyMessage.of(MessageType.X_PROMISC, 1, 0, 1);
        assertThat(listener.ask(on)).isEqualTo(on);
        assertThat(listener.hear()).isEqualTo(on);
        Speaker one = new Speaker(service);
        one.ask(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        assertThat(listener.hear().is(MessageType.FLUSH)).isTrue();
        assertThat(listener.hear().is(MessageType.FLUSH)).isTrue();
        assertThat(one.ask(new SadbOperation.GetStatistics()).errno()).isZero();
        PfkeyMessage off = PfkeyMessage.of(MessageType.X_PROMISC, 0, 0, 1);
        assertThat(listener.ask(off)).isEqualTo(off);
        assertThat(listener.hear()).isEqualTo(off);
        listener.hearsNothingMore();
        assertThat(listener.ask(PfkeyMessage.of(MessageType.X_PROMISC, 2, 0, 1)).errno())
                .isEqualTo(Errno.EINVAL.number());
    }

    @Test
    void saysWhyOnlyToThoseWhoReadIt() throws IOException {
        Speaker plain = new Speaker(service);
        Speaker ours = new Speaker(service);
        SadbOperation unknown = new SadbOperation.DeletePolicyById(9, org.jipsec.sadb.Direction.IN);
        assertThat(plain.ask(unknown).extensions()).isEmpty();
        assertThat(ours.ask(PfkeyMessage.of(MessageType.JIPSEC_CAPABILITIES, 0, 0, PID)).errno())
                .isZero();
        assertThat(ours.ask(unknown).first(Reason.class)).contains(new Reason("no such policy"));
    }

    @Test
    void refusesWhatIsNoRequest() throws IOException {
        Speaker one = new Speaker(service);
        assertThat(one.ask(PfkeyMessage.of(MessageType.X_MIGRATE, 3, 0, PID)).errno())
                .isEqualTo(Errno.EOPNOTSUPP.number());
        for (PfkeyMessage senseless :
                List.of(
                        new PfkeyMessage(2, 0, 0, 0, 0, 0, PID, List.of()),
                        new PfkeyMessage(2, 77, 0, 0, 0, 0, PID, List.of()),
                        new PfkeyMessage(1, 9, 0, 0, 0, 0, PID, List.of()),
                        new PfkeyMessage(2, 9, 0, 0, 1, 0, PID, List.of()),
                        PfkeyMessage.of(MessageType.ADD, 3, 0, PID),
                        PfkeyMessage.of(MessageType.FLUSH, 5, 0, PID))) {
            PfkeyMessage answer = one.ask(senseless);
            assertThat(answer.errno()).isEqualTo(Errno.EINVAL.number());
            assertThat(answer.type()).isEqualTo(senseless.type());
            assertThat(answer.processId()).isEqualTo(PID);
        }
        ByteBuffer broken = ByteBuffer.allocate(24);
        PfkeyCodec.encode(PfkeyMessage.of(MessageType.FLUSH, 0, 0, PID), broken);
        broken.putLong(1).put(4, (byte) 3).flip();
        one.channel.send(broken);
        assertThat(one.hear().errno()).isEqualTo(Errno.EINVAL.number());
        one.hearsNothingMore();
    }

    @Test
    void hearsSilentlyThatAnAcquireWillNotBeAnswered() throws IOException {
        Speaker one = new Speaker(service);
        one.ask(new SadbOperation.Register(IpsecProtocol.ESP));
        SecurityAssociation wanted = esp(1);
        engine.notice(
                new Notice.Wanted(
                        1,
                        TestSas.transport(IpsecProtocol.ESP),
                        wanted.source().address(),
                        wanted.destination().address()));
        PfkeyMessage acquire = one.hear();
        assertThat(acquire.is(MessageType.ACQUIRE)).isTrue();
        one.say(PfkeyMessage.of(MessageType.ACQUIRE, 3, acquire.sequence(), PID).withErrno(110));
        one.hearsNothingMore();
        assertThat(engine.execute(new SadbOperation.DumpSas(IpsecProtocol.ESP)))
                .isInstanceOfSatisfying(
                        SadbReply.Sas.class,
                        sas ->
                                assertThat(sas.snapshots())
                                        .singleElement()
                                        .extracting(SaSnapshot::state)
                                        .isEqualTo(SaState.DEAD));
    }

    @Test
    void refusesAnAcquireThatSaysMoreThanThatItIsNotAnswered() throws IOException {
        Speaker one = new Speaker(service);
        PfkeyMessage more =
                PfkeyRequests.message(new SadbOperation.AddSa(esp(1)), 5, PID).withErrno(110);
        PfkeyMessage acquire =
                new PfkeyMessage(
                        more.version(),
                        MessageType.ACQUIRE.number(),
                        more.errno(),
                        more.saType(),
                        more.reserved(),
                        more.sequence(),
                        more.processId(),
                        more.extensions());
        assertThat(one.ask(acquire).errno()).isEqualTo(Errno.EOPNOTSUPP.number());
    }

    @Test
    void answersAReservationWithTheLarvalSa() throws IOException {
        Speaker one = new Speaker(service);
        SecurityAssociation model = esp(1);
        PfkeyMessage answer =
                one.ask(
                        new SadbOperation.ReserveSpi(
                                model.source(),
                                model.destination(),
                                IpsecProtocol.ESP,
                                SaMode.TUNNEL,
                                0,
                                new Spi(0x5000),
                                new Spi(0x5000)));
        assertThat(answer.is(MessageType.GETSPI)).isTrue();
        assertThat(answer.errno()).isZero();
        assertThat(answer.extensions().get(0).toString()).contains("0x00005000");
    }

    @Test
    void deletesAllBetweenTwoEndsAndTellsTheOthersOfEach() throws IOException {
        Speaker one = new Speaker(service);
        Speaker other = new Speaker(service);
        one.ask(new SadbOperation.AddSa(esp(1)));
        one.ask(new SadbOperation.AddSa(esp(2)));
        PfkeyMessage answer =
                one.ask(
                        new SadbOperation.DeleteAllSas(
                                esp(1).source(), esp(1).destination(), IpsecProtocol.ESP));
        assertThat(answer.errno()).isZero();
        one.hearsNothingMore();
        for (MessageType type :
                List.of(MessageType.ADD, MessageType.ADD, MessageType.DELETE, MessageType.DELETE)) {
            assertThat(other.hear().type()).isEqualTo(type.number());
        }
    }

    @Test
    void leavesOutMessagesForAListenerThatDoesNotReadAndGoesOn() throws IOException {
        KeyServiceClient deaf = service.attachUnserved(MemoryPfkeyChannel.pair().service());
        deaf.promiscuous = true;
        Speaker one = new Speaker(service);
        for (int i = 0; i < 3000; i++) {
            assertThat(one.ask(new SadbOperation.AddSa(esp(i))).errno()).isZero();
        }
        assertThat(deaf.dropped()).isPositive();
        assertThat(deaf.queuedOctets()).isBetween(1L, (long) KeyServiceClient.LIMIT);
    }

    @Test
    void servesOthersWhileOneDoesNotReadItsAnswers() throws IOException {
        Speaker one = new Speaker(service);
        for (int i = 0; i < 1000; i++) {
            assertThat(one.ask(new SadbOperation.AddSa(esp(i))).errno()).isZero();
        }
        Speaker deaf = new Speaker(service);
        for (int i = 0; i < 20; i++) {
            deaf.say(PfkeyRequests.message(new SadbOperation.DumpSas(IpsecProtocol.ESP), i, PID));
        }
        assertThat(one.ask(new SadbOperation.AddSa(esp(5000))).errno()).isZero();
        int entries = 0;
        for (int dumps = 0; dumps < 20; ) {
            PfkeyMessage entry = deaf.hear();
            if (entry.is(MessageType.DUMP)) {
                entries++;
                dumps += entry.sequence() == 0 ? 1 : 0;
            }
        }
        assertThat(entries).isBetween(20_000, 20_020);
    }

    @Test
    void turnsAwayMoreClientsThanItServes() throws IOException {
        for (int i = 0; i < KeyService.MAXIMUM_CLIENTS; i++) {
            service.attachUnserved(MemoryPfkeyChannel.pair().service());
        }
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        assertThat(pair.client().receive()).isNull();
        assertThat(service.clients()).isEqualTo(KeyService.MAXIMUM_CLIENTS);
    }

    @Test
    void closesAClientThatSendsNoMessages() throws IOException {
        Speaker one = new Speaker(service);
        one.channel.send(ByteBuffer.allocate(16));
        assertThat(one.channel.receive()).isNull();
    }

    @Test
    void closesItsClientsWithItself() throws IOException {
        Speaker one = new Speaker(service);
        one.hearsNothingMore();
        service.close();
        assertThat(one.channel.receive()).isNull();
        MemoryPfkeyChannel.Pair late = MemoryPfkeyChannel.pair();
        service.attach(late.service());
        assertThat(late.client().receive()).isNull();
    }

    @Test
    void answersEioWhenTheDatabasesAreOutOfReach() throws IOException {
        try (KeyService broken = new KeyService(new BrokenBackend())) {
            Speaker one = new Speaker(broken);
            assertThat(one.ask(new SadbOperation.FlushPolicies()).errno())
                    .isEqualTo(Errno.EIO.number());
        }
    }

    private static final class BrokenBackend implements SadbBackend {
        @Override
        public Capabilities capabilities() {
            return Capabilities.userspace();
        }

        @Override
        public SadbReply execute(SadbOperation operation) throws IOException {
            throw new IOException("out of reach");
        }

        @Override
        public void listen(Consumer<SadbEvent> listener) {}

        @Override
        public void close() {}
    }

    private static SecurityAssociation esp(int number) {
        try {
            return SecurityAssociation.builder(
                            Endpoint.of(InetAddress.getByName("192.0.2.1")),
                            Endpoint.of(InetAddress.getByName("192.0.2.2")),
                            IpsecProtocol.ESP,
                            new Spi(0x1000 + number))
                    .encryption(EncryptionAlgorithm.AES_CBC, Secret.of(new byte[16]))
                    .build();
        } catch (UnknownHostException notNumeric) {
            throw new IllegalStateException(notNumeric);
        }
    }
}

package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.setkey.PolicyFormatter;
import org.jipsec.setkey.SaFormatter;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// What a service that lies can say to `-D`, `-DP`, `-l`, `-p`, `-x` and `-H`: whatever comes is
/// either understood, and can be printed, or refused.
class HostileAnswersTests {
    private static final int TRIES = 100;

    private final List<SadbOperation> questions = questions();
    private int understood;

    private static List<SadbOperation> questions() {
        List<SadbOperation> questions = new ArrayList<>();
        questions.add(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        questions.add(new SadbOperation.DumpPolicies());
        questions.add(new SadbOperation.Register(IpsecProtocol.UNSPEC));
        questions.add(new SadbOperation.GetStatistics());
        return questions;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void areReadOrRefusedAndPrintedInBoundedText(long seed) throws Exception {
        Random random = new Random(seed);
        for (byte[] good : PfkeyFuzzTests.seeds()) {
            take(good);
            for (int i = 0; i < TRIES; i++) {
                take(changed(good, random));
            }
        }
        assertThat(understood).isGreaterThan(500);
    }

    /// A message with every extension of it twice.
    @Test
    void mayHoldAnExtensionTwice() throws Exception {
        for (byte[] good : PfkeyFuzzTests.seeds()) {
            byte[] twice = Arrays.copyOf(good, good.length * 2 - 16);
            System.arraycopy(good, 16, twice, good.length, good.length - 16);
            ByteBuffer.wrap(twice)
                    .order(PfkeyCodec.HOST)
                    .putShort(4, (short) Math.min(0xffff, twice.length / 8));
            take(twice);
        }
    }

    private static byte[] changed(byte[] good, Random random) {
        byte[] octets = good.clone();
        ByteBuffer view = ByteBuffer.wrap(octets).order(PfkeyCodec.HOST);
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(octets.length);
            switch (random.nextInt(5)) {
                case 0 -> octets[at] = (byte) random.nextInt();
                case 1 -> view.putShort(at & ~7, (short) random.nextInt(70)); // a length
                case 2 -> view.putShort((at & ~7) + 2, (short) random.nextInt(40)); // a type
                case 3 -> view.putLong(at & ~7, random.nextLong()); // a time, a count
                default -> Arrays.fill(octets, at, octets.length, (byte) 0xff);
            }
        }
        return random.nextInt(8) == 0
                ? Arrays.copyOf(octets, random.nextInt(octets.length + 1))
                : octets;
    }

    private void take(byte[] octets) {
        int most = 64 * octets.length + 4096;
        assertThat(PfkeyDump.text(ByteBuffer.wrap(octets)).length()).isLessThan(most);
        assertThat(PfkeyDump.hex(ByteBuffer.wrap(octets)).length()).isLessThan(most);
        PfkeyMessage answer;
        try {
            answer = PfkeyCodec.decode(ByteBuffer.wrap(octets));
        } catch (WireException notAMessage) {
            return;
        }
        for (SadbOperation question : questions) {
            try {
                print(PfkeyReplies.read(question, answer));
                understood++;
            } catch (RefusalException lacking) {
                assertThat(lacking.why()).isNotNull();
            }
        }
    }

    private static void print(SadbReply reply) {
        StringBuilder text = new StringBuilder();
        for (String zone : List.of("UTC", "Pacific/Kiritimati")) {
            SaFormatter sas = new SaFormatter(ZoneId.of(zone), true);
            PolicyFormatter policies = new PolicyFormatter(ZoneId.of(zone), true);
            switch (reply) {
                case SadbReply.Sas(var all) ->
                        all.forEach(
                                one -> {
                                    sas.append(text, one, Instant.EPOCH);
                                    sas.appendShort(text, one, Instant.EPOCH);
                                });
                case SadbReply.Policies(var all) -> all.forEach(one -> policies.append(text, one));
                default -> text.append(reply);
            }
        }
    }
}

package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.wire.WireException;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

class PfkeyDumpFileTests {
    @Test
    void readsTheEntriesOfADumpAmongOtherMessages() throws WireException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        KernelMessages.all().forEach(seen -> file.writeBytes(seen.octets()));
        PfkeyDumpFile read = PfkeyDumpFile.read(ByteBuffer.wrap(file.toByteArray()));
        assertThat(read.complaint()).isEmpty();
        List<PfkeyDumpFile.Entry.Sa> associations =
                read.entries().stream()
                        .filter(PfkeyDumpFile.Entry.Sa.class::isInstance)
                        .map(PfkeyDumpFile.Entry.Sa.class::cast)
                        .toList();
        assertThat(associations)
                .extracting(entry -> entry.snapshot().association().id().protocol())
                .containsExactly(IpsecProtocol.ESP, IpsecProtocol.ESP);
        assertThat(associations)
                .extracting(entry -> entry.snapshot().mark().sequence())
                .containsExactly(1, 0);
        // the refused second fwd policy of seed-tunnel-fwd.conf
        assertThat(read.entries()).contains(new PfkeyDumpFile.Entry.Failure(17));
    }

    /// The golden cli-nonoption-file: setkey prints "Level 3 reset.", the text of errno 47.
    @Test
    void takesASetkeyConfForAMessageWithAnErrno() throws WireException {
        PfkeyDumpFile read = PfkeyDumpFile.read(ascii("#!/usr/sbin/setkey -f\n\n# Flush the SAD"));
        assertThat(read.entries()).containsExactly(new PfkeyDumpFile.Entry.Failure('/'));
        assertThat(read.complaint()).contains("octet 4: message length");
    }

    @Test
    void refusesAFileShorterThanAHeader() {
        assertThatThrownBy(() -> PfkeyDumpFile.read(ascii("flush;\n")))
                .isInstanceOf(WireException.class);
    }

    @Test
    void saysWhatIsWrongBehindTheGoodEntries() throws WireException {
        byte[] entry =
                KernelMessages.all().stream()
                        .map(KernelMessages.Seen::octets)
                        .filter(octets -> octets[1] == MessageType.DUMP.number())
                        .filter(octets -> octets.length > PfkeyCodec.HEADER)
                        .findFirst()
                        .orElseThrow();
        ByteBuffer file = ByteBuffer.allocate(entry.length * 2 + 5).put(entry).put(entry).flip();
        file.limit(entry.length + 5);
        assertThat(PfkeyDumpFile.read(file).complaint()).isEqualTo("5 octets behind the end");
        file.limit(entry.length * 2 - 8);
        assertThat(PfkeyDumpFile.read(file).complaint()).contains("message length");
        file.limit(entry.length * 2).put(entry.length + PfkeyCodec.HEADER, (byte) 0xff);
        PfkeyDumpFile broken = PfkeyDumpFile.read(file);
        assertThat(broken.entries()).hasSize(1);
        assertThat(broken.complaint()).contains("in the message at octet " + entry.length);
        file.put(entry.length + PfkeyCodec.HEADER, entry[PfkeyCodec.HEADER]);
        file.put(entry.length + 3, (byte) 4);
        assertThat(PfkeyDumpFile.read(file).complaint()).contains("SA type 4");
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}

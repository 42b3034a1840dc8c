package org.jipsec.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/// Both scenarios as `examples/howto` runs them, at one fixed moment.
class HowtoTests {
    private static final Path FILES = Path.of("conf/howto");
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2004-11-14T12:45:39.373005Z"));

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void showsWhatTheHowtoShows(Scenario scenario) throws IOException {
        assertThat(run(scenario, FILES)).isTrue();
        assertThat(masked(out.toString())).isEqualTo(expected(scenario.word() + ".txt"));
    }

    /// HOWTO 4.2.1, but for the times.
    @Test
    void transportModeLooksOnTheWireAsInTheHowto() throws IOException {
        run(Scenario.TRANSPORT, FILES);
        assertThat(out.toString().lines().filter(line -> line.contains("(spi=")))
                .map(line -> line.substring("12:45:39.373005 ".length()))
                .containsExactly(
                        "192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x1):"
                                + " ESP(spi=0x00000201,seq=0x1) (DF)",
                        "192.168.2.100 > 192.168.1.100: AH(spi=0x00000300,seq=0x1):"
                                + " ESP(spi=0x00000301,seq=0x1)",
                        "192.168.1.100 > 192.168.2.100: AH(spi=0x00000200,seq=0x2):"
                                + " ESP(spi=0x00000201,seq=0x2) (DF)",
                        "192.168.2.100 > 192.168.1.100: AH(spi=0x00000300,seq=0x2):"
                                + " ESP(spi=0x00000301,seq=0x2)");
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    void capturesEveryPacketAndNoPlaintext(Scenario scenario) throws IOException {
        run(scenario, FILES);
        byte[] octets = Files.readAllBytes(folder.resolve("wire.pcap"));
        ByteBuffer pcap = ByteBuffer.wrap(octets);
        assertThat(pcap.getInt()).isEqualTo(0xa1b2c3d4);
        pcap.position(24);
        int packets = 0;
        while (pcap.hasRemaining()) {
            int length = pcap.getInt(pcap.position() + 8);
            int start = pcap.position() + 16;
            assertThat(pcap.get(start)).isEqualTo((byte) 0x45);
            assertThat(pcap.getShort(start + 2)).isEqualTo((short) length);
            pcap.position(start + length);
            packets++;
        }
        assertThat(packets).isEqualTo(4);
        String sent =
                new String(
                        Echo.request(Scenario.LEFT, Scenario.RIGHT, 1, 1).data().toArray(),
                        StandardCharsets.ISO_8859_1);
        assertThat(new String(octets, StandardCharsets.ISO_8859_1))
                .doesNotContain(sent.substring(0, 16));
    }

    @Test
    void failsWhenAPingIsNotAnswered() throws IOException {
        Path files =
                copy("0xc0291ff014dccdd03874d9e8e4cdf3e6", "0xc0291ff014dccdd03874d9e8e4cdf3e7");
        assertThat(run(Scenario.TRANSPORT, files)).isFalse();
        assertThat(err.toString())
                .contains("192.168.2.100 dropped 2: The integrity check value is wrong")
                .contains("2 of 2 pings were not answered");
    }

    @Test
    void failsWhenAnythingGoesInClear() throws IOException {
        Path files = copy("-P out ipsec", "-P out none; spdadd 10.0.0.1 10.0.0.2 any -P out ipsec");
        assertThat(run(Scenario.TRANSPORT, files)).isFalse();
        assertThat(err.toString()).contains("packets went in clear");
    }

    @Test
    void failsWithTheDiagnosticsOfAWrongFile() throws IOException {
        Path files = copy("-E 3des-cbc", "-E 3des-cbf");
        assertThat(run(Scenario.TRANSPORT, files)).isFalse();
        assertThat(err.toString()).contains("transport-200.conf:").contains("error[SK010]");
    }

    /// The HOWTO's files, with `was` replaced in those of 192.168.2.100.
    private Path copy(String was, String is) throws IOException {
        for (String name : List.of("transport-100.conf", "transport-200.conf")) {
            String text = Files.readString(FILES.resolve(name));
            Files.writeString(
                    folder.resolve(name), name.endsWith("200.conf") ? text.replace(was, is) : text);
        }
        return folder;
    }

    private boolean run(Scenario scenario, Path files) throws IOException {
        return new Howto(
                        scenario,
                        files,
                        folder.resolve("wire.pcap"),
                        CLOCK,
                        ZoneOffset.UTC,
                        RandomGenerator.getDefault(),
                        new PrintWriter(out, true),
                        new PrintWriter(err, true))
                .run();
    }

    private String masked(String text) {
        return text.replaceAll(" pid=\\d+", " pid=1").replace(folder.toString(), "FOLDER");
    }

    private static String expected(String name) throws IOException {
        try (InputStream in = HowtoTests.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package org.jipsec.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Wireshark's programs read what we write.
class TraceFileTests {
    @TempDir private Path folder;
    private final TracedHosts hosts = new TracedHosts();
    private Path file;

    @BeforeEach
    void writeFile() throws Exception {
        file = folder.resolve("trace.pcapng");
        TraceListener listener = hosts.feed.listen(TraceFilter.parse(""));
        hosts.exchange();
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(TraceFrame.header("jipsecd test").blocks());
            Optional<TraceFrame> frame = listener.next(0);
            while (frame.isPresent()) {
                out.write(frame.get().blocks());
                frame = listener.next(0);
            }
        }
    }

    @Test
    void capinfosFindsTwoInterfacesAndAllPackets() throws Exception {
        String capinfos = RequiredTool.program("capinfos", "wireshark-common").toString();
        assertThat(String.join("\n", run(capinfos, file.toString())))
                .contains(
                        "Wireshark/... - pcapng",
                        "Raw IP",
                        "Capture application: jipsecd test",
                        "Number of packets:   8",
                        "Number of interfaces in file: 2",
                        "Name = host",
                        "Name = wire",
                        "First packet time:   2026-11-23 08:08:12.123456789");
    }

    @Test
    void tsharkSeesCommentsDirectionsAndWhichPacketsBelongTogether() throws Exception {
        assertThat(
                        tshark(
                                "frame.interface_name",
                                "frame.packet_id",
                                "frame.packet_flags_direction",
                                "_ws.col.Protocol",
                                "frame.comment"))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("host|1|0x00000002|ICMP|esp 0x0000"),
                        line -> assertThat(line).startsWith("wire|1|0x00000002|ESP|esp 0x00000201"),
                        line -> assertThat(line).startsWith("wire|2|0x00000001|ESP|esp 0x00000301"),
                        line -> assertThat(line).startsWith("host|2|0x00000001|ICMP|esp 0x0000"),
                        line -> assertThat(line).startsWith("host|3|0x00000002|TCP|clear, no pol"),
                        line -> assertThat(line).startsWith("wire|4|0x00000001|ICMP|DROP policy-"),
                        line -> assertThat(line).startsWith("wire|5|0x00000001|ESP|DROP replayed"),
                        line -> assertThat(line).startsWith("wire|6|0x00000001|ESP|DROP no-sa"));
    }

    @Test
    void tsharkDecryptsWithTheTableOfKeys() throws Exception {
        Path settings = Files.createDirectories(folder.resolve("wireshark"));
        EspKeyTable.Table table = EspKeyTable.of(hosts.associations());
        assertThat(table.omitted()).isZero();
        Files.writeString(settings.resolve("esp_sa"), table.text());
        assertThat(tshark("frame.interface_name", "esp.spi", "esp.icv_good", "icmp.type"))
                .startsWith("host|||8", "wire|0x00000201|1|8", "wire|0x00000301|1|8", "host|||8");
    }

    private List<String> tshark(String... fields) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                RequiredTool.program("tshark", "tshark").toString(),
                                "-r",
                                file.toString(),
                                "-o",
                                "esp.enable_encryption_decode:TRUE",
                                "-o",
                                "esp.enable_authentication_check:TRUE",
                                "-T",
                                "fields",
                                "-E",
                                "separator=|"));
        for (String field : fields) {
            command.add("-e");
            command.add(field);
        }
        return run(command.toArray(String[]::new));
    }

    private List<String> run(String... command) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("XDG_CONFIG_HOME", folder.toString());
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        builder.redirectOutput(out.toFile());
        builder.redirectError(folder.resolve("err").toFile());
        assertThat(builder.start().waitFor()).as(Files.readString(folder.resolve("err"))).isZero();
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }
}

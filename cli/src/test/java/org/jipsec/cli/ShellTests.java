package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The shell on a terminal made of two streams.
class ShellTests {
    private static final String ADD =
            "add 10.0.0.1 10.0.0.2 esp 0x1000 -E 3des-cbc"
                    + " 0x7aeaca3f87d060a12f4a4487d5a5c3355920fae69a96c831;\n";

    @TempDir private Path folder;

    private String type(String keys) throws IOException {
        ByteArrayOutputStream screen = new ByteArrayOutputStream();
        try (TestMachine machine = new TestMachine(folder, "jsetkey");
                Terminal terminal =
                        new DumbTerminal(
                                "test",
                                Terminal.TYPE_DUMB,
                                new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8)),
                                screen,
                                StandardCharsets.UTF_8);
                Session session =
                        new Session(
                                () ->
                                        machine.open(
                                                BackendChoice.AUTO, Optional.empty(), notice -> {}),
                                machine.host(),
                                Presentation.plain(false),
                                true,
                                terminal.writer(),
                                terminal.writer())) {
            new Shell(session, terminal, Optional.of(folder.resolve("history"))).run();
        }
        return screen.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    @Test
    void runsAStatementAtItsSemicolon() throws IOException {
        assertThat(type("spdadd 10.0.0.1 10.0.0.2 any\n-P out\nnone;\nshow spd\nquit\n"))
                .contains("10.0.0.1[any] 10.0.0.2[any] 255", "out prio def none");
    }

    @Test
    void saysBelowALineWhatIsWrongWithIt() throws IOException {
        assertThat(type("frobnicate;\nquit\n")).contains("<shell>:1:1: error[SK003]");
    }

    @Test
    void showsWhatThereIs() throws IOException {
        assertThat(type(ADD + "show sa\nshow stats\nshow nothing\nquit\n"))
                .contains("spi=4096(0x00001000)", "security-associations", "show what?");
    }

    @Test
    void checksAndLoadsFiles() throws IOException {
        Files.writeString(folder.resolve("good.conf"), ADD);
        Files.writeString(folder.resolve("bad.conf"), "flush\n");
        assertThat(type("check good.conf\nshow sa\nload good.conf\nshow sa\nquit\n"))
                .contains("SAD + esp 10.0.0.1 -> 10.0.0.2 spi 0x1000")
                .contains("No SAD entries.")
                .contains("spi=4096(0x00001000)");
        assertThat(type("load bad.conf\nload missing.conf\nload\nquit\n"))
                .contains("bad.conf:1:")
                .contains("missing.conf: No such file or directory")
                .contains("needs a file");
    }

    @Test
    void helps() throws IOException {
        assertThat(type("?\nquit\n")).contains("show sa | spd | stats");
        assertThat(type("explain SK014\nquit\n")).contains("SK014");
    }

    @Test
    void neverKeepsALineWithAKey() throws IOException {
        type(
                ADD
                        + "show sa\n"
                        + "add 10.0.0.1 10.0.0.2 ah 0x1001\n"
                        + "-A hmac-md5\n"
                        + "\"sixteen octets..\";\n"
                        + "quit\n");
        assertThat(Files.readString(folder.resolve("history")))
                .contains("show sa")
                .doesNotContain("7aeaca3f", "sixteen", "hmac");
    }

    @Test
    void endsWithTheInput() throws IOException {
        assertThat(type("show sa\n")).contains("No SAD entries.");
    }

    @Test
    void completesWordsByTheirPlace() {
        ShellCompleter completer = new ShellCompleter(List::of);
        assertThat(completer.words(List.of(), "sp")).contains("spdadd", "show");
        assertThat(completer.words(List.of("show"), "")).containsExactly("sa", "spd", "stats");
        assertThat(completer.words(words("add 10.0.0.1 10.0.0.2 esp 1 -E"), ""))
                .contains("3des-cbc", "aes-gcm-16");
        assertThat(completer.words(words("spdadd 10.0.0.1 10.0.0.2 any -P out ipsec"), "esp/"))
                .contains("esp/transport//", "esp/tunnel/");
    }

    @Test
    void completesTheSasThatAreThere() throws IOException {
        try (TestMachine machine = new TestMachine(folder, "jsetkey")) {
            machine.feed(ADD, "-f", "-");
            try (Session session =
                    new Session(
                            () -> machine.open(BackendChoice.AUTO, Optional.empty(), notice -> {}),
                            machine.host(),
                            Presentation.plain(false),
                            true,
                            new java.io.PrintWriter(java.io.Writer.nullWriter()),
                            new java.io.PrintWriter(java.io.Writer.nullWriter()))) {
                ShellCompleter completer = new ShellCompleter(session::associations);
                assertThat(completer.words(words("delete"), "")).containsExactly("10.0.0.1");
                assertThat(completer.words(words("delete 10.0.0.1 10.0.0.2 esp"), "0x"))
                        .containsExactly("0x1000");
                assertThat(completer.words(words("get 10.0.0.9"), "")).isEmpty();
            }
        }
    }

    private static List<String> words(String line) {
        return List.of(line.split(" "));
    }
}

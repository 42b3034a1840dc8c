package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.ProcessRights.Right;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/// Who gets a wire, who does not, and what he is told.
class WireChoiceTests {
    private static final Set<Right> BOTH = Set.of(Right.NET_ADMIN, Right.NET_RAW);

    @TempDir private Path folder;

    @Test
    void isTheWireWhereThatIsAllowed() {
        assertThat(new FakeWire().best(host("")).isWanted()).isTrue();
    }

    @Test
    void isMemoryWhereTheUserSaysSo() {
        assertThat(new FakeWire().best(host("no")).whyNot()).contains("JIPSEC_WIRE=no");
        assertThat(new FakeWire().best(host("yes")).isWanted()).isTrue();
    }

    @Test
    void isMemoryWithoutTheRightsAndSaysWhatIsMissing() {
        FakeWire user = new FakeWire(new WireRights(Set.of(Right.NET_RAW), Path.of("/dev/null")));
        assertThat(user.best(host("")).whyNot())
                .contains("that needs CAP_NET_ADMIN and CAP_NET_RAW (be root)");
        Path nowhere = folder.resolve("tun");
        FakeWire noDevice = new FakeWire(new WireRights(BOTH, nowhere));
        assertThat(noDevice.best(host("")).whyNot())
                .contains("that needs " + nowhere + " (modprobe tun)");
    }

    @Test
    void isNeverSilentlyMemoryWhenJipsecdItselfIsStarted() {
        FakeWire user = new FakeWire(new WireRights(Set.of(), folder.resolve("tun")));
        String socket = folder.resolve("s").toString();
        for (String[] arguments :
                new String[][] {{"--socket", socket}, {"--foreground", "--socket", socket}}) {
            StringWriter err = new StringWriter();
            PrintWriter writer = new PrintWriter(err);
            int status =
                    new JipsecdCommand(host(""), user)
                            .run(InputStream.nullInputStream(), writer, writer, arguments);
            assertThat(status).isEqualTo(1);
            assertThat(err.toString())
                    .contains(
                            "CAP_NET_ADMIN and CAP_NET_RAW",
                            "be root",
                            "modprobe tun",
                            "jipsecd --no-wire");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "'--queues 0', 1 to 8",
        "'--queues 9', 1 to 8",
        "'--queues 12', 1 to 8",
        "'--queues two', 1 to 8",
        "'--queues=', 1 to 8",
        "'--queues 2 --no-wire', --no-wire"
    })
    void refusesANumberOfQueuesThatThereIsNot(String options, String why) {
        StringWriter err = new StringWriter();
        PrintWriter writer = new PrintWriter(err);
        int status =
                new JipsecdCommand(host(""), new FakeWire())
                        .run(InputStream.nullInputStream(), writer, writer, options.split(" "));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("--queues", why);
    }

    @Test
    void knowsItsOwnRights() {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        assertThat(WireRights.own().isAllowed()).isEqualTo(isRoot);
    }

    private static Host host(String wire) {
        return TestMachine.host(Map.of("JIPSEC_WIRE", wire));
    }
}

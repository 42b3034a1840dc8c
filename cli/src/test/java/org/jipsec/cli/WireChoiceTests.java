package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.ProcessRights.Right;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void knowsItsOwnRights() {
        boolean isRoot = "root".equals(System.getProperty("user.name"));
        assertThat(WireRights.own().isAllowed()).isEqualTo(isRoot);
    }

    private static Host host(String wire) {
        return TestMachine.host(Map.of("JIPSEC_WIRE", wire));
    }
}

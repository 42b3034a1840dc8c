package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Who may not, and is told why.
@RequiresWire
class WireRightsTests {
    /// A user without rights, but for finding the class files wherever they are.
    private static final String[] NOBODY = {
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
        "--no-new-privs"
    };

    @TempDir private Path folder;
    private WireScene scene;

    @BeforeEach
    void setScene() throws IOException {
        RequiredTool.program("setpriv", "util-linux");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        scene = WireScene.set(folder);
    }

    @AfterEach
    void clearScene() throws Exception {
        scene.close();
    }

    @Test
    void anotherUserCannotConnectToTheSocket() throws IOException {
        scene.start(WireScene.LEFT);
        assertThat(jsetkeyAsNobody("-D"))
                .contains("status 1")
                .contains(scene.socket(WireScene.LEFT).toString())
                .containsIgnoringCase("permission denied")
                .doesNotContain("Exception");
        // nor where somebody has opened it by mistake: the service looks at who asks
        Files.setPosixFilePermissions(
                scene.socket(WireScene.LEFT), PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(jsetkeyAsNobody("-D")).contains("status 1").doesNotContain("Exception");
        assertThat(scene.jsetkey(WireScene.LEFT, "-D")).isEqualTo("No SAD entries.\n");
    }

    @Test
    void anotherUserCannotStartTheWire() throws IOException {
        Path own = Files.createDirectory(folder.resolve("own"));
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
        String before = scene.traces(WireScene.LEFT);
        WireDaemon refused = scene.launch(WireScene.LEFT, own.resolve("nobody.sock"), NOBODY);
        assertThat(refused.awaitEnd()).isEqualTo(1);
        assertThat(refused.log())
                .contains("CAP_NET_ADMIN")
                .contains("--no-wire")
                .doesNotContain("Exception");
        assertThat(scene.traces(WireScene.LEFT)).isEqualTo(before);
    }

    private String jsetkeyAsNobody(String option) {
        List<String> command = new ArrayList<>(Arrays.asList(NOBODY));
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "jsetkey",
                        "--backend",
                        "userspace",
                        "--socket",
                        scene.socket(WireScene.LEFT).toString(),
                        option));
        return scene.hosts.run(
                WireScene.LEFT,
                "sh",
                "-c",
                "'" + String.join("' '", command) + "' 2>&1; echo status $?");
    }
}

package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.HookEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class HookRunnerTests {
    @TempDir Path folder;

    private final Recorded<IkeReport> log = new Recorded<>();
    private HookRunner hooks = new HookRunner(Duration.ofSeconds(30), log);

    @AfterEach
    void close() {
        hooks.close();
    }

    @Test
    void givesTheScriptTheEventAndExactlyItsEnvironment() throws Exception {
        // the shell itself adds PWD and the like, so not by a shell
        String script = script("exec /usr/bin/env -u PWD -u SHLVL -u _ -u OLDPWD");
        hooks.run(
                script,
                HookEvent.PHASE1_UP,
                Map.of("LOCAL_ADDR", "192.0.2.1", "REMOTE_ADDR", "192.0.2.2", "XAUTH_USER", ""));
        awaitEnd(script, HookEvent.PHASE1_UP, 0);

        assertThat(texts(IkeReport.Level.INFO))
                .containsExactlyInAnyOrder(
                        script + ": LOCAL_ADDR=192.0.2.1",
                        script + ": REMOTE_ADDR=192.0.2.2",
                        script + ": XAUTH_USER=");
    }

    @Test
    void tellsTheScriptWhichEventItIs() throws Exception {
        String script = script("echo $# $1");
        hooks.run(script, HookEvent.PHASE1_DOWN, Map.of());
        awaitEnd(script, HookEvent.PHASE1_DOWN, 0);

        assertThat(texts(IkeReport.Level.INFO)).containsExactly(script + ": 1 phase1_down");
    }

    @Test
    void runsThoseOfOnePeerOneAfterTheOther() throws Exception {
        String script = script("echo begin $1; sleep 0.1; echo end $1");
        Map<String, String> peer = Map.of("REMOTE_ADDR", "192.0.2.2");
        hooks.run(script, HookEvent.PHASE1_UP, peer);
        hooks.run(script, HookEvent.PHASE1_DOWN, peer);
        awaitEnd(script, HookEvent.PHASE1_DOWN, 0);

        assertThat(texts(IkeReport.Level.INFO))
                .containsExactly(
                        script + ": begin phase1_up",
                        script + ": end phase1_up",
                        script + ": begin phase1_down",
                        script + ": end phase1_down");
    }

    @Test
    void saysThatThereIsNoSuchScript() throws Exception {
        hooks.run("/nowhere/hook", HookEvent.PHASE1_UP, Map.of());

        assertThat(log.await(each -> each.level() == IkeReport.Level.ERROR))
                .extracting(IkeReport::text)
                .containsExactly("execve(\"/nowhere/hook\") failed: No such file or directory");
    }

    @Test
    void warnsOfAScriptThatFails() throws Exception {
        String script = script("exit 3");
        hooks.run(script, HookEvent.PHASE1_UP, Map.of());
        awaitEnd(script, HookEvent.PHASE1_UP, 3);

        assertThat(texts(IkeReport.Level.WARNING))
                .containsExactly(script + " phase1_up ended with status 3");
    }

    @Test
    void killsAScriptThatRunsTooLong() throws Exception {
        hooks.close();
        hooks = new HookRunner(Duration.ofMillis(100), log);
        String script = script("exec sleep 1000");
        hooks.run(script, HookEvent.PHASE1_UP, Map.of());

        assertThat(log.await(each -> each.level() == IkeReport.Level.WARNING))
                .extracting(IkeReport::text)
                .containsExactly(script + " phase1_up was killed: it ran for more than 0 s");
    }

    @Test
    void shortensWhatAScriptSaysWithoutEnd() throws Exception {
        String script = script("seq 1 10000");
        hooks.run(script, HookEvent.PHASE1_UP, Map.of());
        awaitEnd(script, HookEvent.PHASE1_UP, 0);

        assertThat(texts(IkeReport.Level.INFO)).hasSize(51);
        assertThat(texts(IkeReport.Level.INFO).getLast())
                .isEqualTo(script + ": (what else it says is left out)");
    }

    @Test
    void leavesOutWhatWouldWaitInVain() throws Exception {
        String gate = folder.resolve("gate").toString();
        String script = script("while [ ! -e " + gate + " ]; do sleep 0.05; done");
        for (int i = 0; i < HookRunner.WAITING + 2; i++) {
            hooks.run(script, HookEvent.PHASE1_UP, Map.of());
        }

        assertThat(texts(IkeReport.Level.WARNING))
                .containsExactly(script + " was not run for phase1_up: too many scripts wait");
        Files.createFile(Path.of(gate));
    }

    private String script(String text) throws IOException {
        Path path = folder.resolve("hook");
        Files.writeString(path, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
        return path.toString();
    }

    private void awaitEnd(String script, HookEvent event, int status) throws InterruptedException {
        String last = "%s %s ended with status %d".formatted(script, event.word(), status);
        log.await(each -> each.text().equals(last));
    }

    private List<String> texts(IkeReport.Level level) {
        return log.all().stream()
                .filter(each -> each.level() == level)
                .map(IkeReport::text)
                .toList();
    }
}

package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.cli.TestMachine.Result;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A change that is undone unless it is confirmed, with a service and a watcher of its own process.
class RevertTests {
    private static final String KEY = "0x00112233445566778899aabbccddeeff";
    private static final String SA =
            "add 10.0.0.1 10.0.0.2 esp 0x1000 -E aes-cbc "
                    + KEY
                    + " -A hmac-sha256 "
                    + KEY
                    + "ffeeddccbbaa99887766554433221100;\n";
    private static final String OTHER = SA.replace("0x1000", "0x1001").replace("ddee", "eedd");
    private static final String POLICY = "spdadd 10.0.0.1 10.0.0.2 any -P out discard;\n";

    @TempDir private Path folder;
    private Host host;
    private ServicePlace place;
    private Service service;

    @BeforeEach
    void begin() throws IOException {
        place = new ServicePlace(folder.resolve("pfkey.sock"));
        host =
                TestMachine.host(
                        Map.of("JIPSEC_WIRE", "no", "JIPSEC_SOCKET", place.socket().toString()));
        Files.createFile(place.logFile());
        service = Service.open(place, host.clock(), Optional.empty(), _ -> {}).orElseThrow();
    }

    @AfterEach
    void end() throws IOException {
        service.close();
    }

    private Result run(String input, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                new JsetkeyCommand(host, new ServiceBackends(host, new Network()))
                        .run(
                                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                                new PrintWriter(out, true),
                                new PrintWriter(err, true),
                                arguments);
        return new Result(out.toString(), err.toString(), status);
    }

    private ProcessHandle watcher() throws IOException {
        StatePlace state = StatePlace.of(place);
        return ProcessHandle.of(Waiting.at(state).orElseThrow().watcher()).orElseThrow();
    }

    private static Undo nothingToUndo() {
        return new Undo("1 to add", "", List.of());
    }

    private static void awaitEnd(ProcessHandle watcher) throws Exception {
        watcher.onExit().get(60, TimeUnit.SECONDS);
    }

    @Test
    void undoesTheChangeWhenNobodyConfirmsIt() throws Exception {
        run(SA, "-f", "-");
        String before = run("", "-D").out();
        Result applied =
                run("flush; " + OTHER + POLICY, "apply", "-f", "-", "--revert-after", "4s");
        assertThat(applied.err()).isEmpty();
        assertThat(applied.out())
                .contains("Done: 2 added, 0 changed, 1 removed, 0 unchanged")
                .contains("This is undone in 4 s unless: jsetkey confirm");
        ProcessHandle watcher = watcher();
        assertThat(watcher.info().commandLine().orElse("")).doesNotContain(KEY.substring(2));
        assertThat(run(SA, "apply", "-f", "-").err()).contains("a change waits to be confirmed");
        awaitEnd(watcher);
        assertThat(run("", "-D").out().replaceAll("pid=.*|current: .*|diff: .*", ""))
                .isEqualTo(before.replaceAll("pid=.*|current: .*|diff: .*", ""));
        assertThat(run("", "-DP").out()).isEqualTo("No SPD entries.\n");
        Result late = run("", "confirm");
        assertThat(late.status()).isEqualTo(1);
        assertThat(late.err())
                .contains("nothing is waiting", "was not confirmed and has been undone at ");
        assertThat(place.socket().resolveSibling("pfkey.sock.waiting")).doesNotExist();
        assertThat(place.socket().resolveSibling("pfkey.sock.reverting")).doesNotExist();
    }

    @Test
    void keepsTheChangeWhenItIsConfirmed() throws Exception {
        Result applied = run(SA, "apply", "-f", "-", "--revert-after", "5m");
        assertThat(applied.status()).isZero();
        ProcessHandle watcher = watcher();
        Result kept = run("", "confirm");
        assertThat(kept.out()).isEqualTo("kept: 1 to add, 0 to change, 0 to remove, 0 unchanged\n");
        awaitEnd(watcher);
        assertThat(run("", "-D").out()).contains("0x00001000");
        assertThat(run("", "confirm").err()).isEqualTo("nothing is waiting to be confirmed\n");
    }

    @Test
    void whatIsRefusedLeavesNothingWaiting() throws Exception {
        Result applied =
                run(
                        "flush; " + SA + "add 10.0.0.1 10.0.0.2 esp 0x1002 -E null -lh 60;",
                        "apply",
                        "-f",
                        "-",
                        "--revert-after",
                        "5m");
        assertThat(applied.status()).isEqualTo(1);
        assertThat(Waiting.at(StatePlace.of(place))).isEmpty();
    }

    @Test
    void saysSoWhenTheServiceHasEndedMeanwhile() throws Exception {
        run(SA, "apply", "-f", "-", "--revert-after", "1s");
        ProcessHandle watcher = watcher();
        StatePlace state = StatePlace.of(place);
        service.close();
        awaitEnd(watcher);
        assertThat(Waiting.news(state).orElseThrow())
                .contains("there was nothing to undo", "the service has ended");
    }

    /// Its starter is killed after it has begun to change something: the way back is taken at once.
    @Test
    void undoesAtOnceWhatItsStarterLeavesInTheMiddle() throws IOException {
        StatePlace state = StatePlace.of(place);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        nothingToUndo().write(new DataOutputStream(said));
        StringWriter out = new StringWriter();
        int status =
                new RevertWatcher(host, new ServiceBackends(host, new Network()))
                        .run(
                                new ByteArrayInputStream(said.toByteArray()),
                                new PrintWriter(out),
                                place.socket().toString(),
                                state.base().toString(),
                                state.instance(),
                                "600000");
        assertThat(status).isZero();
        assertThat(Waiting.news(state).orElseThrow()).contains("has been undone");
    }

    /// The backend broke off: how much of the change was made nobody knows.
    @Test
    void undoesAtOnceWhatABrokenBackendLeavesInTheMiddle() throws Exception {
        run(SA, "-f", "-");
        StatePlace state = StatePlace.of(place);
        Undo undo =
                new Undo("1 to add", "", List.of(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC)));
        ProcessHandle watcher;
        try (Revert revert =
                Revert.prepare(host, state, "userspace", Duration.ofMinutes(10), undo)) {
            watcher = ProcessHandle.of(revert.pid()).orElseThrow();
            revert.undoNow();
        }
        awaitEnd(watcher);
        assertThat(Waiting.news(state).orElseThrow()).contains("has been undone");
        assertThat(run("", "-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void leavesAServiceAloneThatIsNotTheOneOfTheChange() throws IOException {
        StatePlace state = StatePlace.of(place);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        nothingToUndo().write(new DataOutputStream(said));
        new RevertWatcher(host, new ServiceBackends(host, new Network()))
                .run(
                        new ByteArrayInputStream(said.toByteArray()),
                        new PrintWriter(new StringWriter()),
                        place.socket().toString(),
                        state.base().toString(),
                        "jipsecd 1 1",
                        "1");
        assertThat(Waiting.news(state).orElseThrow()).contains("has been started anew since");
        assertThat(Files.exists(state.reverting())).isFalse();
    }

    private Waiting waiting() throws IOException {
        return Waiting.at(StatePlace.of(place)).orElseThrow();
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        Process kill =
                new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// A jsetkey of its own process.
    private CompletableFuture<Result> started(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(ServiceStarter.program(host, "jsetkey"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = ServiceStarter.process(command);
        builder.environment().put("JIPSEC_SOCKET", place.socket().toString());
        Process process = builder.start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        byte[] out = process.getInputStream().readAllBytes();
                        byte[] err = process.getErrorStream().readAllBytes();
                        return new Result(
                                new String(out, StandardCharsets.UTF_8),
                                new String(err, StandardCharsets.UTF_8),
                                process.waitFor());
                    } catch (IOException | InterruptedException failed) {
                        throw new IllegalStateException(failed);
                    }
                });
    }

    @Test
    void ofTwoAtOnceTheSecondIsRefusedAndNotUndoneWithTheFirst() throws Exception {
        List<String> files = List.of(SA, OTHER);
        List<CompletableFuture<Result>> both = new ArrayList<>();
        for (String file : files) {
            both.add(started(file, "apply", "-f", "-", "--revert-after", "5m"));
        }
        List<Result> results = new ArrayList<>();
        for (CompletableFuture<Result> each : both) {
            results.add(each.get(60, TimeUnit.SECONDS));
        }
        assertThat(results).extracting(Result::status).containsExactlyInAnyOrder(0, 1);
        int first = results.get(0).status() == 0 ? 0 : 1;
        assertThat(results.get(1 - first).err())
                .contains("a change waits to be confirmed and is undone at", "nothing was changed");
        assertThat(run("", "-D").out())
                .contains(first == 0 ? "0x00001000" : "0x00001001")
                .doesNotContain(first == 0 ? "0x00001001" : "0x00001000");
        ProcessHandle watcher = watcher();
        assertThat(run("", "confirm").status()).isZero();
        awaitEnd(watcher);
        assertThat(run(files.get(1 - first), "apply", "-f", "-").status()).isZero();
    }

    /// It was confirmed, and another change waits before it has noticed.
    @Test
    void aWatcherLeavesTheChangeOfAnotherAlone() throws Exception {
        run(SA, "apply", "-f", "-", "--revert-after", "1s");
        ProcessHandle watcher = watcher();
        StatePlace state = StatePlace.of(place);
        Instant until = host.clock().instant().plusSeconds(600);
        try (Waiting.Hold other = Waiting.begin(state, until, nothingToUndo())) {
            awaitEnd(watcher);
            assertThat(other.isThere()).isTrue();
        }
        assertThat(run("", "-D").out()).contains("0x00001000");
        assertThat(Waiting.news(state)).isEmpty();
    }

    @Test
    void aKilledWatcherIsNoticedAndItsWorkCanBeDoneByHand() throws Exception {
        run(SA, "-f", "-");
        run("flush; " + OTHER + POLICY, "apply", "-f", "-", "--revert-after", "5m");
        assertThat(waiting().isWatched()).isTrue();
        ProcessHandle watcher = watcher();
        watcher.destroyForcibly();
        awaitEnd(watcher);
        assertThat(waiting().isWatched()).isFalse();
        Result refused = run(SA, "apply", "-f", "-");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .contains("what would undo it has ended (pid " + watcher.pid() + ")")
                .contains("jsetkey confirm --undo");
        assertThat(run(SA, "plan", "-f", "-").err()).contains("what would undo it has ended");
        Result undone = run("", "confirm", "--undo");
        assertThat(undone.err()).isEmpty();
        assertThat(undone.out())
                .isEqualTo("undone: 2 to add, 0 to change, 1 to remove, 0 unchanged\n");
        assertThat(run("", "-D").out()).contains("0x00001000").doesNotContain("0x00001001");
        assertThat(run("", "-DP").out()).isEqualTo("No SPD entries.\n");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.contains(".waiting") || name.contains(".reverting"));
        }
    }

    @Test
    void undoesAtOnceWhatIsNotToBeWaitedFor() throws Exception {
        run(SA, "apply", "-f", "-", "--revert-after", "5m");
        ProcessHandle watcher = watcher();
        assertThat(run("", "confirm", "--undo").status()).isZero();
        awaitEnd(watcher);
        assertThat(run("", "-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(Waiting.news(StatePlace.of(place))).isEmpty();
    }

    @Test
    void whatWaitsHoldsItsKeysWhereNobodyElseCanRead() throws Exception {
        run(SA, "-f", "-");
        run("flush;", "apply", "-f", "-", "--revert-after", "5m");
        Path file = StatePlace.of(place).waiting();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(waiting().toString()).doesNotContain(KEY.substring(2));
        ProcessHandle watcher = watcher();
        run("", "confirm");
        awaitEnd(watcher);
    }

    @Test
    void theEndOfTheTerminalDoesNotEndTheWatcher() throws Exception {
        run(SA, "apply", "-f", "-", "--revert-after", "3s");
        ProcessHandle watcher = watcher();
        for (String signal : List.of("HUP", "INT", "QUIT")) {
            signal(signal, watcher);
        }
        String stat = Files.readString(Path.of("/proc", Long.toString(watcher.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        String own = Files.readString(Path.of("/proc/self/stat"));
        assertThat(fields[3])
                .as("session")
                .isNotEqualTo(own.substring(own.lastIndexOf(')') + 2).split(" ")[3]);
        assertThat(fields[4]).as("terminal").isEqualTo("0");
        awaitEnd(watcher);
        assertThat(run("", "-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(Files.readString(place.logFile()))
                .contains(" jsetkey[" + watcher.pid() + "]: the change of jsetkey apply")
                .contains("was not confirmed and has been undone at ")
                .doesNotContain(KEY.substring(2));
    }

    @Test
    void pruneKnowsAgainWhatAnUndoneChangeHadPruned() throws Exception {
        run(SA + OTHER + POLICY, "-f", "-");
        Result pruned = run(SA, "apply", "-f", "-", "--prune", "--revert-after", "1s");
        assertThat(pruned.out()).contains("0 added, 0 changed, 2 removed");
        awaitEnd(watcher());
        assertThat(run("", "-D").out()).contains("0x00001001");
        assertThat(run(SA, "plan", "-f", "-", "--prune").out())
                .contains("0 to add, 0 to change, 2 to remove");
        assertThat(run(SA, "apply", "-f", "-", "--prune").out()).contains("2 removed");
        assertThat(run("", "-D").out()).doesNotContain("0x00001001");
    }

    @Test
    void theWayBackIsKnownBeforeAnythingIsChanged() throws Exception {
        StatePlace state = StatePlace.of(place);
        ProcessHandle watcher;
        try (Revert revert =
                Revert.prepare(host, state, "userspace", Duration.ofMinutes(10), nothingToUndo())) {
            watcher = ProcessHandle.of(revert.pid()).orElseThrow();
            assertThat(waiting().isWatched()).isTrue();
        }
        awaitEnd(watcher);
        assertThat(Waiting.at(state)).isEmpty();
        try (Revert revert =
                Revert.prepare(host, state, "userspace", Duration.ofMinutes(10), nothingToUndo())) {
            watcher = ProcessHandle.of(revert.pid()).orElseThrow();
            watcher.destroyForcibly();
            awaitEnd(watcher);
            assertThat(waiting().isWatched()).isFalse();
            assertThatThrownBy(revert::begin).isInstanceOf(IOException.class);
        }
        assertThat(run(SA, "apply", "-f", "-").err()).contains("what would undo it has ended");
    }

    /// An image whose jsetkey says that it is ready, and ends.
    @Test
    void undoesItselfWhatNobodyWouldUndo() throws Exception {
        Path program = Files.createDirectories(folder.resolve("image/bin")).resolve("jsetkey");
        Files.writeString(program, "#!/bin/sh\necho ready\nexec >&-\ncat >/dev/null\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        host =
                new Host(
                        host.environment(),
                        Optional.of(folder.resolve("image")),
                        host.folder(),
                        host.terminals(),
                        host.clock(),
                        host.zone(),
                        host.pause());
        Result applied = run(SA, "apply", "-f", "-", "--revert-after", "5m");
        assertThat(applied.err())
                .contains("the process that would undo the change has ended")
                .contains("; the change has been undone");
        assertThat(applied.out()).doesNotContain("Done");
        assertThat(applied.status()).isEqualTo(1);
        assertThat(run("", "-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void aChangeWaitsInVainForAServiceThatWasKilled() throws Exception {
        service.close();
        ServiceStarter.Started first = ServiceStarter.start(host, place, false);
        ProcessHandle killed = ProcessHandle.of(first.pid()).orElseThrow();
        run(SA, "apply", "-f", "-", "--revert-after", "5m");
        ProcessHandle watcher = watcher();
        killed.destroyForcibly();
        awaitEnd(killed);
        ServiceStarter.Started second = ServiceStarter.start(host, place, false);
        try {
            Result applied = run(OTHER, "apply", "-f", "-");
            assertThat(applied.err()).contains("1 to add", "has been started anew since");
            assertThat(applied.status()).isZero();
            awaitEnd(watcher);
            assertThat(run("", "-D").out()).contains("0x00001001").doesNotContain("0x00001000");
            run(SA, "apply", "-f", "-", "--revert-after", "1s");
            watcher = watcher();
        } finally {
            ProcessHandle.of(second.pid()).orElseThrow().destroyForcibly();
        }
        awaitEnd(watcher);
        assertThat(Files.readString(place.logFile()))
                .contains("there was nothing to undo", "the service has ended");
    }

    @Test
    void theSystemIsToldWhereAServiceHasNoLog() throws Exception {
        Path told = folder.resolve("told");
        Path logger = folder.resolve("logger");
        Files.writeString(logger, "#!/bin/sh\necho \"$@\" >>" + told + "\n");
        Files.setPosixFilePermissions(logger, PosixFilePermissions.fromString("rwx------"));
        RevertLog log =
                new RevertLog(
                        host.clock(), Optional.of(folder.resolve("no.log")), Optional.of(logger));
        log.say("could not be undone", true);
        log.say("-x is undone", false);
        assertThat(told)
                .hasContent(
                        "-t jsetkey -p daemon.err -- could not be undone\n"
                                + "-t jsetkey -p daemon.notice -- -x is undone");
        new RevertLog(host.clock(), Optional.empty(), Optional.empty()).say("unheard", true);
        new RevertLog(host.clock(), Optional.empty(), Optional.of(folder.resolve("no")))
                .say("unheard", true);
    }
}

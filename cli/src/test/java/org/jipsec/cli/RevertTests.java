package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        StatePlace state = StatePlace.of(place).orElseThrow();
        return ProcessHandle.of(Waiting.at(state).orElseThrow().watcher()).orElseThrow();
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
        assertThat(Waiting.at(StatePlace.of(place).orElseThrow())).isEmpty();
    }

    @Test
    void saysSoWhenTheServiceHasEndedMeanwhile() throws Exception {
        run(SA, "apply", "-f", "-", "--revert-after", "1s");
        ProcessHandle watcher = watcher();
        StatePlace state = StatePlace.of(place).orElseThrow();
        service.close();
        awaitEnd(watcher);
        assertThat(Waiting.news(state).orElseThrow())
                .contains("there was nothing to undo", "the service has ended");
    }

    /// Its starter is killed after it has begun to change something: the way back is taken at once.
    @Test
    void undoesAtOnceWhatItsStarterLeavesInTheMiddle() throws IOException {
        StatePlace state = StatePlace.of(place).orElseThrow();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(said);
        to.writeUTF("1 to add");
        to.writeInt(0);
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
        StatePlace state = StatePlace.of(place).orElseThrow();
        List<SadbOperation> undo = List.of(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        ProcessHandle watcher;
        try (Revert revert =
                Revert.prepare(
                        host, state, "userspace", Duration.ofMinutes(10), "1 to add", undo)) {
            watcher = ProcessHandle.of(revert.pid()).orElseThrow();
            revert.undoNow();
        }
        awaitEnd(watcher);
        assertThat(Waiting.news(state).orElseThrow()).contains("has been undone");
        assertThat(run("", "-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void leavesAServiceAloneThatIsNotTheOneOfTheChange() throws IOException {
        StatePlace state = StatePlace.of(place).orElseThrow();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(said);
        to.writeUTF("1 to add");
        to.writeInt(0);
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
}

package org.jipsec.cli;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyMonitor;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.setkey.ClassicTrace;
import org.jipsec.setkey.GoldenScript;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// A machine with a key service, empty databases and a clock that stands still but for [#sleep].
final class TestMachine implements GoldenScript.Program, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final Map<String, String> environment = new HashMap<>();
    private Instant now = Instant.parse("2026-11-23T08:08:12.25Z");
    private final InstantSource clock = () -> now;
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);
    private final KeyService service = new KeyService(engine.backend());
    private final Path folder;
    private final String program;
    private int nextProcessId = 5000;
    private boolean asKernel;
    private Path state;
    int rounds;

    /// @param folder where relative file names are looked for
    /// @param program `jsetkey` or `setkey`
    TestMachine(Path folder, String program) {
        this.folder = folder;
        this.state = folder;
        this.program = program;
    }

    /// One whose databases stand where a kernel's would behind XFRM: without PF_KEY, and silent to
    /// whoever changes them.
    static TestMachine withKernel(Path folder, String program) {
        TestMachine machine = new TestMachine(folder, program);
        machine.asKernel = true;
        return machine;
    }

    /// Somebody else changes the databases: a program that keeps no list of what it puts there.
    void asOriginal(String text) {
        feed(text, "--classic", "-c");
    }

    record Result(String out, String err, int status) {}

    Result run(String... arguments) {
        return feed("", arguments);
    }

    Result feed(String input, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                run(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        List.of(arguments));
        return new Result(out.toString(), err.toString(), status);
    }

    @Override
    public int run(InputStream in, PrintWriter out, PrintWriter err, List<String> arguments) {
        String[] array = arguments.toArray(String[]::new);
        int status =
                program.equals("setkey")
                        ? new SetkeyCommand(host(), this::open).run(in, out, err, array)
                        : new JsetkeyCommand(host(), this::open).run(in, out, err, array);
        out.flush();
        err.flush();
        return status;
    }

    /// This machine as a program of ours sees it, but for its environment.
    static Host host(Map<String, String> environment) {
        Host real = Host.real();
        return new Host(
                environment,
                real.home(),
                real.folder(),
                real.terminals(),
                real.clock(),
                real.zone(),
                real.pause());
    }

    Host host() {
        return new Host(
                environment,
                Optional.empty(),
                folder,
                "",
                clock,
                () -> ZoneOffset.UTC,
                () -> {
                    sleep(Duration.ofSeconds(1));
                    return --rounds > 0;
                });
    }

    @Override
    public void sleep(Duration duration) {
        now = now.plus(duration);
        engine.tick();
    }

    BackendLink open(BackendChoice choice, Optional<Path> socket, Consumer<String> notice)
            throws IOException {
        if (asKernel) {
            return new XfrmLink(new SilentBackend(engine.backend()), this::statePlace);
        }
        int processId = nextProcessId++;
        PfkeyBackend backend =
                PfkeyBackend.open(channel(), processId, PfkeyBackend.Peer.SERVICE, PATIENCE);
        MessageTrace trace = new MessageTrace();
        return new BackendLink() {
            @Override
            public SadbBackend backend() {
                return backend;
            }

            @Override
            public ClassicTrace trace() {
                backend.trace(trace);
                return trace;
            }

            @Override
            public void monitor(Predicate<ByteBuffer> messages) throws IOException {
                try (PfkeyMonitor monitor = PfkeyMonitor.open(channel(), processId)) {
                    // The echo of the monitor's own wish, then what the test does meanwhile.
                    for (int i = 0; i < rounds; i++) {
                        ByteBuffer message = monitor.next();
                        if (message == null || !messages.test(message)) {
                            return;
                        }
                    }
                }
            }

            @Override
            public StatePlace statePlace() {
                return TestMachine.this.statePlace();
            }

            @Override
            public void close() throws IOException {
                backend.close();
            }
        };
    }

    Instant now() {
        return now;
    }

    /// What it knows of changes is kept there from now on, not in the folder of its files.
    void keepsItsFilesIn(Path elsewhere) {
        state = elsewhere;
    }

    StatePlace statePlace() {
        return new StatePlace(state.resolve("machine"), "this one", Optional.empty());
    }

    private PfkeyChannel channel() {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.attach(pair.service());
        return pair.client();
    }

    @Override
    public void close() {
        service.close();
    }
}

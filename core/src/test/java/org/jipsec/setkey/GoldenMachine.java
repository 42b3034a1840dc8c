package org.jipsec.setkey;

import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.pfkey.MemoryPfkeyChannel;
import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyDump;
import org.jipsec.pfkey.PfkeyTrace;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.wire.IpText;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.Consumer;

/// The machine on which the goldens were made, as far as setkey sees it: empty databases, no DNS,
/// Debian's services. Time stands still but for [#sleep], unless the databases are a kernel's.
public final class GoldenMachine implements GoldenScript.Program, AutoCloseable {
    /// Without DNS every name gives the same answer; of the services only those of UDP count.
    public static final ClassicNames NAMES =
            new ClassicNames() {
                @Override
                public Optional<InetAddress> numeric(String host) {
                    return IpText.parse(host);
                }

                @Override
                public List<InetAddress> addresses(String name) throws LookupFailed {
                    throw new LookupFailed("Temporary failure in name resolution");
                }

                @Override
                public OptionalInt udpPort(String service) {
                    Integer port =
                            Map.of("domain", 53, "isakmp", 500, "l2tp", 1701, "l2f", 1701)
                                    .get(service);
                    return port == null ? OptionalInt.empty() : OptionalInt.of(port);
                }
            };

    /// Who answers a session.
    @FunctionalInterface
    public interface Databases {
        /// @param processId another for each
        SadbBackend open(int processId) throws IOException;
    }

    private final InstantSource clock;
    private final Consumer<Duration> sleep;
    private final Optional<KeyService> service;
    private final Databases databases;
    private int processId = 1000;

    private GoldenMachine(boolean pfkey) {
        Clock still = new Clock();
        SadbEngine engine = new SadbEngine(still, new Random(1), 4711);
        clock = still;
        sleep =
                duration -> {
                    still.now = still.now.plus(duration);
                    engine.tick();
                };
        service = pfkey ? Optional.of(new KeyService(engine.backend())) : Optional.empty();
        databases = pfkey ? this::connected : _ -> engine.backend();
    }

    private GoldenMachine(Databases kernel) {
        clock = InstantSource.system();
        sleep = GoldenMachine::sleepReally;
        service = Optional.empty();
        databases = kernel;
    }

    /// Sessions call the engine.
    public static GoldenMachine direct() {
        return new GoldenMachine(false);
    }

    /// Sessions speak PF_KEY, and so have messages for `-v` and `-H`.
    public static GoldenMachine overPfkey() {
        return new GoldenMachine(true);
    }

    /// Sessions reach a kernel, in which time is what it is.
    static GoldenMachine overKernel(Databases kernel) {
        return new GoldenMachine(kernel);
    }

    private static void sleepReally(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private SadbBackend connected(int ownProcessId) throws IOException {
        return PfkeyBackend.open(
                connect(), ownProcessId, PfkeyBackend.Peer.SERVICE, Duration.ofSeconds(20));
    }

    /// A channel to the service of [#overPfkey].
    PfkeyChannel connect() {
        MemoryPfkeyChannel.Pair pair = MemoryPfkeyChannel.pair();
        service.orElseThrow().attach(pair.service());
        return pair.client();
    }

    @Override
    public void close() {
        service.ifPresent(KeyService::close);
    }

    /// `setkey -f` of a text.
    ///
    /// @param name as messages give it
    public int runFile(
            String name, String text, ClassicSettings settings, PrintWriter out, PrintWriter err) {
        return run(settings, out, err, session -> session.runFile(name, text));
    }

    /// Only the modes of a session: `-c -f -D -F` with `-P -a -p -l -n -v -H -r -k`.
    @Override
    public int run(InputStream in, PrintWriter out, PrintWriter err, List<String> arguments) {
        StringBuilder letters = new StringBuilder();
        List<String> files = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.startsWith("-")) {
                letters.append(argument, 1, argument.length());
            } else {
                files.add(argument);
            }
        }
        return run(
                settings(letters),
                out,
                err,
                session -> run(session, letters.toString(), files, in));
    }

    private static int run(
            ClassicSession session, String letters, List<String> files, InputStream in)
            throws IOException {
        if (letters.indexOf('f') >= 0) {
            return session.runFile(files.get(0), GoldenFiles.text("cli/" + files.get(0)));
        }
        if (letters.indexOf('c') >= 0) {
            return session.runInput(
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1)));
        }
        boolean policies = letters.indexOf('P') >= 0;
        if (letters.indexOf('D') >= 0) {
            if (policies) {
                session.dumpPolicies();
            } else {
                session.dumpSas();
            }
        } else if (letters.indexOf('F') >= 0) {
            if (policies) {
                session.flushPolicies();
            } else {
                session.flushSas();
            }
        }
        return 0;
    }

    private interface Mode {
        int run(ClassicSession session) throws IOException;
    }

    private int run(ClassicSettings settings, PrintWriter out, PrintWriter err, Mode mode) {
        ClassicHost host = new ClassicHost(NAMES, clock, ZoneOffset.UTC, () -> false);
        Trace trace = new Trace();
        try (SadbBackend backend = open(trace)) {
            return mode.run(new ClassicSession(backend, trace, host, settings, out, err));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private SadbBackend open(Trace trace) throws IOException {
        SadbBackend backend = databases.open(processId++);
        if (backend instanceof PfkeyBackend pfkey) {
            pfkey.trace(trace);
        }
        return backend;
    }

    private static final class Trace implements PfkeyTrace, ClassicTrace {
        private List<Message> seen = new ArrayList<>();

        @Override
        public void sent(ByteBuffer message) {
            seen.add(new Message(true, PfkeyDump.text(message) + "\n", PfkeyDump.hex(message)));
        }

        @Override
        public void received(ByteBuffer message) {
            seen.add(new Message(false, PfkeyDump.text(message) + "\n", PfkeyDump.hex(message)));
        }

        @Override
        public List<Message> take() {
            List<Message> taken = seen;
            seen = new ArrayList<>();
            return taken;
        }
    }

    @Override
    public void sleep(Duration duration) {
        sleep.accept(duration);
    }

    private static ClassicSettings settings(CharSequence letters) {
        return new ClassicSettings(
                has(letters, 'n'),
                !has(letters, 'k'),
                has(letters, 'v'),
                has(letters, 'H'),
                has(letters, 'p'),
                has(letters, 'a'),
                has(letters, 'l'));
    }

    private static boolean has(CharSequence letters, char letter) {
        return letters.toString().indexOf(letter) >= 0;
    }

    private static final class Clock implements InstantSource {
        private Instant now = Instant.parse("2026-11-23T08:08:12.25Z");

        @Override
        public Instant instant() {
            return now;
        }
    }
}

package org.jipsec.setkey;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.wire.IpText;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/// The machine on which the goldens were made, as far as setkey sees it: empty databases, no DNS,
/// Debian's services. Time stands still but for [#sleep].
public final class GoldenMachine implements GoldenScript.Program {
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

    private final Clock clock = new Clock();
    private final SadbEngine engine = new SadbEngine(clock, new Random(1), 4711);

    /// `setkey -f` of a text.
    ///
    /// @param name as messages give it
    public int runFile(
            String name, String text, ClassicSettings settings, PrintWriter out, PrintWriter err) {
        return session(settings, out, err).runFile(name, text);
    }

    /// Only the modes of a session: `-c -f -D -F` with `-P -a -p -l -n -v -r -k`.
    @Override
    public int run(InputStream in, PrintWriter out, PrintWriter err, List<String> arguments) {
        StringBuilder letters = new StringBuilder();
        String file = "";
        for (String argument : arguments) {
            if (argument.startsWith("-")) {
                letters.append(argument, 1, argument.length());
            } else {
                file = argument;
            }
        }
        ClassicSession session = session(settings(letters), out, err);
        try {
            if (has(letters, 'f')) {
                return session.runFile(file, GoldenFiles.text("cli/" + file));
            } else if (has(letters, 'c')) {
                return session.runInput(
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.ISO_8859_1)));
            } else if (has(letters, 'D')) {
                if (has(letters, 'P')) {
                    session.dumpPolicies();
                } else {
                    session.dumpSas();
                }
            } else if (has(letters, 'P')) {
                session.flushPolicies();
            } else {
                session.flushSas();
            }
            return 0;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Override
    public void sleep(Duration duration) {
        clock.now = clock.now.plus(duration);
        engine.tick();
    }

    private ClassicSession session(ClassicSettings settings, PrintWriter out, PrintWriter err) {
        SadbBackend backend = engine.backend();
        ClassicHost host = new ClassicHost(NAMES, clock, ZoneOffset.UTC, () -> false);
        return new ClassicSession(backend, ClassicTrace.NONE, host, settings, out, err);
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

package org.jipsec.setkey;

import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.IpText;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/// A classic session with a backend that records what it is asked.
abstract class ClassicRun {
    final Recorder backend = new Recorder();
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    ClassicSettings settings = ClassicSettings.DEFAULT;

    int run(String text) {
        return session().runFile("F", text);
    }

    int runInput(String text) throws IOException {
        return session().runInput(new BufferedReader(new StringReader(text)));
    }

    private ClassicSession session() {
        ClassicHost host =
                new ClassicHost(
                        new TwoFacedNames(),
                        InstantSource.fixed(Instant.EPOCH),
                        ZoneOffset.UTC,
                        () -> false);
        return new ClassicSession(
                backend,
                ClassicTrace.NONE,
                host,
                settings,
                new PrintWriter(out),
                new PrintWriter(err));
    }

    /// Knows one host, `two`, which has an address of each family.
    private static final class TwoFacedNames implements ClassicNames {
        @Override
        public Optional<InetAddress> numeric(String host) {
            return IpText.parse(host);
        }

        @Override
        public List<InetAddress> addresses(String name) throws LookupFailed {
            if (!name.equals("two")) {
                throw new LookupFailed(UNKNOWN_HOST);
            }
            return List.of(
                    IpText.parse("192.0.2.1").orElseThrow(),
                    IpText.parse("2001:db8::1").orElseThrow());
        }

        @Override
        public OptionalInt udpPort(String service) {
            return service.equals("isakmp") ? OptionalInt.of(500) : OptionalInt.empty();
        }
    }

    /// Says yes to everything, or what it is told to say.
    static final class Recorder implements SadbBackend {
        final List<SadbOperation> operations = new ArrayList<>();
        Function<SadbOperation, SadbReply> answer = operation -> new SadbReply.Done();
        boolean broken;
        boolean absent;

        List<SecurityAssociation> associations() {
            return operations.stream()
                    .filter(SadbOperation.AddSa.class::isInstance)
                    .map(operation -> ((SadbOperation.AddSa) operation).association())
                    .toList();
        }

        List<Policy> policies() {
            List<Policy> policies = new ArrayList<>();
            for (SadbOperation operation : operations) {
                if (operation instanceof SadbOperation.AddPolicy(Policy policy)) {
                    policies.add(policy);
                } else if (operation instanceof SadbOperation.DeletePolicy(Policy policy)) {
                    policies.add(policy);
                }
            }
            return policies;
        }

        @Override
        public Capabilities capabilities() {
            return ClassicCapabilities.LINUX;
        }

        @Override
        public SadbReply execute(SadbOperation operation) throws IOException {
            if (operation instanceof SadbOperation.Register) {
                if (absent) {
                    throw new IOException("nobody is there");
                }
                return new SadbReply.Registered(ClassicCapabilities.LINUX);
            }
            if (broken) {
                throw new IOException("it is gone");
            }
            operations.add(operation);
            return answer.apply(operation);
        }

        @Override
        public void listen(Consumer<SadbEvent> listener) {}

        @Override
        public void close() {}
    }
}

package org.jipsec.testing;

import org.jipsec.os.NetworkNamespace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Network namespaces for one test, joined by veth as it likes; all gone after [#close], and what
/// was opened in them with them. Nothing is done to the machine's own namespace.
///
/// ```
/// try (Namespaces hosts = Namespaces.create("left", "right")) {
///     hosts.join("left", "10.0.0.1/24", "right", "10.0.0.2/24");
///     UdpSocket socket = hosts.in("left", () -> UdpSocket.bind(...));
///     String answer = hosts.run("right", "ping", "-c1", "10.0.0.1");
/// }
/// ```
public final class Namespaces implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Map<String, String> names = new LinkedHashMap<>();
    private final Thread cleaner = new Thread(this::delete);
    private int veths;

    private Namespaces() {}

    /// Each with its loopback up and without duplicate address detection, so that an address works
    /// at once.
    public static Namespaces create(String... wanted) {
        Namespaces made = new Namespaces();
        Runtime.getRuntime().addShutdownHook(made.cleaner);
        try {
            for (String name : wanted) {
                made.add(name);
            }
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        return made;
    }

    /// What `ip netns` calls it.
    public String realName(String name) {
        String real = names.get(name);
        if (real == null) {
            throw new IllegalArgumentException("no namespace " + name + " in " + names.keySet());
        }
        return real;
    }

    /// Makes a pair of devices, `veth0` and so on, one in each, and brings them up.
    ///
    /// @param leftAddress with prefix length, or empty for none
    /// @return the name of the two, the same on both sides
    public String join(String left, String leftAddress, String right, String rightAddress) {
        String device = "veth" + veths++;
        ip(
                left,
                "link",
                "add",
                device,
                "type",
                "veth",
                "peer",
                "name",
                device,
                "netns",
                realName(right));
        prepare(left, device, leftAddress);
        prepare(right, device, rightAddress);
        return device;
    }

    /// `ip -n NAMESPACE ARGUMENTS`.
    public String ip(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", realName(name)));
        command.addAll(List.of(arguments));
        return execute(command);
    }

    /// Runs a program inside to its end.
    ///
    /// @return its standard output and error
    /// @throws AssertionError when it fails, with what it said
    public String run(String name, String... command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", realName(name)));
        whole.addAll(List.of(command));
        return execute(whole);
    }

    /// Starts a program inside; end it yourself.
    public Process start(String name, String... command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", realName(name)));
        whole.addAll(List.of(command));
        try {
            return new ProcessBuilder(whole).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs `task` inside, on the calling thread: what it opens belongs there for good.
    public <T> T in(String name, NetworkNamespace.Task<T> task) throws IOException {
        try (NetworkNamespace namespace = NetworkNamespace.named(realName(name))) {
            return namespace.run(task);
        }
    }

    @Override
    public void close() {
        delete();
        Runtime.getRuntime().removeShutdownHook(cleaner);
    }

    private void add(String name) {
        String real =
                "jt-%d-%d-%s"
                        .formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet(), name);
        execute(List.of("ip", "netns", "add", real));
        names.put(name, real);
        ip(name, "link", "set", "lo", "up");
        try {
            in(
                    name,
                    () -> {
                        for (String conf : List.of("all", "default")) {
                            Files.writeString(
                                    Path.of("/proc/sys/net/ipv6/conf", conf, "accept_dad"), "0");
                        }
                        return name;
                    });
        } catch (IOException e) {
            throw new UncheckedIOException("cannot switch off duplicate address detection", e);
        }
    }

    private void prepare(String name, String device, String address) {
        if (!address.isEmpty()) {
            ip(name, "address", "add", address, "dev", device);
        }
        ip(name, "link", "set", device, "up");
    }

    private void delete() {
        List<String> all = List.copyOf(names.values());
        names.clear();
        for (String real : all) {
            execute(List.of("ip", "netns", "delete", real));
        }
    }

    private static String execute(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new AssertionError(
                        "%s: status %d: %s".formatted(String.join(" ", command), status, output));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

package org.jipsec.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What the doctor finds out about the kernel's own IPsec, which jipsec does not need.
final class KernelProbes {
    private static final Path MODULES = Path.of("/lib/modules");

    /// An SA with keys of zeros, for a namespace that ends with us.
    private static final List<String> TRIAL =
            List.of(
                    "xfrm",
                    "state",
                    "add",
                    "src",
                    "192.0.2.1",
                    "dst",
                    "192.0.2.2",
                    "proto",
                    "esp",
                    "spi",
                    "0x201",
                    "mode",
                    "transport",
                    "enc",
                    "cbc(aes)",
                    "0x00000000000000000000000000000000",
                    "auth",
                    "hmac(sha1)",
                    "0x0000000000000000000000000000000000000000");

    private KernelProbes() {}

    static List<Finding> all() {
        return List.of(
                Files.exists(Path.of("/proc/net/xfrm_stat"))
                        ? Finding.ok("xfrm", "in this kernel; this jipsec does not drive it")
                        : Finding.absent("xfrm", "not in this kernel"),
                Files.exists(Path.of("/proc/net/pfkey"))
                        ? Finding.ok("pf-key", "in this kernel; this jipsec does not drive it")
                        : Finding.absent(
                                "pf-key",
                                isLoadable("af_key")
                                        ? "not loaded (module af_key)"
                                        : "not in this kernel"));
    }

    /// Tried only where that cannot load a module, which would stay.
    static Finding esp(Host host) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/proc/net/xfrm_stat"))) {
            return Finding.absent("kernel-esp", "not in this kernel");
        }
        if (!isLoaded("esp4") && isLoadable("esp4")) {
            return Finding.ok("kernel-esp", "not loaded (module esp4)");
        }
        Optional<Path> ip = MachineProbes.program(host, "ip");
        if (ip.isEmpty()) {
            return Finding.unknown("kernel-esp", "install iproute2 to find out");
        }
        ProcessBuilder builder = new ProcessBuilder(ip.get().toString());
        builder.command().addAll(TRIAL);
        builder.redirectErrorStream(true);
        Process trial = builder.start();
        String said = new String(trial.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!trial.waitFor(1, TimeUnit.SECONDS)) {
            trial.destroyForcibly();
            return Finding.unknown("kernel-esp", "ip xfrm does not end");
        }
        return trial.exitValue() == 0
                ? Finding.ok("kernel-esp", "in this kernel; this jipsec does not drive it")
                : Finding.absent(
                        "kernel-esp",
                        "not in this kernel: "
                                + said.lines().findFirst().orElse("refused without a word"));
    }

    private static boolean isLoaded(String module) {
        return anyLine(Path.of("/proc/modules"), line -> line.startsWith(module + " "))
                || anyLine(
                        moduleFolder().resolve("modules.builtin"),
                        line -> line.endsWith("/" + module + ".ko"));
    }

    private static boolean isLoadable(String module) {
        return anyLine(
                moduleFolder().resolve("modules.dep"), line -> line.contains("/" + module + ".ko"));
    }

    private static Path moduleFolder() {
        try {
            return MODULES.resolve(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        } catch (IOException noLinux) {
            return MODULES;
        }
    }

    private static boolean anyLine(Path file, java.util.function.Predicate<String> test) {
        if (!Files.isReadable(file)) {
            return false;
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(test);
        } catch (IOException unreadable) {
            return false;
        }
    }
}

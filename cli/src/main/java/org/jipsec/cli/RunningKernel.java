package org.jipsec.cli;

import org.jipsec.os.ProcessRights;
import org.jipsec.os.ProcessRights.Right;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.setkey.KernelFacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the lists of this machine tell of its kernel: its modules and `/proc/crypto`. They are read
/// when first needed; nothing is tried.
final class RunningKernel implements KernelFacts {
    private static final String NAME = "name";

    private Optional<KernelModules> modules = Optional.empty();
    private Optional<Set<String>> crypto = Optional.empty();

    @Override
    public Offer protocol(IpsecProtocol protocol, boolean ipv6) {
        return switch (protocol) {
            case ESP -> module(ipv6 ? "esp6" : "esp4");
            case AH -> module(ipv6 ? "ah6" : "ah4");
            case IPCOMP -> module(ipv6 ? "ipcomp6" : "ipcomp");
            case TCP, UNSPEC -> new Offer.Missing();
        };
    }

    @Override
    public Offer encryption(EncryptionAlgorithm algorithm) {
        return KernelCrypto.of(algorithm).map(this::crypto).orElseGet(Offer.Missing::new);
    }

    @Override
    public Offer authentication(AuthAlgorithm algorithm) {
        return KernelCrypto.of(algorithm).map(this::crypto).orElseGet(Offer.Missing::new);
    }

    @Override
    public Offer compression(CompressionAlgorithm algorithm) {
        return KernelCrypto.of(algorithm).map(this::crypto).orElseGet(Offer.Missing::new);
    }

    /// A module of that name, or what is built in under it.
    Offer module(String name) {
        return switch (modules().presence(name)) {
            case LOADED -> new Offer.Present();
            case LOADABLE -> new Offer.Loadable(name);
            case UNKNOWN -> modules().areComplete() ? new Offer.Missing() : new Offer.Unknown();
        };
    }

    /// An algorithm, by its name or its parts.
    Offer crypto(KernelCrypto wanted) {
        if (instances().contains(wanted.name())) {
            return new Offer.Present();
        }
        boolean missing = false;
        for (String part : wanted.parts()) {
            Optional<String> module = modules().toLoad("crypto-" + part);
            if (!instances().contains(part) && module.isPresent()) {
                return new Offer.Loadable(module.get());
            }
            missing |= !instances().contains(part) && !modules().isHere("crypto-" + part, part);
        }
        if (!missing) {
            return new Offer.Present();
        }
        return modules().areComplete() ? new Offer.Missing() : new Offer.Unknown();
    }

    @Override
    public boolean mayAdminister() {
        try {
            return ProcessRights.current().has(Right.NET_ADMIN);
        } catch (IOException noLinux) {
            return true;
        }
    }

    /// By the marks that Docker, Podman and systemd leave.
    @Override
    public boolean isContainer() {
        return Files.exists(Path.of("/.dockerenv"))
                || Files.exists(Path.of("/run/.containerenv"))
                || Files.exists(Path.of("/run/systemd/container"));
    }

    private KernelModules modules() {
        if (modules.isEmpty()) {
            modules = Optional.of(KernelModules.runningWithAliases());
        }
        return modules.get();
    }

    /// Names of `/proc/crypto`: what has been asked for once, or is ready by itself.
    private Set<String> instances() {
        if (crypto.isEmpty()) {
            crypto = Optional.of(read(Path.of("/proc/crypto")));
        }
        return crypto.get();
    }

    private static Set<String> read(Path list) {
        if (!Files.isReadable(list)) {
            return Set.of();
        }
        try (Stream<String> lines = Files.lines(list, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(NAME))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException | UncheckedIOException unreadable) {
            return Set.of();
        }
    }
}

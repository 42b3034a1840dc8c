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
import java.util.ArrayList;
import java.util.List;
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
            case LOADABLE -> new Offer.Loadable(List.of(name));
            case UNKNOWN -> modules().areComplete() ? new Offer.Missing() : new Offer.Unknown();
        };
    }

    /// An algorithm, by its name or its parts.
    Offer crypto(KernelCrypto wanted) {
        if (instances().contains(wanted.name())) {
            return new Offer.Present();
        }
        List<String> needed = new ArrayList<>();
        boolean missing = false;
        for (String part : wanted.parts()) {
            String alias = "crypto-" + part;
            if (!instances().contains(part) && !modules().isHere(alias, part)) {
                Optional<String> module = modules().toLoad(alias);
                module.ifPresent(needed::add);
                missing |= module.isEmpty();
            }
        }
        if (missing) {
            return modules().areComplete() ? new Offer.Missing() : new Offer.Unknown();
        }
        return needed.isEmpty() ? new Offer.Present() : new Offer.Loadable(needed);
    }

    @Override
    public boolean loadsModules() {
        return Files.exists(Path.of("/proc/modules"));
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

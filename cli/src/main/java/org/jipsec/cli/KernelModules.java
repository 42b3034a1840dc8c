package org.jipsec.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The modules of the running kernel, from its lists: nothing is loaded by looking.
///
/// Names have underscores here, as `/proc/modules` writes them.
///
/// @param loaded or built in
/// @param loadable that are there as files
/// @param aliases what asks for a module, with its modules: `xfrm-type-2-50` is `esp4`
record KernelModules(Set<String> loaded, Set<String> loadable, Map<String, Set<String>> aliases) {
    /// Aliases of devices are most of the list, and nothing here asks for those.
    private static final Set<String> WANTED = Set.of("xfrm-", "crypto-", "net-pf-");

    KernelModules {
        loaded = Set.copyOf(loaded);
        loadable = Set.copyOf(loadable);
        aliases = Map.copyOf(aliases);
    }

    /// How a module is there, if it is.
    enum Presence {
        LOADED,
        LOADABLE,
        /// Or built in with a name that no list has.
        UNKNOWN
    }

    /// Of this machine, without the aliases, whose list is long. Lists that are not there are
    /// empty: so in most containers.
    static KernelModules running() {
        return read(Path.of("/proc/modules"), folder(), false);
    }

    /// Of this machine.
    static KernelModules runningWithAliases() {
        return read(Path.of("/proc/modules"), folder(), true);
    }

    private static Path folder() {
        Path all = Path.of("/lib/modules");
        try {
            return all.resolve(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        } catch (IOException noLinux) {
            return all;
        }
    }

    /// @param modules as `/proc/modules`
    /// @param folder with modules.dep, modules.builtin, modules.alias and modules.builtin.modinfo
    static KernelModules read(Path modules, Path folder, boolean withAliases) {
        Set<String> loaded = new HashSet<>();
        lines(modules).forEach(line -> loaded.add(name(line.split(" ", 2)[0])));
        lines(folder.resolve("modules.builtin")).forEach(line -> loaded.add(name(line)));
        Set<String> loadable = new HashSet<>();
        lines(folder.resolve("modules.dep"))
                .forEach(line -> loadable.add(name(line.split(":", 2)[0])));
        Map<String, Set<String>> aliases = new HashMap<>();
        if (withAliases) {
            lines(folder.resolve("modules.alias")).forEach(line -> alias(line, aliases));
            lines(folder.resolve("modules.builtin.modinfo")).stream()
                    .flatMap(line -> Stream.of(line.split("\0")))
                    .forEach(entry -> builtIn(entry, aliases));
        }
        return new KernelModules(loaded, loadable, aliases);
    }

    /// @param line as `alias crypto-sha256 sha256_generic`
    private static void alias(String line, Map<String, Set<String>> aliases) {
        String[] words = line.split(" ");
        if (words.length == 3
                && words[0].equals("alias")
                && WANTED.stream().anyMatch(words[1]::startsWith)) {
            aliases.computeIfAbsent(words[1], _ -> new LinkedHashSet<>()).add(name(words[2]));
        }
    }

    /// @param entry as `md5.alias=crypto-md5`
    private static void builtIn(String entry, Map<String, Set<String>> aliases) {
        String[] sides = entry.split("\\.alias=", 2);
        if (sides.length == 2 && WANTED.stream().anyMatch(sides[1]::startsWith)) {
            aliases.computeIfAbsent(sides[1], _ -> new LinkedHashSet<>()).add(name(sides[0]));
        }
    }

    /// `kernel/net/ipv4/esp4.ko.xz` is `esp4`.
    private static String name(String file) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        int suffix = name.indexOf(".ko");
        return (suffix < 0 ? name : name.substring(0, suffix)).replace('-', '_');
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            return lines.toList();
        } catch (IOException | UncheckedIOException unreadable) {
            return List.of();
        }
    }

    Presence presence(String module) {
        if (loaded.contains(module)) {
            return Presence.LOADED;
        }
        return loadable.contains(module) ? Presence.LOADABLE : Presence.UNKNOWN;
    }

    /// Whether the lists name all that there is: with them, what is on none is not there. They
    /// name what is built in, too.
    boolean areComplete() {
        return !loadable.isEmpty();
    }

    /// Whether a module of that name, or one that the alias stands for, is loaded or built in.
    boolean isHere(String alias, String module) {
        return loaded.contains(module)
                || aliases.getOrDefault(alias, Set.of()).stream().anyMatch(loaded::contains);
    }

    /// The first module that would be loaded when the kernel asks by this alias; empty when one of
    /// them is loaded, or there is none.
    Optional<String> toLoad(String alias) {
        Set<String> modules = aliases.getOrDefault(alias, Set.of());
        return modules.stream().anyMatch(loaded::contains)
                ? Optional.empty()
                : modules.stream().filter(loadable::contains).findFirst();
    }
}

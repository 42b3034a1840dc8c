package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Listen;
import org.jipsec.ike.settings.LoginSource;
import org.jipsec.ike.settings.ModeConfig;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.wire.IpText;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What lies between sections: remotes without a sainfo, keys without a file, listeners of the
/// wrong family.
final class WholeChecker {
    private final ConfFiles disk;
    private final WeakChoices weak = new WeakChoices();

    WholeChecker(ConfFiles disk) {
        this.disk = disk;
    }

    /// @return the key file, where there is one that can be read and has something to tell
    Optional<RacoonLanguage.FileReport> check(
            List<Inclusion.Placed> statements,
            Settings settings,
            List<RemoteChecker.Checked> remotes,
            List<SainfoChecker.Entry> sainfos) {
        for (Inclusion.Placed placed : statements) {
            if (placed.statement() instanceof Statement.Section section) {
                if (section.word().equals("remote") || section.word().equals("sainfo")) {
                    weak.look(placed.file(), section);
                }
            }
        }
        weak.report();
        boolean damaged =
                statements.stream()
                        .anyMatch(
                                placed ->
                                        placed.statement() instanceof Statement.Section section
                                                && section.damaged());
        boolean allRead =
                !damaged
                        && statements.stream()
                                .noneMatch(each -> each.file().problems().hasErrors());
        if (allRead) {
            sainfosOfRemotes(remotes, sainfos);
            unreachable(sainfos);
        }
        sources(statements, settings);
        listeners(statements, settings, remotes);
        privileges(statements, settings);
        return keys(statements, settings, remotes);
    }

    private static void sainfosOfRemotes(
            List<RemoteChecker.Checked> remotes, List<SainfoChecker.Entry> sainfos) {
        if (remotes.isEmpty() && !sainfos.isEmpty()) {
            SainfoChecker.Entry first = sainfos.getFirst();
            first.file()
                    .report(
                            Code.NO_REMOTE
                                    .at(
                                            first.section().span(),
                                            "there is no remote that could ask for this")
                                    .hint("write a `remote` section"));
            return;
        }
        Set<Long> offered =
                sainfos.stream()
                        .map(entry -> entry.settings().remoteId())
                        .collect(Collectors.toSet());
        Set<Long> asked =
                remotes.stream().map(remote -> remote.draft().id).collect(Collectors.toSet());
        for (RemoteChecker.Checked remote : remotes) {
            if (!offered.contains(remote.draft().id)) {
                long id = remote.draft().id;
                remote.file()
                        .report(
                                Code.NO_SAINFO
                                        .at(
                                                remote.section().span(),
                                                id == 0
                                                        ? "no sainfo fits this remote: phase 2 will"
                                                                + " fail"
                                                        : "no sainfo has remoteid %d".formatted(id))
                                        .hint(
                                                id == 0
                                                        ? "sainfo anonymous { ... }"
                                                        : "racoon takes only those whose remoteid"
                                                                + " is the ph1id"));
            }
        }
        for (SainfoChecker.Entry entry : sainfos) {
            long id = entry.settings().remoteId();
            if (id != 0 && !asked.contains(id)) {
                entry.file()
                        .report(
                                Code.UNKNOWN_REMOTE_ID
                                        .at(
                                                entry.section().span(),
                                                "no remote has ph1id %d".formatted(id))
                                        .hint("write ph1id %d; into its remote".formatted(id)));
            }
        }
    }

    /// A sainfo behind another that fits all its traffic is never found.
    private static void unreachable(List<SainfoChecker.Entry> sainfos) {
        List<SainfoChecker.Entry> searched =
                sainfos.stream()
                        .sorted(
                                Comparator.comparingInt(
                                                (SainfoChecker.Entry entry) ->
                                                        entry.settings().weight())
                                        .reversed())
                        .toList();
        for (int i = 0; i < searched.size(); i++) {
            SainfoChecker.Entry entry = searched.get(i);
            SainfoSettings one = entry.settings();
            if (one.encryption().stream()
                            .allMatch(cipher -> cipher.algorithm().word().equals("null"))
                    && one.authentication().stream().allMatch(hash -> hash.word().equals("none"))) {
                entry.file()
                        .report(
                                Code.NO_PROTECTION
                                        .at(
                                                entry.section().span(),
                                                "neither encryption nor integrity: ESP refuses"
                                                        + " that")
                                        .hint("authentication_algorithm hmac_sha256;"));
            }
            Optional<SainfoChecker.Entry> cover = firstThatCovers(searched.subList(0, i), one);
            if (cover.isPresent()) {
                var problem =
                        Code.UNREACHABLE_SAINFO
                                .at(
                                        entry.section().span(),
                                        "never used: another sainfo fits all its traffic")
                                .hint("leave one of them out");
                if (cover.get().file() == entry.file()) {
                    problem.also(cover.get().section().span(), "this one is found first");
                }
                entry.file().report(problem);
            }
        }
    }

    private static Optional<SainfoChecker.Entry> firstThatCovers(
            List<SainfoChecker.Entry> before, SainfoSettings one) {
        for (SainfoChecker.Entry entry : before) {
            if (SainfoText.covers(entry.settings(), one)) {
                return Optional.of(entry);
            }
        }
        return Optional.empty();
    }

    private static Optional<Inclusion.Placed> lastOf(
            List<Inclusion.Placed> statements, String word, String argument) {
        return statements.stream()
                .filter(placed -> placed.statement().word().equals(word))
                .filter(placed -> argument.isEmpty() || placed.statement().word(0).equals(argument))
                .reduce((one, other) -> other);
    }

    private static Optional<Inclusion.Placed> item(
            List<Inclusion.Placed> statements, String section, String word) {
        return statements.stream()
                .filter(placed -> placed.statement().word().equals(section))
                .flatMap(
                        placed ->
                                placed.statement() instanceof Statement.Section body
                                        ? body.body().stream()
                                                .filter(item -> item.word().equals(word))
                                                .map(
                                                        item ->
                                                                new Inclusion.Placed(
                                                                        placed.file(), item))
                                        : Stream.empty())
                .reduce((one, other) -> other);
    }

    private static void sources(List<Inclusion.Placed> statements, Settings settings) {
        ModeConfig mode = settings.modeConfig();
        source(statements, "auth_source", mode.loginSource(), settings);
        source(statements, "group_source", mode.groupSource(), settings);
        source(statements, "conf_source", mode.configurationSource(), settings);
        source(statements, "accounting", mode.accounting(), settings);
        if (mode.network().isEmpty()
                && mode.configurationSource() == LoginSource.LOCAL
                && mode.poolSize() > 0) {
            item(statements, "mode_cfg", "pool_size")
                    .ifPresent(
                            pool ->
                                    pool.file()
                                            .report(
                                                    Code.POOL_WITHOUT_NETWORK
                                                            .at(
                                                                    pool.statement().span(),
                                                                    "a pool of addresses, but no"
                                                                        + " network4 to begin at")
                                                            .hint("network4 10.99.0.1;")));
        }
    }

    private static void source(
            List<Inclusion.Placed> statements, String word, LoginSource source, Settings settings) {
        boolean missing =
                source == LoginSource.RADIUS && settings.radius().isEmpty()
                        || source == LoginSource.LDAP && settings.ldap().isEmpty();
        if (!missing) {
            return;
        }
        String section = source == LoginSource.RADIUS ? "radiuscfg" : "ldapcfg";
        item(statements, "mode_cfg", word)
                .ifPresent(
                        item ->
                                item.file()
                                        .report(
                                                Code.SOURCE_NOT_CONFIGURED
                                                        .at(
                                                                item.statement().span(),
                                                                "%s is asked, but there is no `%s`"
                                                                        .formatted(
                                                                                source.word(),
                                                                                section))
                                                        .hint(
                                                                "write `%s { ... }`"
                                                                        .formatted(section))));
    }

    private static void listeners(
            List<Inclusion.Placed> statements,
            Settings settings,
            List<RemoteChecker.Checked> remotes) {
        List<Listen.Place> places = settings.listen().addresses();
        Optional<Inclusion.Placed> listen = lastOf(statements, "listen", "");
        if (places.isEmpty() || listen.isEmpty()) {
            return;
        }
        boolean natTraversal =
                remotes.stream()
                        .anyMatch(remote -> remote.draft().natTraversal != NatTraversal.OFF);
        if (natTraversal && places.stream().noneMatch(Listen.Place::udpEncapsulation)) {
            listen.get()
                    .file()
                    .report(
                            Code.NO_LISTENER_FOR_NAT
                                    .at(
                                            listen.get().statement().span(),
                                            "nat_traversal is on, but nothing listens for ESP in"
                                                    + " UDP")
                                    .hint("isakmp_natt ADDRESS [4500];"));
        }
        boolean ipv4 = places.stream().anyMatch(place -> isIpv4(place.address()));
        boolean ipv6 = places.stream().anyMatch(place -> !isIpv4(place.address()));
        for (RemoteChecker.Checked remote : remotes) {
            boolean reachable =
                    remote.draft().address.map(peer -> isIpv4(peer) ? ipv4 : ipv6).orElse(true);
            if (!reachable) {
                remote.file()
                        .report(
                                Code.NO_LISTENER_OF_FAMILY
                                        .at(
                                                remote.section().span(),
                                                "`listen` has no address of this peer's family")
                                        .hint("isakmp ADDRESS; of that family in `listen`"));
            }
        }
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    /// Certificates and scripts are opened by the helper with privileges only below their paths.
    private static void privileges(List<Inclusion.Placed> statements, Settings settings) {
        boolean separated =
                settings.privileges()
                        .filter(given -> !given.user().equals("0") && !given.user().equals("root"))
                        .isPresent();
        if (!separated) {
            return;
        }
        boolean scripts =
                settings.remotes().stream().anyMatch(remote -> !remote.scripts().isEmpty());
        boolean certificates =
                settings.remotes().stream()
                        .anyMatch(
                                remote ->
                                        remote.certificates().own().isPresent()
                                                || remote.certificates().peer().isPresent());
        boolean missing =
                scripts && settings.paths().script().isEmpty()
                        || certificates && settings.paths().certificate().isEmpty();
        if (missing) {
            lastOf(statements, "privsep", "")
                    .ifPresent(
                            placed ->
                                    placed.file()
                                            .report(
                                                    Code.PRIVILEGES_NEED_PATHS
                                                            .at(
                                                                    placed.statement().span(),
                                                                    "privilege separation needs"
                                                                        + " `path certificate` and"
                                                                        + " `path script` for the"
                                                                        + " files that remotes"
                                                                        + " name")
                                                            .hint("set them before the remotes")));
        }
    }

    private Optional<RacoonLanguage.FileReport> keys(
            List<Inclusion.Placed> statements,
            Settings settings,
            List<RemoteChecker.Checked> remotes) {
        Optional<RemoteChecker.Checked> first =
                remotes.stream()
                        .filter(
                                remote ->
                                        remote.draft().proposals.stream()
                                                .map(Proposal::authentication)
                                                .anyMatch(method -> method.usesPresharedKey()))
                        .findFirst();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        Optional<Inclusion.Placed> named = lastOf(statements, "path", "pre_shared_key");
        if (named.isEmpty() || settings.paths().presharedKeys().isEmpty()) {
            first.get()
                    .file()
                    .report(
                            Code.NO_KEY_FILE
                                    .at(
                                            first.get().section().span(),
                                            "a pre-shared key, but no file of keys")
                                    .hint("path pre_shared_key \"/etc/racoon/psk.txt\";"));
            return Optional.empty();
        }
        SourceFile file = named.get().file();
        Span at = named.get().statement().quoted(1).span();
        String path = settings.paths().presharedKeys().get();
        Optional<ConfFiles.Facts> facts = disk.facts(path);
        boolean onlyRoot =
                facts.filter(found -> found.owner() == 0).isPresent()
                        && disk.ownUser().filter(own -> own != 0).isPresent()
                        && facts.filter(found -> (found.mode() & 077) == 0).isPresent();
        if (onlyRoot) {
            file.report(
                    Code.KEY_FILE_NOT_READ
                            .at(at, "only root can read this file: its keys are not checked")
                            .hint("check as root to have them checked too"));
            return Optional.empty();
        }
        return switch (PresharedKeyFile.open(path, disk)) {
            case PresharedKeyFile.Refused refused -> {
                file.report(
                        (facts.isPresent() ? Code.OPEN_KEY_FILE : Code.NO_KEY_FILE)
                                .at(at, refused.reason())
                                .label(
                                        facts.isPresent()
                                                ? "every negotiation with a key will fail"
                                                : "read at each negotiation, and not there now")
                                .hint(refused.remedy()));
                yield Optional.empty();
            }
            case PresharedKeyFile.Opened opened -> {
                PresharedKeyCheck.Report report = PresharedKeyCheck.of(path, opened.octets());
                for (RemoteChecker.Checked remote : remotes) {
                    keyOf(remote, report.identifiers(), path);
                }
                yield report.problems();
            }
        };
    }

    /// In main mode the key is found by the peer's address alone.
    private static void keyOf(RemoteChecker.Checked remote, Set<String> identifiers, String path) {
        RemoteDraft draft = remote.draft();
        boolean byAddress =
                draft.address.isPresent()
                        && draft.modes.equals(List.of(ExchangeMode.MAIN))
                        && !draft.proposals.isEmpty()
                        && draft.proposals.stream()
                                .map(Proposal::authentication)
                                .allMatch(method -> method.usesPresharedKey());
        if (!byAddress || identifiers.contains(PresharedKeyCheck.ANYBODY)) {
            return;
        }
        String address = IpText.text(draft.address.get());
        if (!identifiers.contains(address)) {
            remote.file()
                    .report(
                            Code.NO_KEY_FOR_PEER
                                    .at(
                                            remote.section().span(),
                                            "%s has no key for %s".formatted(path, address))
                                    .hint(
                                            "in main mode the key is found by the peer's address:"
                                                    + " write a line that begins with it"));
        }
    }
}

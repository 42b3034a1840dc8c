package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads `remote` sections.
final class RemoteChecker {
    private final FilePlaces places;
    private final IdentityReader identities;
    private final List<Checked> remotes = new ArrayList<>();
    private final Map<String, Checked> byName = new HashMap<>();
    private final Map<Index, Checked> byIndex = new HashMap<>();
    private final Map<Index, List<Checked>> whole = new HashMap<>();

    /// What an unnamed remote is found by.
    private record Index(Optional<InetAddress> address, int port) {
        static Index of(RemoteDraft draft) {
            return new Index(draft.address, draft.port);
        }
    }

    /// A remote that was read.
    ///
    /// @param directives of its own and of its parents, the last of each word
    /// @param isWhole whether it has all that a remote needs
    record Checked(
            SourceFile file,
            Statement.Section section,
            RemoteDraft draft,
            Map<String, Statement> directives,
            boolean isWhole) {}

    RemoteChecker(FilePlaces places, IdentityReader identities) {
        this.places = places;
        this.identities = identities;
    }

    List<Checked> remotes() {
        return remotes;
    }

    void check(SourceFile file, Statement.Section section) {
        RemoteDraft draft = new RemoteDraft();
        boolean known = head(file, section, draft);
        RemoteReading reading =
                new RemoteReading(file, draft, places, identities, new ProposalReader(file));
        section.body().forEach(reading::item);
        boolean whole = reading.close(section, known && !section.damaged(), title(draft)) && known;
        Checked checked =
                new Checked(
                        file, section, draft, reading.directives(), whole && !section.damaged());
        add(checked);
        if (whole) {
            new RemoteAdvice(file, section, draft, reading.directives()).give();
        }
    }

    /// As racoon names it: `anonymous`, `192.0.2.1[500]`, `"office"`.
    static String title(RemoteDraft draft) {
        if (draft.name.isPresent()) {
            return draft.name.get();
        }
        return draft.address
                .map(address -> IpText.text(address) + "[" + draft.port + "]")
                .orElse("anonymous");
    }

    /// @return false when who it is or what it inherits cannot be told
    private boolean head(SourceFile file, Statement.Section section, RemoteDraft draft) {
        List<Argument> arguments = section.arguments();
        int inherit = -1;
        for (int i = 0; i < arguments.size(); i++) {
            if (section.word(i).equals("inherit")) {
                inherit = i;
            }
        }
        boolean known =
                index(file, arguments.subList(0, inherit < 0 ? arguments.size() : inherit), draft);
        if (draft.name.isPresent() && named(draft.name.get()).isPresent()) {
            Argument name = arguments.getFirst();
            file.classic(
                    Values.end(section),
                    "Named remoteconf \"%s\" already exists.".formatted(draft.name.get()));
            file.report(
                    Code.REMOTE_NAME_TWICE
                            .at(
                                    name.span(),
                                    "there is another remote \"%s\" before"
                                            .formatted(draft.name.get()))
                            .hint("give each its own name"));
        }
        return inherit < 0
                ? known
                : parent(file, section, arguments.subList(inherit + 1, arguments.size()), draft)
                        && known;
    }

    private static boolean index(SourceFile file, List<Argument> arguments, RemoteDraft draft) {
        if (arguments.getFirst() instanceof Argument.Quoted name) {
            draft.name = Optional.of(name.name());
            return true;
        }
        if (arguments.size() > 1 && arguments.get(1) instanceof Argument.Port port) {
            draft.port = Values.port(file, port);
        }
        if (arguments.getFirst() instanceof Argument.Address address) {
            draft.address = Values.address(file, address, draft.port);
            return draft.address.isPresent();
        }
        return true;
    }

    private boolean parent(
            SourceFile file,
            Statement.Section section,
            List<Argument> arguments,
            RemoteDraft draft) {
        Span end = Values.end(section);
        Span at = arguments.getFirst().span();
        if (arguments.getFirst() instanceof Argument.Quoted name) {
            Optional<Checked> parent = named(name.name());
            if (parent.isEmpty()) {
                file.classic(
                        end,
                        "named parent remoteconf \"%s\" does not exist.".formatted(name.name()));
                file.report(
                        Code.NO_PARENT
                                .at(
                                        at,
                                        "no remote \"%s\" stands before this"
                                                .formatted(name.name()))
                                .hint("a parent must be given first"));
                return false;
            }
            draft.inherit(parent.get().draft());
            return parent.get().isWhole() || !section.body().isEmpty();
        }
        RemoteDraft wanted = new RemoteDraft();
        if (!index(file, arguments, wanted)) {
            return false;
        }
        Optional<Checked> parent =
                wanted.address.flatMap(_ -> Optional.ofNullable(byIndex.get(Index.of(wanted))));
        if (parent.isEmpty()) {
            file.classic(end, "failed to get remoteconf for %s.".formatted(title(wanted)));
            file.report(
                    wanted.address.isEmpty()
                            ? Code.NO_PARENT
                                    .at(at, "racoon does not inherit from `anonymous`")
                                    .hint(
                                            "give the parent a name: remote \"base\" { ... }, and"
                                                    + " write inherit \"base\"")
                            : Code.NO_PARENT
                                    .at(
                                            at,
                                            "no remote %s stands before this"
                                                    .formatted(title(wanted)))
                                    .hint("a parent must be given first, with the same port"));
            return false;
        }
        draft.inherit(parent.get().draft());
        return true;
    }

    private Optional<Checked> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private void add(Checked one) {
        remotes.add(one);
        RemoteDraft draft = one.draft();
        if (draft.name.isPresent()) {
            byName.putIfAbsent(draft.name.get(), one);
            return;
        }
        byIndex.putIfAbsent(Index.of(draft), one);
        if (one.isWhole()) {
            List<Checked> others = whole.computeIfAbsent(Index.of(draft), _ -> new ArrayList<>());
            for (Checked other : others) {
                if (other.draft().peerIdentities.equals(draft.peerIdentities)
                        && sharesMode(draft, other.draft())) {
                    warnOfTwin(one, other);
                    break;
                }
            }
            others.add(one);
        }
    }

    /// Two that fit a peer equally well stop racoon: `multiple exact configurations.`
    private static void warnOfTwin(Checked one, Checked other) {
        var problem =
                Code.REMOTE_TWICE
                        .at(
                                one.section().span(),
                                "another remote %s fits the same peers"
                                        .formatted(title(one.draft())))
                        .hint(
                                "merge them: where both fit equally well, racoon negotiates with"
                                        + " neither");
        if (other.file() == one.file()) {
            problem.also(other.section().span(), "the other one");
        }
        one.file().report(problem);
    }

    private static boolean sharesMode(RemoteDraft one, RemoteDraft other) {
        for (ExchangeMode mode : one.modes) {
            if (other.modes.contains(mode)) {
                return true;
            }
        }
        return false;
    }
}

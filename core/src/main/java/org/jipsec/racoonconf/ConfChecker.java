package org.jipsec.racoonconf;

import org.jipsec.ike.settings.AdminSocket;
import org.jipsec.ike.settings.GssEncoding;
import org.jipsec.ike.settings.Listen;
import org.jipsec.ike.settings.LogLevel;
import org.jipsec.ike.settings.Padding;
import org.jipsec.ike.settings.Paths;
import org.jipsec.ike.settings.Privileges;
import org.jipsec.ike.settings.Settings;
import org.jipsec.ike.settings.Timers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes settings of statements: the global ones itself, remotes, sainfos and services by their own
/// checkers, and what lies between sections by [WholeChecker].
final class ConfChecker {
    private final FilePlaces places;
    private final RemoteChecker remotes;
    private final SainfoChecker sainfos;
    private final ServiceChecker services = new ServiceChecker();
    private final WholeChecker whole;

    private Paths paths = Paths.DEFAULTS;
    private Padding padding = Padding.DEFAULTS;
    private Timers timers = Timers.DEFAULTS;
    private final List<Listen.Place> listeners = new ArrayList<>();

    /// Addresses and ports.
    private final Set<List<Object>> listened = new HashSet<>();

    private boolean strictListeners;
    private AdminSocket adminSocket = AdminSocket.DEFAULTS;
    private LogLevel logLevel = LogLevel.INFO;
    private GssEncoding gssEncoding = GssEncoding.UTF_16LE;
    private boolean complexBundle = true;
    private long receiveBuffer;
    private Optional<Privileges> privileges = Optional.empty();

    ConfChecker(ConfFiles disk) {
        this.places = new FilePlaces(disk);
        IdentityReader identities = new IdentityReader(places);
        this.remotes = new RemoteChecker(places, identities);
        this.sainfos = new SainfoChecker(identities);
        this.whole = new WholeChecker(disk);
    }

    /// @param keyFile the psk.txt, where there is something to say of it
    record Outcome(Settings settings, Optional<RacoonLanguage.FileReport> keyFile) {}

    Outcome check(List<Inclusion.Placed> statements) {
        for (Inclusion.Placed each : statements) {
            one(each.file(), each.statement());
        }
        Settings settings =
                new Settings(
                        paths,
                        padding,
                        timers,
                        new Listen(listeners, strictListeners),
                        adminSocket,
                        logLevel,
                        gssEncoding,
                        complexBundle,
                        receiveBuffer,
                        privileges,
                        services.modeConfig(),
                        services.radius(),
                        services.ldap(),
                        remotes.remotes().stream()
                                .filter(RemoteChecker.Checked::isWhole)
                                .map(each -> each.draft().settings())
                                .toList(),
                        sainfos.entries().stream().map(SainfoChecker.Entry::settings).toList());
        return new Outcome(
                settings, whole.check(statements, settings, remotes.remotes(), sainfos.entries()));
    }

    private void one(SourceFile file, Statement statement) {
        switch (statement) {
            case Statement.Directive directive -> directive(file, directive);
            case Statement.Section section -> section(file, section);
        }
    }

    private void directive(SourceFile file, Statement.Directive directive) {
        switch (directive.word()) {
            case "path" -> path(file, directive);
            case "pfkey_buffer" -> receiveBuffer = Values.number(file, directive.number(0));
            case "gss_id_enc" ->
                    gssEncoding = GssEncoding.ofWord(directive.word(0)).orElse(gssEncoding);
            case "complex_bundle" -> complexBundle = directive.isOn(0);
            case "log" -> logLevel = LogLevel.ofWord(directive.word(0)).orElse(logLevel);
            default -> {} // include: followed already
        }
    }

    private void path(SourceFile file, Statement.Directive directive) {
        String kind = directive.word(0);
        String value = directive.quoted(1).name();
        Optional<String> given = Optional.of(value);
        if (!places.set(kind, value)) {
            file.report(
                    Code.PATH_TOO_LATE
                            .at(
                                    directive.span(),
                                    "relative names before this line do not count from here")
                            .hint("move it to the top of the file"));
        }
        paths =
                new Paths(
                        kind.equals("include") ? given : paths.include(),
                        kind.equals("pre_shared_key") ? given : paths.presharedKeys(),
                        kind.equals("certificate") ? given : paths.certificate(),
                        kind.equals("script") ? given : paths.script(),
                        kind.equals("backupsa") ? given : paths.backupSa(),
                        kind.equals("pidfile") ? value : paths.pidFile());
    }

    private void section(SourceFile file, Statement.Section section) {
        RepeatedDirectives.warn(file, section);
        switch (section.word()) {
            case "remote" -> remotes.check(file, section);
            case "sainfo" -> sainfos.check(file, section);
            case "padding" -> section.body().forEach(each -> padding(file, each));
            case "timer" -> section.body().forEach(each -> timer(file, each));
            case "listen" -> section.body().forEach(each -> listen(file, each));
            case "privsep" -> section.body().forEach(this::privilege);
            default -> services.check(file, section);
        }
    }

    private void padding(SourceFile file, Statement item) {
        boolean on = item.isOn(0);
        padding =
                switch (item.word()) {
                    case "randomize" -> padding.withRandomize(on);
                    case "randomize_length" -> padding.withRandomizeLength(on);
                    case "maximum_length" ->
                            padding.withMaximumLength(
                                    Values.number(file, item.number(0), 0, Integer.MAX_VALUE));
                    case "strict_check" -> padding.withStrictCheck(on);
                    default -> padding.withExclusiveTail(on);
                };
    }

    private void timer(SourceFile file, Statement item) {
        boolean isCount = item.word().equals("counter") || item.word().equals("persend");
        int count = isCount ? Values.number(file, item.number(0), 0, Integer.MAX_VALUE) : 0;
        Duration time = isCount ? Duration.ZERO : Values.time(file, item, 0);
        if (item.number(0).value() == 0 && !item.word().equals("natt_keepalive")) {
            file.report(
                    Code.TIMER_ZERO
                            .at(
                                    item.span(),
                                    "nothing can be negotiated with `%s` 0".formatted(item.word()))
                            .hint("leave it out for the default"));
        }
        timers =
                new Timers(
                        item.word().equals("counter") ? count : timers.retransmissions(),
                        item.word().equals("interval") ? time : timers.interval(),
                        item.word().equals("persend") ? count : timers.perSend(),
                        item.word().equals("phase1") ? time : timers.phase1(),
                        item.word().equals("phase2") ? time : timers.phase2(),
                        item.word().equals("natt_keepalive") ? time : timers.nattKeepalive());
    }

    private void listen(SourceFile file, Statement item) {
        switch (item.word()) {
            case "strict_address" -> strictListeners = true;
            case "adminsock" -> adminSocket(file, item);
            default -> listener(file, item);
        }
    }

    private void listener(SourceFile file, Statement item) {
        boolean encapsulates = item.word().equals("isakmp_natt");
        int port = 500;
        boolean portGiven =
                item.arguments().size() > 1 && item.arguments().get(1) instanceof Argument.Port;
        if (portGiven && item.arguments().get(1) instanceof Argument.Port written) {
            port = Values.port(file, written);
        }
        int at = port;
        Values.address(file, item.arguments().get(0), port)
                .ifPresent(
                        address -> {
                            Listen.Place place = new Listen.Place(address, at, encapsulates);
                            if (address.isAnyLocalAddress()) {
                                file.report(
                                        Code.WILDCARD_LISTENER
                                                .at(
                                                        item.arguments().get(0).span(),
                                                        "listening to the wildcard address: replies"
                                                                + " may leave by another one")
                                                .hint(
                                                        "name the addresses, or leave `listen` out"
                                                                + " for all of them"));
                            }
                            if (encapsulates && !portGiven) {
                                file.report(
                                        Code.NATT_PORT
                                                .at(
                                                        item.span(),
                                                        "`isakmp_natt` without a port means 500, as"
                                                                + " in racoon 0.8.2")
                                                .hint("write [4500] behind the address"));
                            }
                            if (!listened.add(List.of(address, at))) {
                                file.report(
                                        Code.LISTENER_TWICE
                                                .at(
                                                        item.span(),
                                                        "this address and port was given before")
                                                .hint("leave it out"));
                            }
                            listeners.add(place);
                        });
    }

    /// `adminsock "PATH" ["OWNER" "GROUP" MODE]`: the mode is decimal digits that mean octal ones.
    private void adminSocket(SourceFile file, Statement item) {
        if (item.word(0).equals("disabled")) {
            adminSocket = AdminSocket.DISABLED;
            return;
        }
        if (item.arguments().size() == 1) {
            adminSocket = AdminSocket.DEFAULTS.at(item.quoted(0).name());
            return;
        }
        Argument.Number digits = item.number(3);
        long written = Values.number(file, digits);
        String text = "%03d".formatted(written);
        if (!text.matches("[0-7]{3}")) {
            file.classicCounted(digits.span(), "Mode 0%03o is invalid".formatted(written));
            file.report(
                    Code.SOCKET_MODE
                            .at(digits.span(), "`%d` are no permission bits".formatted(written))
                            .hint("three octal digits, such as 0660"));
            return;
        }
        if (text.indexOf('1') >= 0) {
            file.report(
                    Code.SOCKET_MODE_DIGIT
                            .at(digits.span(), "racoon 0.8.2 takes the digit 1 for 2")
                            .hint("write the digit that you mean"));
        }
        adminSocket =
                new AdminSocket(
                        true,
                        item.quoted(0).name(),
                        item.quoted(1).name(),
                        item.quoted(2).name(),
                        Integer.parseInt(text, 8));
    }

    private void privilege(Statement item) {
        Privileges before = privileges.orElse(Privileges.DEFAULTS);
        String value =
                item.arguments().getFirst() instanceof Argument.Quoted quoted
                        ? quoted.name()
                        : Values.text(item.arguments().getFirst());
        privileges =
                Optional.of(
                        new Privileges(
                                item.word().equals("user") ? value : before.user(),
                                item.word().equals("group") ? value : before.group(),
                                item.word().equals("chroot") ? Optional.of(value) : before.root()));
    }
}

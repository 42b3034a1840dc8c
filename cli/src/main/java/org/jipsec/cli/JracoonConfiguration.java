package org.jipsec.cli;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Rendering;
import org.jipsec.diag.Severity;
import org.jipsec.diag.SourceText;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.PresharedKeySource;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.Settings;
import org.jipsec.racoonconf.DiskFiles;
import org.jipsec.racoonconf.PresharedKeyFile;
import org.jipsec.racoonconf.RacoonLanguage;
import org.jipsec.racoonconf.RemoteText;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The files that tell a running jracoon what to do: racoon.conf at the start and at each SIGHUP,
/// psk.txt whenever a key is needed. Any thread.
final class JracoonConfiguration implements PresharedKeySource {
    private final Host host;
    private final JracoonOptions options;
    private final Consumer<IkeReport> log;
    private final DiskFiles disk;
    private final Set<String> told = new HashSet<>();
    private volatile Optional<String> keyFile = Optional.empty();

    JracoonConfiguration(Host host, JracoonOptions options, Consumer<IkeReport> log) {
        this.host = host;
        this.options = options;
        this.log = log;
        this.disk = new DiskFiles(host.folder());
    }

    /// At the start: what is wrong is for the one at the terminal, what is weak for the log.
    ///
    /// @return empty when anything is wrong
    Optional<Settings> read(PrintWriter err) {
        RacoonLanguage.Checked checked = check();
        if (checked.hasErrors() && options.classic() && !checked.classic().accepted()) {
            checked.classic().lines().forEach(this::tellClassic);
            return Optional.empty();
        }
        if (checked.hasErrors()) {
            boolean color = options.color().onStream(host.errorIsTerminal(), host);
            for (RacoonLanguage.FileReport file : checked.files()) {
                err.print(new Rendering(file.source(), color).all(file.diagnostics()));
            }
            return Optional.empty();
        }
        accept(checked);
        return checked.settings();
    }

    /// While it runs: what is wrong is for the log, and changes nothing.
    ///
    /// @return empty when anything is wrong
    Optional<Settings> readAgain() {
        RacoonLanguage.Checked checked = check();
        if (checked.hasErrors()) {
            tellDiagnostics(checked, Severity.ERROR);
            tell(IkeReport.Level.ERROR, "config reload failed; the old one stays in force");
            return Optional.empty();
        }
        accept(checked);
        return checked.settings();
    }

    /// @param line begins with its level
    private void tellClassic(String line) {
        int colon = line.indexOf(": ");
        tell(IkeReport.Level.valueOf(line.substring(0, colon)), line.substring(colon + 2));
    }

    private RacoonLanguage.Checked check() {
        tell(IkeReport.Level.INFO, "Reading configuration from \"" + options.file() + "\"");
        return RacoonLanguage.read(options.file(), disk);
    }

    private void accept(RacoonLanguage.Checked checked) {
        tellDiagnostics(checked, Severity.WARNING);
        checked.settings().ifPresent(settings -> keyFile = settings.paths().presharedKeys());
        if (options.showRemotes()) {
            checked.settings().stream()
                    .flatMap(settings -> settings.remotes().stream())
                    .flatMap(remote -> RemoteText.lines(remote).stream())
                    .forEach(line -> tell(IkeReport.Level.INFO, line));
        }
    }

    /// Each in one line; an advice once, however often the file is read.
    private synchronized void tellDiagnostics(RacoonLanguage.Checked checked, Severity severity) {
        IkeReport.Level level =
                severity == Severity.ERROR ? IkeReport.Level.ERROR : IkeReport.Level.WARNING;
        for (RacoonLanguage.FileReport file : checked.files()) {
            for (Diagnostic each : file.diagnostics().all()) {
                if (each.severity() == severity) {
                    String line = line(file.source(), each);
                    if (each.isError() || told.add(line)) {
                        tell(level, line);
                    }
                }
            }
        }
    }

    private static String line(SourceText source, Diagnostic each) {
        StringBuilder line = new StringBuilder();
        line.append(source.name()).append(':').append(source.line(each.span().start()));
        line.append(": ").append(each.message());
        each.notes().forEach(note -> line.append("; ").append(note));
        each.hint().ifPresent(hint -> line.append("; hint: ").append(hint));
        return line.append(" [").append(each.code()).append(']').toString();
    }

    private void tell(IkeReport.Level level, String text) {
        log.accept(new IkeReport(level, Optional.empty(), text, Map.of()));
    }

    @Override
    public PresharedKeys read() throws IOException {
        if (keyFile.isEmpty()) {
            throw new IOException("`path pre_shared_key` is not set in " + options.file());
        }
        return switch (PresharedKeyFile.open(keyFile.get(), disk)) {
            case PresharedKeyFile.Opened opened -> opened.keys();
            case PresharedKeyFile.Refused(var reason, var remedy, var _) ->
                    throw new IOException(reason + "; " + remedy);
        };
    }
}

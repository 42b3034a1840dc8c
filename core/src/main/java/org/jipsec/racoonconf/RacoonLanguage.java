package org.jipsec.racoonconf;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.ike.settings.Settings;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The whole way from a text to settings.
public final class RacoonLanguage {
    private RacoonLanguage() {}

    /// What is wrong with one file.
    public record FileReport(SourceText source, Diagnostics diagnostics) {}

    /// @param files that were read, in the order of reading; the psk.txt last, where there is
    /// something to say of it
    /// @param settings empty when any of them has an error
    /// @param classic what racoon 0.8.2 would have said
    public record Checked(
            List<FileReport> files, Optional<Settings> settings, ClassicVerdict classic) {
        public Checked {
            files = List.copyOf(files);
        }

        public boolean hasErrors() {
            return settings.isEmpty();
        }
    }

    /// A text whose passwords are never shown.
    ///
    /// @param name as messages have it
    public static SourceText source(String name, byte[] octets) {
        return new SourceText(name, octets, new SecretStrings());
    }

    /// Reads and checks the configuration in a file, as [#check] does. A file that cannot be read
    /// is an error like any.
    ///
    /// @param path also its name in messages
    public static Checked read(String path, ConfFiles disk) {
        try {
            return check(path, disk.read(path), disk);
        } catch (IOException unreadable) {
            SourceText nothing = source(path, new byte[0]);
            Diagnostics problems = new Diagnostics();
            problems.report(
                    Code.UNREADABLE_FILE
                            .at(
                                    Span.at(0),
                                    "cannot read %s: %s".formatted(path, unreadable.getMessage()))
                            .hint("name the configuration by -f FILE"));
            return new Checked(
                    List.of(new FileReport(nothing, problems)),
                    Optional.empty(),
                    new ClassicVerdict(
                            false,
                            List.of(
                                    "ERROR: glob found no matches for path \"%s\"".formatted(path),
                                    "ERROR: could not read configuration file \"%s\""
                                            .formatted(path))));
        }
    }

    /// Reads and checks a configuration and all that it includes or names: every problem is in the
    /// result. Opens no socket and looks up no name.
    ///
    /// @param name of the file, as messages have it
    /// @param disk where included files, keys and certificates are
    public static Checked check(String name, byte[] octets, ConfFiles disk) {
        Inclusion inclusion = new Inclusion(disk);
        inclusion.read(name, octets, List.of());
        ConfChecker.Outcome outcome = new ConfChecker(disk).check(inclusion.statements());
        List<FileReport> reports = new ArrayList<>();
        for (SourceFile file : inclusion.files()) {
            reports.add(new FileReport(file.source(), file.problems()));
        }
        outcome.keyFile().ifPresent(reports::add);
        boolean wrong = reports.stream().anyMatch(each -> each.diagnostics().hasErrors());
        return new Checked(
                reports,
                wrong ? Optional.empty() : Optional.of(outcome.settings()),
                ClassicVerdict.of(inclusion.classic()));
    }
}

package org.jipsec.cli;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.JsonRendering;
import org.jipsec.diag.Rendering;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.racoonconf.Code;
import org.jipsec.racoonconf.ConfFiles;
import org.jipsec.racoonconf.Explanations;
import org.jipsec.racoonconf.RacoonLanguage;
import org.jipsec.racoonconf.RemoteText;

import java.io.PrintWriter;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// `jracoon -t`: what is wrong with a racoon.conf and the files that it names. Opens no socket and
/// needs no rights.
final class RacoonCheck {
    private static final DateTimeFormatter CLASSIC_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final Host host;
    private final ConfFiles disk;
    private final PrintWriter out;
    private final PrintWriter err;

    RacoonCheck(Host host, ConfFiles disk, PrintWriter out, PrintWriter err) {
        this.host = host;
        this.disk = disk;
        this.out = out;
        this.err = err;
    }

    /// @return 0, or 1 when there is an error
    int check(JracoonOptions options) {
        RacoonLanguage.Checked checked = RacoonLanguage.read(options.file(), disk);
        if (options.json()) {
            checked.files()
                    .forEach(
                            file ->
                                    out.println(
                                            new JsonRendering(file.source())
                                                    .all(file.diagnostics())));
            return checked.hasErrors() ? 1 : 0;
        }
        boolean color = options.color().onStream(host.errorIsTerminal(), host);
        Diagnostics all = new Diagnostics();
        for (RacoonLanguage.FileReport file : checked.files()) {
            err.print(new Rendering(file.source(), color).all(file.diagnostics()));
            all.reportAll(file.diagnostics());
        }
        if (!all.summary().isEmpty()) {
            err.println(all.summary());
        }
        err.flush();
        if (checked.settings().isPresent()) {
            Settings settings = checked.settings().get();
            if (options.showRemotes()) {
                for (RemoteSettings remote : settings.remotes()) {
                    RemoteText.lines(remote).forEach(out::println);
                }
            }
            out.println(summary(options.file(), settings));
        }
        return checked.hasErrors() ? 1 : 0;
    }

    private static String summary(String file, Settings settings) {
        return "%s: good, with %s and %s"
                .formatted(
                        file,
                        counted(settings.remotes().size(), "remote"),
                        counted(settings.sainfos().size(), "sainfo"));
    }

    private static String counted(int count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }

    /// As racoon says it when it starts in the foreground.
    ///
    /// @return 0, or 1 when racoon would end
    int checkClassic(JracoonOptions options) {
        RacoonLanguage.Checked checked = RacoonLanguage.read(options.file(), disk);
        log("INFO: Reading configuration from \"%s\"".formatted(options.file()));
        checked.classic().lines().forEach(this::log);
        if (!checked.classic().accepted()) {
            out.flush();
            err.println("racoon: failed to parse configuration file.");
            return 1;
        }
        if (options.showRemotes()) {
            checked.settings().stream()
                    .flatMap(settings -> settings.remotes().stream())
                    .flatMap(remote -> RemoteText.lines(remote).stream())
                    .forEach(line -> log("INFO: " + line));
        }
        return 0;
    }

    private void log(String line) {
        out.println(
                CLASSIC_TIME.format(host.clock().instant().atZone(host.zone().get()))
                        + ": "
                        + line);
    }

    int explain(String id) {
        Optional<Code> code = Code.of(id);
        if (code.isEmpty()) {
            err.println("there is no diagnostic " + id + "; they look like RC050");
            return 1;
        }
        out.print(Explanations.of(code.get()).shown());
        return 0;
    }

    int listCodes() {
        for (Explanations.Page page : Explanations.all().values()) {
            out.println(
                    page.code().id() + "  " + page.code().severity().word() + ": " + page.title());
        }
        return 0;
    }
}

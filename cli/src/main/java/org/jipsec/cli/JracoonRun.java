package org.jipsec.cli;

import org.jipsec.daemon.ike.IkeDaemon;
import org.jipsec.daemon.ike.IkeLog;
import org.jipsec.daemon.ike.LocalAddresses;
import org.jipsec.daemon.ike.LogFile;
import org.jipsec.daemon.ike.LogForm;
import org.jipsec.daemon.ike.LogSink;
import org.jipsec.daemon.ike.PidFile;
import org.jipsec.daemon.ike.SteadyClock;
import org.jipsec.daemon.ike.SystemLogSink;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.Settings;
import org.jipsec.os.SystemLog;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// jracoon as a daemon: from the configuration to the signal that ends it.
final class JracoonRun {
    /// How long peers are told, and SAs taken away, at the end.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Of a relative `path pidfile`.
    private static final Path RUN_FOLDER = Path.of("/var/run");

    private final Host host;
    private final JracoonWays ways;
    private final JracoonOptions options;
    private final PrintWriter out;
    private final PrintWriter err;
    private final BlockingQueue<Happening> happenings = new LinkedBlockingQueue<>();

    private sealed interface Happening {
        /// @param number as `kill -l` has it
        record Signalled(int number) implements Happening {}

        /// @param why it cannot go on; empty when it was told to end
        record Ended(String why) implements Happening {}
    }

    JracoonRun(
            Host host,
            BackendOpener backends,
            Network network,
            JracoonOptions options,
            PrintWriter out,
            PrintWriter err) {
        this.host = host;
        this.ways = new JracoonWays(host, backends, network);
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /// Returns when it has ended; with a process in the background, when that one listens.
    ///
    /// @return 0; 1 the configuration is wrong, the start failed, or it had to end
    int run() {
        if (!options.foreground() && !JracoonDetached.isSelf(host)) {
            return JracoonDetached.start(host, options, err);
        }
        if (options.foreground() && !options.jsonLog()) {
            out.println("Foreground mode.");
            out.flush();
        }
        try (IkeLog log = log()) {
            return run(log);
        } catch (IOException refused) {
            return refused(Reasons.message(refused));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int refused(String why) {
        err.println(options.program() + ": " + why);
        err.flush();
        return 1;
    }

    private IkeLog log() throws IOException {
        boolean dated = options.foreground() || options.logFile().isPresent();
        LogForm form =
                options.jsonLog()
                        ? new LogForm.Json()
                        : new LogForm.Racoon(
                                dated ? Optional.of(host.zone().get()) : Optional.empty(),
                                options.location());
        return new IkeLog(form, sink(), host.clock(), options.level(Settings.EMPTY.logLevel()));
    }

    private LogSink sink() throws IOException {
        if (options.logFile().isPresent()) {
            return LogFile.open(host.path(options.logFile().get()));
        }
        if (options.foreground()) {
            return new WriterSink(out);
        }
        if (!Files.exists(Path.of(SystemLog.SOCKET))) {
            err.println(
                    "%s: there is no %s, so the log is lost: use -l FILE"
                            .formatted(options.program(), SystemLog.SOCKET));
            err.flush();
        }
        return new SystemLogSink(
                SystemLog.SOCKET,
                options.program() + "[" + processId() + "]",
                host.clock(),
                host.zone().get());
    }

    private static long processId() {
        return ProcessHandle.current().pid();
    }

    private int run(IkeLog log) throws IOException, InterruptedException {
        tell(log, IkeReport.Level.INFO, Version.line("jracoon"));
        JracoonConfiguration configuration = new JracoonConfiguration(host, options, log);
        Optional<Settings> settings = configuration.read(err);
        if (settings.isEmpty()) {
            return refused("failed to parse configuration file.");
        }
        log.level(options.level(settings.get().logLevel()));
        tellOfMissing(settings.get(), log);
        try (ProcessSignals signals =
                        ProcessSignals.of(
                                number -> happenings.add(new Happening.Signalled(number)));
                JracoonWays.Way way =
                        ways.choose(
                                options.backend(),
                                options.socket(),
                                notice -> tell(log, IkeReport.Level.NOTIFY, notice));
                IkeDaemon daemon = start(way, settings.get(), configuration, log)) {
            Thread.ofVirtual().start(() -> awaitEnd(daemon));
            Optional<PidFile> pidFile = writePid(settings.get(), log);
            try {
                JracoonDetached.announce(host, out);
                return serve(daemon, configuration, log);
            } finally {
                pidFile.ifPresent(PidFile::close);
            }
        }
    }

    private void tellOfMissing(Settings settings, IkeLog log) {
        if (options.restore()) {
            tell(
                    log,
                    IkeReport.Level.WARNING,
                    "-B: SAs are not kept in files here; peers negotiate anew");
        }
        settings.privileges()
                .filter(each -> !each.user().equals("0") && !each.user().equals("root"))
                .ifPresent(
                        each ->
                                tell(
                                        log,
                                        IkeReport.Level.WARNING,
                                        "privsep is not done: all of it runs as the user that"
                                                + " started it, not as "
                                                + each.user()));
    }

    private IkeDaemon start(
            JracoonWays.Way way, Settings settings, JracoonConfiguration configuration, IkeLog log)
            throws IOException {
        return IkeDaemon.start(
                settings,
                options.places(),
                new IkeDaemon.Surroundings(
                        way.sadb(),
                        way.ports(),
                        LocalAddresses.open(),
                        configuration,
                        new SteadyClock(host.clock().instant()),
                        new SecureRandom(),
                        log));
    }

    private void awaitEnd(IkeDaemon daemon) {
        try {
            happenings.add(new Happening.Ended(daemon.awaitEnd()));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<PidFile> writePid(Settings settings, IkeLog log) {
        Path path = RUN_FOLDER.resolve(settings.paths().pidFile());
        try {
            return Optional.of(PidFile.write(path, processId()));
        } catch (IOException refused) {
            tell(
                    log,
                    IkeReport.Level.ERROR,
                    "cannot write the pid file %s: %s".formatted(path, Reasons.of(refused)));
            return Optional.empty();
        }
    }

    private int serve(IkeDaemon daemon, JracoonConfiguration configuration, IkeLog log)
            throws InterruptedException {
        while (true) {
            switch (happenings.take()) {
                case Happening.Signalled(int number) -> {
                    tell(log, IkeReport.Level.INFO, "caught signal " + number);
                    if (number == ProcessSignals.HANGUP) {
                        reload(daemon, configuration, log);
                    } else if (number != ProcessSignals.USER1) {
                        stop(daemon, log);
                        return 0;
                    }
                }
                case Happening.Ended(String why) -> {
                    return refused(why.isEmpty() ? "the engine has ended" : why);
                }
            }
        }
    }

    private void reload(IkeDaemon daemon, JracoonConfiguration configuration, IkeLog log) {
        log.reopen();
        Optional<Settings> settings = configuration.readAgain();
        if (settings.isPresent()) {
            log.level(options.level(settings.get().logLevel()));
            daemon.reload(settings.get());
        }
    }

    private void stop(IkeDaemon daemon, IkeLog log) throws InterruptedException {
        if (!daemon.stop(PATIENCE)) {
            tell(log, IkeReport.Level.WARNING, "not everything was said to the peers");
        }
        daemon.close(); // what it still says belongs before the last line
        tell(log, IkeReport.Level.INFO, "racoon process %d shutdown".formatted(processId()));
    }

    private static void tell(IkeLog log, IkeReport.Level level, String text) {
        log.accept(new IkeReport(level, Optional.empty(), text, Map.of()));
    }
}

package org.jipsec.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// jipsecd: the embedded stack as a service on its UNIX socket, and what ends it.
final class JipsecdCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NOT_RUNNING = 3;

    private final Host host;

    JipsecdCommand(Host host) {
        this.host = host;
    }

    /// @return 0; 1 what was asked for could not be done; 2 the command line is wrong; 3 `--status`
    ///     found none running
    int run(InputStream in, PrintWriter out, PrintWriter err, String... arguments) {
        try {
            Optional<GivenOptions> opening =
                    ProgramOpening.read(
                            CommandLines.jipsecd(),
                            out,
                            "takes no arguments, only options",
                            arguments);
            if (opening.isEmpty()) {
                return 0;
            }
            GivenOptions given = opening.get();
            Optional<Path> option = ServicePlace.option(given);
            if (given.has("--stop")) {
                return stop(option, out, err);
            }
            if (given.has("--status")) {
                return status(option, out);
            }
            ServicePlace place = ServicePlace.toStart(host, option);
            return given.has("--foreground") ? serve(place, out, err) : detach(place, out, err);
        } catch (UsageException wrong) {
            err.println("jipsecd: " + wrong.getMessage());
            err.println("try: jipsecd --help");
            return 2;
        } catch (IOException failed) {
            err.println("jipsecd: " + Reasons.message(failed));
            return 1;
        }
    }

    private int detach(ServicePlace place, PrintWriter out, PrintWriter err) throws IOException {
        OptionalLong holder = ServiceLock.holder(place);
        if (holder.isPresent()) {
            err.println(runsAlready(place, holder));
            return 1;
        }
        long pid = ServiceStarter.start(host, place);
        out.println(
                "jipsecd: started (pid %d) on %s; its state is lost when it ends: jipsecd --stop"
                        .formatted(pid, place.socket()));
        return 0;
    }

    private int serve(ServicePlace place, PrintWriter out, PrintWriter err) throws IOException {
        Optional<Service> opened = Service.open(place, host.clock());
        if (opened.isEmpty()) {
            err.println(runsAlready(place, ServiceLock.holder(place)));
            return 1;
        }
        long pid = ProcessHandle.current().pid();
        CountDownLatch logged = new CountDownLatch(1);
        try (Service service = opened.get()) {
            // SIGTERM, SIGINT and SIGHUP run this; the JVM ends when it returns.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(service, logged), "end"));
            out.println(Service.READY + pid);
            out.flush();
            log(err, pid, "listens on " + place.socket() + "; its state is lost when it ends");
            service.awaitEnd();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            log(err, pid, "ends; its security associations and policies are gone");
            logged.countDown();
        }
        return 0;
    }

    private static void end(Service service, CountDownLatch logged) {
        try {
            service.close();
            logged.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (IOException closing) {
            // The process is about to end, and with it all that could be left open.
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void log(PrintWriter err, long pid, String event) {
        err.println(host.clock().instant() + " jipsecd[" + pid + "]: " + event);
        err.flush();
    }

    private static String runsAlready(ServicePlace place, OptionalLong holder) {
        String pid = holder.isPresent() ? " (pid " + holder.getAsLong() + ")" : "";
        return "jipsecd: one runs already" + pid + " on " + place.socket();
    }

    private int stop(Optional<Path> option, PrintWriter out, PrintWriter err) throws IOException {
        for (ServicePlace place : ServicePlace.candidates(host, option)) {
            OptionalLong holder = ServiceLock.holder(place);
            if (holder.isEmpty()) {
                continue;
            }
            Optional<ProcessHandle> process = ProcessHandle.of(holder.getAsLong());
            if (process.isPresent() && !ended(process.get())) {
                err.println("jipsecd: pid " + holder.getAsLong() + " cannot be ended by us");
                return 1;
            }
            out.println("jipsecd: stopped (pid " + holder.getAsLong() + "), its state is gone");
            return 0;
        }
        err.println("jipsecd: none is running");
        return 1;
    }

    private static boolean ended(ProcessHandle process) {
        if (!process.destroy()) {
            return !process.isAlive();
        }
        try {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | InterruptedException | TimeoutException stillThere) {
            return false;
        }
    }

    private int status(Optional<Path> option, PrintWriter out) throws IOException {
        for (ServicePlace place : ServicePlace.candidates(host, option)) {
            OptionalLong holder = ServiceLock.holder(place);
            if (holder.isPresent()) {
                out.println(
                        "jipsecd: running (pid " + holder.getAsLong() + ") on " + place.socket());
                return 0;
            }
        }
        out.println("jipsecd: none is running");
        return NOT_RUNNING;
    }
}

package org.jipsec.cli;

import org.jipsec.daemon.Wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// jipsecd: the embedded stack as a service on its UNIX socket, and what ends it.
final class JipsecdCommand {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NOT_RUNNING = 3;

    private final Host host;
    private final Network network;

    JipsecdCommand(Host host, Network network) {
        this.host = host;
        this.network = network;
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
            int queues = queues(given);
            boolean inMemory = given.has("--no-wire") || Network.isForbidden(host);
            Optional<WireOpener> wire = inMemory ? Optional.empty() : network.opener(queues);
            if (wire.isPresent()) {
                requireRights();
            }
            ServicePlace place = ServicePlace.toStart(host, option);
            return given.has("--foreground")
                    ? serve(place, wire, out, err)
                    : detach(place, wire.isPresent(), given, out, err);
        } catch (UsageException wrong) {
            err.println("jipsecd: " + wrong.getMessage());
            err.println("try: jipsecd --help");
            return 2;
        } catch (IOException failed) {
            err.println("jipsecd: " + Reasons.message(failed));
            return 1;
        }
    }

    private static int queues(GivenOptions given) throws UsageException {
        if (!given.has("--queues")) {
            return Wire.usualQueues();
        }
        if (given.has("--no-wire")) {
            throw new UsageException("--queues does not go with --no-wire");
        }
        String text = given.value("--queues", "");
        if (text.length() == 1
                && text.charAt(0) > '0'
                && text.charAt(0) - '0' <= Wire.MAXIMUM_QUEUES) {
            return text.charAt(0) - '0';
        }
        throw new UsageException(
                "--queues wants a number from 1 to " + Wire.MAXIMUM_QUEUES + ", not " + text);
    }

    private void requireRights() throws IOException {
        List<String> missing = network.rights().missing();
        if (!missing.isEmpty()) {
            throw new IOException(
                    "to connect this host's network I need "
                            + String.join(" and ", missing)
                            + "; to hold SAs and policies without it: jipsecd --no-wire");
        }
    }

    private int detach(
            ServicePlace place, boolean wire, GivenOptions given, PrintWriter out, PrintWriter err)
            throws IOException {
        OptionalLong holder = ServiceLock.holder(place);
        if (holder.isPresent()) {
            err.println(runsAlready(place, holder));
            return 1;
        }
        ServiceStarter.Started started =
                ServiceStarter.start(
                        host,
                        place,
                        wire,
                        given.has("--queues")
                                ? List.of("--queues", given.value("--queues", ""))
                                : List.of());
        out.println(
                "jipsecd: started (pid %d) on %s, %s"
                        .formatted(started.pid(), place.socket(), started.state()));
        out.println(
                wire
                        ? "to undo all of it, SAs and policies too: jipsecd --stop"
                        : "its SAs and policies are lost when it ends: jipsecd --stop");
        return 0;
    }

    private int serve(
            ServicePlace place, Optional<WireOpener> wire, PrintWriter out, PrintWriter err)
            throws IOException {
        ServiceLog log = ServiceLog.onError(err, host.clock(), place.logFile());
        Optional<Service> opened = Service.open(place, host.clock(), wire, log::line);
        if (opened.isEmpty()) {
            err.println(runsAlready(place, ServiceLock.holder(place)));
            return 1;
        }
        String failure = "";
        try (Service service = opened.get();
                EndSignal signal = new EndSignal(service::close)) {
            // whoever has started it hears, too, what the wire had to say until now
            String opening = log.endOpening();
            log.line("listens on " + place.socket() + ", " + service.state());
            out.println(
                    Service.READY
                            + ProcessHandle.current().pid()
                            + ", "
                            + service.state()
                            + opening);
            out.flush();
            failure = service.awaitEnd();
            if (!failure.isEmpty()) {
                log.line("cannot go on: " + failure);
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            log.line("ends; its security associations and policies are gone");
        }
        return failure.isEmpty() ? 0 : 1;
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
            boolean wired = isOnTheWire(ServiceClient.state(place));
            Optional<ProcessHandle> process = ProcessHandle.of(holder.getAsLong());
            if (process.isPresent() && !ended(process.get())) {
                err.println(
                        "jipsecd: pid "
                                + holder.getAsLong()
                                + " was asked to end and has not: it is another user's, or"
                                + " stopped");
                return 1;
            }
            out.println(
                    "jipsecd: stopped (pid "
                            + holder.getAsLong()
                            + "), its state is gone"
                            + (wired ? ", the network is as it was" : ""));
            return 0;
        }
        err.println("jipsecd: none is running" + hidden(option));
        return 1;
    }

    private static boolean isOnTheWire(Optional<String> state) {
        return state.filter(text -> text.startsWith("on the wire")).isPresent();
    }

    /// What a user who is not root cannot see.
    private static String hidden(Optional<Path> option) {
        return option.isEmpty()
                ? ServicePlace.closedToUs().map(folder -> " that you may ask: " + folder).orElse("")
                : "";
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
                        "jipsecd: running (pid "
                                + holder.getAsLong()
                                + ") on "
                                + place.socket()
                                + ServiceClient.state(place).map(state -> ", " + state).orElse(""));
                return 0;
            }
        }
        out.println("jipsecd: none is running" + hidden(option));
        return NOT_RUNNING;
    }
}

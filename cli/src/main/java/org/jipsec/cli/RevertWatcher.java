package org.jipsec.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The process that undoes a change when nobody confirms it in time: `jsetkey apply
/// --revert-after`. It gets the [Undo], keys and all, from its standard input, and lets the change
/// wait ([Waiting]) from before anything is changed: whoever is killed, the way back is known.
///
/// What it is told there: the undo, and once the change has been made, [#CARRIED_OUT]. When its
/// starter dies before it says that or [#DROPPED], what may have been changed is undone at once.
final class RevertWatcher {
    static final String NAME = "revert-watcher";

    /// What it says when it is ready, and again when it waits.
    static final String READY = "ready";

    static final int CARRIED_OUT = 'c';
    static final int DROPPED = 'd';

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Host host;
    private final BackendOpener backends;

    RevertWatcher(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends;
    }

    /// What came of it.
    ///
    /// @param isOver whether nothing is left to be undone
    private record Result(String text, boolean isOver) {}

    /// @param arguments `xfrm` or `pfkey` or the service's socket; base and instance of the
    ///     [StatePlace]; milliseconds
    int run(InputStream in, PrintWriter out, String... arguments) {
        boolean isKernel = arguments[0].equals("xfrm") || arguments[0].equals("pfkey");
        Optional<Path> socket = isKernel ? Optional.empty() : Optional.of(Path.of(arguments[0]));
        StatePlace place = new StatePlace(Path.of(arguments[1]), arguments[2], socket);
        BackendChoice choice = isKernel ? kernel(arguments[0]) : BackendChoice.USERSPACE;
        Duration patience = Duration.ofMillis(Long.parseLong(arguments[3]));
        RevertLog log = RevertLog.of(place, host.clock());
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            TrustedFile.folderOf(place.waiting())
                    .register(watch, StandardWatchEventKinds.ENTRY_DELETE);
            DataInputStream said = new DataInputStream(in);
            Undo undo = Undo.read(said);
            return run(said, out, place, choice, patience, undo, watch, log);
        } catch (IOException failed) {
            String why = Reasons.message(failed);
            log.say("jsetkey apply --revert-after: " + why, true);
            out.println(why);
            out.flush();
            return 1;
        }
    }

    private static BackendChoice kernel(String name) {
        return name.equals("xfrm") ? BackendChoice.XFRM : BackendChoice.PFKEY;
    }

    private int run(
            DataInputStream said,
            PrintWriter out,
            StatePlace place,
            BackendChoice choice,
            Duration patience,
            Undo undo,
            WatchService watch,
            RevertLog log)
            throws IOException {
        Waiting.Hold held = Waiting.begin(place, host.clock().instant().plus(patience), undo);
        try {
            out.println(READY);
            out.flush();
            int verdict = said.read();
            if (verdict == DROPPED) {
                return 0;
            }
            if (verdict == CARRIED_OUT) {
                long deadline = System.nanoTime() + patience.toNanos();
                Waiting.Hold before = held;
                held = Waiting.begin(place, host.clock().instant().plus(patience), undo);
                before.close();
                out.println(READY);
                out.flush();
                if (awaitConfirmation(watch, held, deadline)) {
                    return 0;
                }
            }
            revert(held, choice, undo, log);
            return 0;
        } finally {
            held.close();
        }
    }

    private void revert(Waiting.Hold held, BackendChoice choice, Undo undo, RevertLog log)
            throws IOException {
        StatePlace place = held.place();
        Optional<ChangeLock> lock = lock(place);
        try {
            if (!held.isThere() || !Waiting.takeToRevert(place)) {
                return;
            }
            Result result = undo(place, choice, undo);
            String news = undo.summary() + ": " + result.text();
            log.say("the change of jsetkey apply --revert-after, " + news, !result.isOver());
            Waiting.tell(place, news);
            if (result.isOver()) {
                Waiting.forget(place);
            }
        } finally {
            if (lock.isPresent()) {
                lock.get().close();
            }
        }
    }

    /// Others stay away while this is there; a jsetkey that was stopped while it held the lock does
    /// not keep the change from being undone.
    private static Optional<ChangeLock> lock(StatePlace place) {
        try {
            return Optional.of(ChangeLock.take(place, ChangeLock.PATIENCE));
        } catch (IOException refused) {
            return Optional.empty();
        }
    }

    /// @return whether it came before the deadline
    private static boolean awaitConfirmation(WatchService watch, Waiting.Hold held, long deadline)
            throws IOException {
        try {
            while (held.isThere()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // now and then even when nothing is told: a lost event must not cost the change
                WatchKey key = watch.poll(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
            }
            return true;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// A service that was killed has left its socket, but not the lock on its pid.
    private static boolean isServed(Path socket) {
        try {
            return ServiceLock.holder(new ServicePlace(socket)).isPresent();
        } catch (IOException unknown) {
            return true;
        }
    }

    private Result undo(StatePlace place, BackendChoice choice, Undo undo) {
        String at = " at " + host.clock().instant();
        try (BackendLink link = backends.open(choice, place.socket(), _ -> {})) {
            if (!link.statePlace().instance().equals(place.instance())) {
                return new Result(
                        "was not confirmed, and there was nothing to undo"
                                + at
                                + ": the service has been started anew since",
                        true);
            }
            int refused = undo.carryOut(link.backend(), place, host.clock());
            return new Result(
                    "was not confirmed and has been undone"
                            + at
                            + (refused == 0
                                    ? ""
                                    : ", but for " + refused + " operations that were refused"),
                    true);
        } catch (IOException unreachable) {
            if (place.socket().isPresent() && !isServed(place.socket().get())) {
                return new Result(
                        "was not confirmed, and there was nothing to undo"
                                + at
                                + ": the service has ended, and its SAs and policies with it",
                        true);
            }
            return new Result(
                    "was not confirmed, and could not be undone"
                            + at
                            + ": "
                            + Reasons.of(unreachable),
                    false);
        }
    }
}

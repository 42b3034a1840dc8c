package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.pfkey.RefusalException;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.wire.WireException;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The process that undoes a change when nobody confirms it in time: `jsetkey apply
/// --revert-after`. It gets what undoes the change, keys and all, from its standard input, and has
/// it in memory only.
///
/// What it is told there: a summary, how many octets of PF_KEY messages follow, these, and once the
/// change has been made, [#CARRIED_OUT]. When its starter dies before it says that or [#DROPPED],
/// what may have been changed is undone at once.
final class RevertWatcher {
    static final String NAME = "revert-watcher";

    /// What it says when it is ready, and again when it waits.
    static final String READY = "ready";

    static final int CARRIED_OUT = 'c';
    static final int DROPPED = 'd';

    private final Host host;
    private final BackendOpener backends;

    RevertWatcher(Host host, BackendOpener backends) {
        this.host = host;
        this.backends = backends;
    }

    /// @param arguments `xfrm` or `pfkey` or the service's socket; base and instance of the
    ///     [StatePlace]; milliseconds
    int run(InputStream in, PrintWriter out, String... arguments) {
        boolean isKernel = arguments[0].equals("xfrm") || arguments[0].equals("pfkey");
        Optional<Path> socket = isKernel ? Optional.empty() : Optional.of(Path.of(arguments[0]));
        StatePlace place = new StatePlace(Path.of(arguments[1]), arguments[2], socket);
        Duration patience = Duration.ofMillis(Long.parseLong(arguments[3]));
        try {
            DataInputStream said = new DataInputStream(in);
            String summary = said.readUTF();
            byte[] messages = new byte[said.readInt()];
            said.readFully(messages);
            List<SadbOperation> undo = operations(ByteBuffer.wrap(messages));
            out.println(READY);
            out.flush();
            int verdict = said.read();
            if (verdict == DROPPED) {
                return 0;
            }
            boolean isOrphan = verdict != CARRIED_OUT;
            long deadline = System.nanoTime() + (isOrphan ? 0 : patience.toNanos());
            Instant until = host.clock().instant().plus(patience);
            new Waiting(ProcessHandle.current().pid(), until, summary).write(place);
            out.println(READY);
            out.flush();
            if (awaitConfirmation(place, deadline) || !Waiting.takeToRevert(place)) {
                return 0;
            }
            BackendChoice choice =
                    isKernel ? BackendChoice.of(arguments[0]) : BackendChoice.USERSPACE;
            Waiting.tell(place, summary + ": " + undo(place, choice, undo));
            return 0;
        } catch (IOException | WireException | RefusalException | UsageException failed) {
            out.println(failed.getMessage());
            out.flush();
            return 1;
        }
    }

    /// @return whether it came before the deadline
    private static boolean awaitConfirmation(StatePlace place, long deadline) throws IOException {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            Objects.requireNonNull(place.waiting().toAbsolutePath().getParent())
                    .register(watch, StandardWatchEventKinds.ENTRY_DELETE);
            while (Files.exists(place.waiting())) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                var key = watch.poll(left, TimeUnit.NANOSECONDS);
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

    private String undo(StatePlace place, BackendChoice choice, List<SadbOperation> undo) {
        String at = " at " + host.clock().instant();
        try (BackendLink link = backends.open(choice, place.socket(), _ -> {})) {
            String instance = link.statePlace().map(StatePlace::instance).orElse("");
            if (!instance.equals(place.instance())) {
                return "was not confirmed, and there was nothing to undo"
                        + at
                        + ": the service has been started anew since";
            }
            int refused = undo(link.backend(), undo);
            return "was not confirmed and has been undone"
                    + at
                    + (refused == 0
                            ? ""
                            : ", but for " + refused + " operations that were refused");
        } catch (IOException unreachable) {
            if (place.socket().isPresent() && !Files.exists(place.socket().get())) {
                return "was not confirmed, and there was nothing to undo"
                        + at
                        + ": the service has ended, and its SAs and policies with it";
            }
            return "was not confirmed, and could not be undone"
                    + at
                    + ": "
                    + Reasons.of(unreachable);
        }
    }

    /// As one, or, when others have changed something meanwhile, as far as it goes.
    private static int undo(SadbBackend backend, List<SadbOperation> undo) throws IOException {
        if (backend.executeWhole(undo, (_, _) -> {}) instanceof Outcome.Carried) {
            return 0;
        }
        int[] refused = {0};
        backend.executeAll(
                undo,
                (_, reply) -> {
                    boolean isGone =
                            reply instanceof SadbReply.Refused(Errno errno, _)
                                    && (errno == Errno.ESRCH || errno == Errno.ENOENT);
                    refused[0] += reply instanceof SadbReply.Refused && !isGone ? 1 : 0;
                });
        return refused[0];
    }

    private static List<SadbOperation> operations(ByteBuffer messages)
            throws WireException, RefusalException {
        List<SadbOperation> operations = new ArrayList<>();
        while (messages.hasRemaining()) {
            operations.add(PfkeyRequests.operation(PfkeyCodec.decode(messages)));
        }
        return operations;
    }
}

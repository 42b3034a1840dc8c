package org.jipsec.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The starter's side of a [RevertWatcher]. It is started before anything is changed: whatever
/// happens to us, somebody knows the way back.
final class Revert implements AutoCloseable {
    private final StatePlace place;
    private final Process watcher;
    private final DataOutputStream to;
    private final BufferedReader from;
    private boolean isDecided;

    private Revert(StatePlace place, Process watcher) {
        this.place = place;
        this.watcher = watcher;
        this.to = new DataOutputStream(new BufferedOutputStream(watcher.getOutputStream()));
        this.from =
                new BufferedReader(
                        new InputStreamReader(watcher.getInputStream(), StandardCharsets.UTF_8));
    }

    /// Ready to undo.
    ///
    /// @param backend as [org.jipsec.sadb.Capabilities#backend] has it
    /// @throws IOException there is no watcher; nothing has been changed
    static Revert prepare(Host host, StatePlace place, String backend, Duration patience, Undo undo)
            throws IOException {
        List<String> command = new ArrayList<>(ServiceStarter.detached("jsetkey"));
        command.addAll(ServiceStarter.program(host, "jsetkey"));
        command.add(RevertWatcher.NAME);
        command.add(place.socket().isPresent() ? place.socket().get().toString() : backend);
        command.add(place.base().toString());
        command.add(place.instance());
        command.add(Long.toString(patience.toMillis()));
        Revert revert = new Revert(place, ServiceStarter.process(command).start());
        undo.write(revert.to);
        revert.to.flush();
        revert.await();
        return revert;
    }

    /// The change was made: time runs. Returns when it can be confirmed.
    ///
    /// @throws IOException the watcher has ended: nobody would undo the change
    void begin() throws IOException {
        isDecided = true;
        to.write(RevertWatcher.CARRIED_OUT);
        to.flush();
        await();
        to.close();
    }

    /// Nobody knows how much of the change was made: the watcher undoes what there is of it, as it
    /// does when its starter dies.
    void undoNow() throws IOException {
        isDecided = true;
        to.close();
    }

    private void await() throws IOException {
        String line = from.readLine();
        if (!RevertWatcher.READY.equals(line)) {
            throw new IOException(
                    "the process that would undo the change has ended: "
                            + (line == null ? "it said nothing" : line));
        }
    }

    /// Without [#begin] or [#undoNow] nothing was changed, and nothing is undone.
    @Override
    public void close() throws IOException {
        if (!isDecided) {
            Waiting.confirm(place);
            try {
                to.write(RevertWatcher.DROPPED);
                to.close();
            } catch (IOException ended) {
                // it has nothing to do any more
            }
        }
        from.close();
    }

    /// Its process.
    long pid() {
        return watcher.pid();
    }
}

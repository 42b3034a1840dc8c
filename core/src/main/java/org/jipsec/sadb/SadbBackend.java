package org.jipsec.sadb;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/// Where SAs and policies live: a kernel or the embedded stack. One client's view; not thread-safe
/// but for [#listen]ed events, which come on a thread of the backend's own.
public interface SadbBackend extends AutoCloseable {
    Capabilities capabilities();

    /// Runs one operation to its end. A refusal is a [SadbReply.Refused], never an exception.
    ///
    /// @throws IOException the channel to the backend broke; whether the operation was carried out
    ///     is not known
    SadbReply execute(SadbOperation operation) throws IOException;

    /// Runs operations in their order, and hands over each one's reply in the same order. A refusal
    /// stops nothing. A backend behind a channel may have several under way at once, so this is the
    /// way to run thousands.
    ///
    /// @throws IOException as in [#execute]; replies that came before have been handed over
    default void executeAll(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        for (int i = 0; i < operations.size(); i++) {
            replies.accept(i, execute(operations.get(i)));
        }
    }

    /// Runs all operations or, when one is refused, none: what the others have changed is taken
    /// back. Hands over the replies of those that came before the refused one, and its own. Without
    /// other means this is done one by one with a [Journal], and others see what is between.
    ///
    /// @throws IOException as in [#execute]; what was changed up to then is not taken back
    default Outcome executeWhole(List<? extends SadbOperation> operations, Replies replies)
            throws IOException {
        return new Journal(this).run(operations, replies);
    }

    /// Runs a dump, and hands over each entry when it comes, as a [SadbReply.Sas] or
    /// [SadbReply.Policies] of one; a refusal as it is. Nothing for an empty database.
    ///
    /// @param dump a [SadbOperation.DumpSas] or [SadbOperation.DumpPolicies]
    default void stream(SadbOperation dump, Consumer<SadbReply> entries) throws IOException {
        switch (execute(dump)) {
            case SadbReply.Sas(var snapshots) ->
                    snapshots.forEach(one -> entries.accept(new SadbReply.Sas(List.of(one))));
            case SadbReply.Policies(var snapshots) ->
                    snapshots.forEach(one -> entries.accept(new SadbReply.Policies(List.of(one))));
            case SadbReply other -> entries.accept(other);
        }
    }

    /// From now on `listener` is told what happens. At most one listener; a second takes the first
    /// one's place.
    void listen(Consumer<SadbEvent> listener);

    @Override
    void close() throws IOException;

    /// Takes the replies of [#executeAll].
    @FunctionalInterface
    interface Replies {
        /// @param index of the operation in its list
        void accept(int index, SadbReply reply);
    }
}

package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Reads a large text in parts, on threads of their own and a bounded way ahead of whoever takes
/// the commands: reading costs about three times what is done with what was read.
///
/// Gives the commands of a [SetkeyParser], and reports the problems it would, in the order of the
/// text. For one taker.
final class ReadAhead implements AutoCloseable {
    private static final int PART = 1 << 17;
    private static final int MOST_READERS = 4;
    private static final int AHEAD = 16;

    private final SourceText source;
    private final Diagnostics problems;
    private final TextParts parts;
    private final ExecutorService readers;
    private final Deque<Future<Part>> underWay = new ArrayDeque<>(AHEAD);
    private List<Command> commands = List.of();
    private int taken;
    private boolean ended;

    private record Part(List<Command> commands, Diagnostics problems) {}

    /// @param problems takes what is wrong with a part before its first command is given
    ReadAhead(SourceText source, Diagnostics problems) {
        this(source, problems, PART);
    }

    /// @param part about how many octets one thread reads at once
    ReadAhead(SourceText source, Diagnostics problems, int part) {
        this.source = SetkeyParser.withoutDosLineEnds(source, problems);
        this.problems = problems;
        this.parts = new TextParts(this.source, part);
        this.readers =
                Executors.newFixedThreadPool(
                        Math.min(MOST_READERS, Runtime.getRuntime().availableProcessors()),
                        Thread.ofPlatform().daemon().name("setkey.conf reader ", 1).factory());
    }

    private Part read(Span part) {
        Diagnostics found = new Diagnostics();
        SetkeyParser parser = new SetkeyParser(source, part, found);
        List<Command> all = new ArrayList<>();
        Optional<Command> next = parser.next();
        while (next.isPresent()) {
            all.add(next.get());
            next = parser.next();
        }
        return new Part(all, found);
    }

    /// As [SetkeyParser#next].
    Optional<Command> next() {
        while (taken == commands.size() && !ended) {
            while (underWay.size() < AHEAD && parts.hasNext()) {
                Span part = parts.next();
                underWay.add(readers.submit(() -> read(part)));
            }
            if (underWay.isEmpty()) {
                ended = true;
            } else {
                Part part = finished(underWay.remove());
                problems.reportAll(part.problems());
                commands = part.commands();
                taken = 0;
            }
        }
        if (taken == commands.size()) {
            return Optional.empty();
        }
        Command next = commands.get(taken++);
        ended |= next instanceof Command.Exit;
        return Optional.of(next);
    }

    private static Part finished(Future<Part> part) {
        try {
            return part.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a text was read", interrupted);
        } catch (ExecutionException failure) {
            throw new IllegalStateException("the reader failed", failure.getCause());
        }
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}

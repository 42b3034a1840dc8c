package org.jipsec.racoonconf;

import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Follows the `include`s of a text: all statements in the order in which racoon reads them.
final class Inclusion {
    private static final int DEEPEST = 10;

    /// A whole configuration has no more files than this: a pattern may match a million.
    private static final int MOST_FILES = 1000;

    private final ConfFiles disk;
    private final List<SourceFile> files = new ArrayList<>();
    private final List<ClassicError> classic = new ArrayList<>();
    private final List<Placed> statements = new ArrayList<>();
    private final List<String> open = new ArrayList<>();
    private Optional<String> directory = Optional.empty();

    /// @param file that the statement stands in
    record Placed(SourceFile file, Statement statement) {}

    Inclusion(ConfFiles disk) {
        this.disk = disk;
    }

    /// All files that were read, the first one first.
    List<SourceFile> files() {
        return files;
    }

    List<ClassicError> classic() {
        return classic;
    }

    List<Placed> statements() {
        return statements;
    }

    void read(String name, byte[] octets, List<Integer> place) {
        SourceFile file =
                new SourceFile(new SourceText(name, octets, new SecretStrings()), place, classic);
        files.add(file);
        open.add(name);
        for (Statement statement : ConfParser.parse(file)) {
            statements.add(new Placed(file, statement));
            if (statement.word().equals("path") && statement.word(0).equals("include")) {
                directory = Optional.of(statement.quoted(1).name());
            } else if (statement.word().equals("include")) {
                include(file, statement);
            }
        }
        open.removeLast();
    }

    private void include(SourceFile file, Statement statement) {
        Argument.Quoted written = statement.quoted(0);
        Span at = written.span();
        String pattern = written.name();
        if (!pattern.startsWith("/") && !pattern.startsWith("~")) {
            if (directory.isEmpty()) {
                // racoon prints a null pointer as directory
                file.classicBare(
                        at, "glob found no matches for path \"(null)/%s\"".formatted(pattern));
            }
            pattern = directory.map(path -> path + "/").orElse("") + pattern;
        }
        List<String> matches = disk.matches(pattern);
        if (matches.isEmpty()) {
            file.classicBare(at, "glob found no matches for path \"%s\"".formatted(pattern));
            file.report(
                    Code.INCLUDE_NOT_FOUND
                            .at(at, "no file is called " + pattern)
                            .hint(
                                    directory.isEmpty() && !written.name().startsWith("/")
                                            ? "a relative name counts from `path include`, which is"
                                                    + " not set before"
                                            : "name a file that exists, or leave the line out"));
            return;
        }
        for (int i = 0; i < matches.size(); i++) {
            one(file, at, matches.get(i), i);
        }
    }

    private void one(SourceFile file, Span at, String path, int index) {
        if (open.contains(path) && open.size() < DEEPEST) {
            file.report(
                    Code.INCLUDE_LOOP
                            .at(at, path + " includes itself")
                            .hint("leave this line out"));
        }
        if (open.contains(path) || open.size() > DEEPEST) {
            file.classic(at, "Includes nested too deeply");
            if (!open.contains(path)) {
                file.report(
                        Code.INCLUDE_DEPTH.at(
                                at, "files include each other more than 10 levels deep"));
            }
            return;
        }
        if (files.size() >= MOST_FILES) {
            file.report(
                    Code.INCLUDE_DEPTH.at(at, "more than %d files in all".formatted(MOST_FILES)));
            return;
        }
        byte[] octets;
        try {
            octets = disk.read(path);
        } catch (IOException unreadable) {
            file.classicBare(at, "could not read configuration file \"%s\"".formatted(path));
            file.report(
                    Code.UNREADABLE_FILE.at(
                            at, "cannot read %s: %s".formatted(path, unreadable.getMessage())));
            return;
        }
        List<Integer> place = new ArrayList<>(file.place());
        place.add(at.start());
        place.add(index);
        read(path, octets, place);
    }
}

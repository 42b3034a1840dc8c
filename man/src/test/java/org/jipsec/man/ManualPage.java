package org.jipsec.man;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// One page, as its lines of mdoc.
record ManualPage(Path path, List<String> lines) {
    private static final Path DIRECTORY = Path.of("src/main/man");
    private static final Pattern FLAG = Pattern.compile("\\bFl (\\S+)");

    /// @param name `jsetkey.8`
    static ManualPage named(String name) throws IOException {
        Path path = DIRECTORY.resolve(name);
        return new ManualPage(path, Files.readAllLines(path));
    }

    static List<Path> all() throws IOException {
        try (var files = Files.list(DIRECTORY)) {
            return files.sorted().toList();
        }
    }

    /// The options that the page has an entry for, as they are typed: `-f`, `--check`.
    Set<String> describedOptions() {
        return flagsOf(lines.stream().filter(line -> line.startsWith(".It Fl ")).toList());
    }

    /// The options that the page names anywhere else.
    Set<String> mentionedOptions() {
        return flagsOf(
                lines.stream()
                        .filter(line -> line.startsWith(".") && !line.startsWith(".It Fl "))
                        .toList());
    }

    /// The rows of the column list whose heading starts with `first` and which follows the line
    /// `after`; each row is its cells, without macros.
    List<List<String>> table(String after) {
        int from = lines.indexOf(after);
        if (from < 0) {
            throw new IllegalStateException(path + " has no line " + after);
        }
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines.subList(from + 1, lines.size())) {
            if (line.equals(".El")) {
                break;
            }
            if (line.startsWith(".It ") && !line.startsWith(".It Sy ")) {
                rows.add(cells(line.substring(".It ".length())));
            }
        }
        return rows;
    }

    /// The rows of the tbl(7) table after the line `after`, all of whose cells are text blocks.
    List<List<String>> textTable(String after) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        List<String> cell = new ArrayList<>();
        for (String line : lines.subList(lines.indexOf(after) + 1, lines.size())) {
            if (line.equals(".TE")) {
                break;
            }
            if (line.startsWith("T}")) {
                row.add(String.join(" ", cell));
                cell.clear();
                if (line.equals("T}")) {
                    rows.add(List.copyOf(row));
                    row.clear();
                }
            } else if (!row.isEmpty() || !line.equals("_")) {
                cell.add(line);
            }
            if (line.endsWith("T{")) {
                cell.clear();
            }
        }
        return rows;
    }

    /// The literal displays of a section, such as `EXAMPLES`, in order.
    List<String> displays(String section) {
        List<String> displays = new ArrayList<>();
        boolean here = false;
        Optional<StringBuilder> open = Optional.empty();
        for (String line : lines) {
            if (line.startsWith(".Sh ")) {
                here = line.equals(".Sh " + section);
            } else if (here && line.startsWith(".Bd -literal")) {
                open = Optional.of(new StringBuilder());
            } else if (line.equals(".Ed")) {
                open.ifPresent(text -> displays.add(text.toString()));
                open = Optional.empty();
            } else {
                open.ifPresent(text -> text.append(line).append('\n'));
            }
        }
        return displays;
    }

    private static List<String> cells(String row) {
        return Pattern.compile(" ?Ta ?")
                .splitAsStream(row)
                .map(cell -> cell.replaceAll("\\b(Cm|Fl|Li|Ar) ", "").strip())
                .toList();
    }

    private static Set<String> flagsOf(List<String> lines) {
        Set<String> options = new TreeSet<>();
        for (String line : lines) {
            FLAG.matcher(line)
                    .results()
                    .map(MatchResult::group)
                    .map(text -> "-" + text.substring("Fl ".length()).replace("\\&", ""))
                    .forEach(options::add);
        }
        return options;
    }
}

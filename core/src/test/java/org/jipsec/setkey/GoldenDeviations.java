package org.jipsec.setkey;

import java.util.ArrayList;
import java.util.List;

/// How the goldens come out otherwise, `golden/deviations.tsv`: id of the deviation, golden,
/// stream, the original's text (none: the whole of it), ours.
public final class GoldenDeviations {
    private record Row(String id, String golden, String stream, String original, String ours) {}

    private static final List<Row> ROWS = rows();

    private GoldenDeviations() {}

    /// What a stream of a golden has to be like here.
    ///
    /// @param original masked
    public static String expected(String golden, String stream, String original) {
        String text = original;
        for (Row row : ROWS) {
            if (row.golden().equals(golden) && row.stream().equals(stream)) {
                if (row.original().isEmpty()) {
                    text = row.ours();
                } else if (text.contains(row.original())) {
                    text = text.replace(row.original(), row.ours());
                } else {
                    throw new AssertionError(row + " is not what the original printed");
                }
            }
        }
        return text;
    }

    static List<String> ids() {
        return ROWS.stream().map(Row::id).distinct().toList();
    }

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String line : GoldenFiles.text("deviations.tsv").split("\n")) {
            if (!line.startsWith("#")) {
                String[] cell = line.split("\t", -1);
                rows.add(
                        new Row(
                                cell[0],
                                cell[1],
                                cell[2],
                                cell[3].translateEscapes(),
                                cell[4].translateEscapes()));
            }
        }
        return rows;
    }
}

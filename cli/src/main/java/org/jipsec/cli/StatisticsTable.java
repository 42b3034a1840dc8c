package org.jipsec.cli;

import org.jipsec.sadb.Statistics;

import java.io.PrintWriter;

/// Counters and drops for people: aligned, and only the drops that there were.
final class StatisticsTable {
    private StatisticsTable() {}

    static void print(Statistics statistics, PrintWriter out) {
        int width = "dropped".length();
        for (Statistics.Counter counter : statistics.counters()) {
            width = Math.max(width, counter.name().length());
        }
        for (Statistics.Drop drop : statistics.drops()) {
            width = Math.max(width, drop.name().length());
        }
        for (Statistics.Counter counter : statistics.counters()) {
            line(out, counter.name(), width, counter.value(), "");
        }
        long dropped = 0;
        for (Statistics.Drop drop : statistics.drops()) {
            dropped += drop.packets();
        }
        line(out, "dropped", width, dropped, "");
        for (Statistics.Drop drop : statistics.drops()) {
            if (drop.packets() > 0) {
                line(out, drop.name(), width, drop.packets(), "  " + drop.sentence());
            }
        }
    }

    private static void line(
            PrintWriter out, String name, int width, long number, String sentence) {
        String value = Long.toString(number);
        out.print(name);
        out.print(" ".repeat(width - name.length() + 2 + Math.max(0, 12 - value.length())));
        out.print(value);
        out.println(sentence);
    }
}

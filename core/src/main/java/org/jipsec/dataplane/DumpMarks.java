package org.jipsec.dataplane;

import org.jipsec.sadb.DumpMark;

/// Counts the entries of a dump as Linux does its messages: 1, 2, … and 0 for the last.
final class DumpMarks {
    private DumpMarks() {}

    static DumpMark of(int index, int count, int processId, int references) {
        return new DumpMark(index + 1 == count ? 0 : index + 1, processId, references);
    }
}

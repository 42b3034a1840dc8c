package org.jipsec.ike;

import org.jipsec.ike.settings.ExchangeMode;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The exchanges of phase 1, all rows of them.
final class Phase1Table {
    private static final List<Phase1Row<?>> ROWS =
            Stream.of(MainMode.ROWS, AggressiveMode.ROWS, BaseMode.ROWS)
                    .flatMap(List::stream)
                    .toList();

    private Phase1Table() {}

    static Optional<Phase1Row<?>> find(ExchangeMode mode, Role role, Phase1State state) {
        for (Phase1Row<?> row : ROWS) {
            if (row.mode() == mode && row.role() == role && row.state().isInstance(state)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }
}

package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The logs of two recorded racoons (`racoon-recorded/`), at the level where they tell all.
final class RacoonLogs {
    /// @param octets of the dump
    /// @param behind the lines from there to the next `===`, without time and level
    record Dump(Bytes octets, List<String> behind) {}

    private RacoonLogs() {}

    static List<String> names() {
        return Stream.of("main-psk", "aggr", "natt", "rsasig", "rsasig-anon")
                .flatMap(run -> Stream.of(run + "-debug/A.log", run + "-debug/B.log"))
                .toList();
    }

    /// Without time and level; dumps as they are.
    static List<String> lines(String name) {
        try (var in = RacoonLogs.class.getResourceAsStream("/racoon-recorded/" + name)) {
            return new String(
                            Objects.requireNonNull(in, name).readAllBytes(),
                            StandardCharsets.ISO_8859_1)
                    .lines()
                    .map(
                            line ->
                                    line.replaceFirst(
                                            "^[0-9-]{10} [0-9:]{8}: (\\[[^]]*] )?[A-Z0-9]+: ", ""))
                    .toList();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// The dumps behind lines that begin with `title`.
    static List<Dump> dumps(String name, String title) {
        List<String> lines = lines(name);
        List<Dump> dumps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(title)) {
                int at = i + 1;
                StringBuilder hex = new StringBuilder();
                while (at < lines.size() && lines.get(at).matches("|([0-9a-f]{2,8} ?)+")) {
                    hex.append(lines.get(at++).replace(" ", ""));
                }
                List<String> behind =
                        lines.subList(at, lines.size()).stream()
                                .takeWhile(line -> !line.equals("==="))
                                .toList();
                dumps.add(new Dump(Bytes.ofHex(hex.toString()), behind));
            }
        }
        return dumps;
    }
}

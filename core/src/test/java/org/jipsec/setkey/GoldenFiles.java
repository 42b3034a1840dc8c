package org.jipsec.setkey;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What setkey 0.8.2 printed on Linux 6.1 (`golden/INDEX.txt`), as resources: readable from the
/// directory here and from the test jar elsewhere.
public final class GoldenFiles {
    private static final String ROOT = "/golden/";

    private GoldenFiles() {}

    /// The files given to `setkey -f`, without `.conf`.
    public static List<String> configurations() {
        return names(ROOT, ".conf");
    }

    /// The command lines, without `.cmd`.
    public static List<String> commandLines() {
        return names(ROOT + "cli/", ".cmd");
    }

    /// One char an octet; empty when there is no such file: an empty stdout was not kept.
    ///
    /// @param name below `golden/`
    public static String text(String name) {
        return new String(octets(name), StandardCharsets.ISO_8859_1);
    }

    public static boolean exists(String name) {
        return GoldenFiles.class.getResource(ROOT + name) != null;
    }

    /// Empty when there is no such file.
    public static byte[] octets(String name) {
        try (InputStream in = GoldenFiles.class.getResourceAsStream(ROOT + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /// What may differ from run to run made the same: times, process ids, policy ids, the reqids
    /// that the backend picks. Of `-H` headers are kept and of the rest the length: these octets
    /// are all in the text behind them.
    public static String masked(String text) {
        String masked = text;
        for (Map.Entry<Pattern, String> mask : MASKS) {
            masked = mask.getKey().matcher(masked).replaceAll(mask.getValue());
        }
        return HEX_LINE.matcher(masked)
                .replaceAll(line -> line.group(1) + "xx ".repeat(line.group(2).length() / 3));
    }

    private static final Pattern HEX_LINE =
            Pattern.compile("(?m)^(?!00000000)([0-9a-f]{8}: )((?:[0-9a-f]{2} )+)$");

    private static final List<Map.Entry<Pattern, String>> MASKS =
            List.of(
                    mask("[A-Z][a-z]{2} [ 0-9][0-9] \\d\\d:\\d\\d:\\d\\d \\d{4}", "TIME"),
                    mask("\tdiff: \\d+\\(s\\)", "\tdiff: N(s)"),
                    mask("(?<=[ \t])pid=\\d+", "pid=N"),
                    mask("spid=\\d+", "spid=N"),
                    mask("unique#\\d+", "unique#N"),
                    mask("(?m)^\\d\\d:\\d\\d:\\d\\d\\.\\d{6} $", "CLOCK "),
                    mask("addtime=\\d{5,}", "addtime=N"),
                    mask("(dir=\\d) id=[0-9a-f]+ ", "$1 id=N "),
                    mask("(?m)^(00000000: 02 (?:.. ){11})(?:.. ){4}$", "$1PID"));

    private static Map.Entry<Pattern, String> mask(String pattern, String replacement) {
        return Map.entry(Pattern.compile(pattern), replacement);
    }

    private static List<String> names(String directory, String suffix) {
        URL url = GoldenFiles.class.getResource(directory);
        if (url == null) {
            throw new IllegalStateException(directory + " is missing");
        }
        try {
            if (!url.getProtocol().equals("jar")) {
                return names(Path.of(url.toURI()), suffix);
            }
            try (FileSystem jar = FileSystems.newFileSystem(url.toURI(), Map.of())) {
                return names(jar.getPath(directory), suffix);
            }
        } catch (IOException | URISyntaxException broken) {
            throw new IllegalStateException(url + " cannot be read", broken);
        }
    }

    private static List<String> names(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(suffix))
                    .map(name -> name.substring(0, name.length() - suffix.length()))
                    .sorted()
                    .toList();
        }
    }
}

package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What a shell asks about commands that are being typed.
public final class ShellInput {
    private static final List<String> EXTENSIONS =
            List.of("-m", "-r", "-u", "-f", "-lh", "-ls", "-bh", "-bs", "-ctx", "-esn");

    private static final List<String> UPPER =
            List.of("any", "tcp", "udp", "icmp", "icmp6", "gre", "sctp", "esp", "ah");

    private static final List<String> LEVELS = List.of("require", "use", "unique", "default");

    private ShellInput() {}

    /// Whether `text` can be run: its last command ends in a semicolon outside of quotes and
    /// comments, or there is no command in it.
    public static boolean isComplete(String text) {
        return Scan.of(text).command.isBlank();
    }

    /// What could stand at the end of `text` in the place of the word that is begun there: whole
    /// words, in the order in which they should be offered. Empty inside quotes and comments.
    public static List<String> completions(String text) {
        Scan scan = Scan.of(text);
        if (scan.quoted || scan.comment) {
            return List.of();
        }
        List<String> words =
                new ArrayList<>(
                        Arrays.stream(scan.command.split("[ \t\n]+"))
                                .filter(word -> !word.isEmpty())
                                .toList());
        boolean begun =
                !scan.command.isEmpty()
                        && !Character.isWhitespace(scan.command.charAt(scan.command.length() - 1));
        String word = begun ? words.removeLast() : "";
        return candidates(words, word)
                .distinct()
                .filter(candidate -> candidate.startsWith(word) && !candidate.equals(word))
                .toList();
    }

    private static Stream<String> candidates(List<String> before, String word) {
        if (before.isEmpty()) {
            return SetkeyWords.COMMANDS.stream();
        }
        int policy = before.indexOf("-P");
        if (policy >= 0) {
            return policy(before.subList(policy + 1, before.size()), word);
        }
        Stream<String> value = valueOf(before.getLast());
        if (value != null) {
            return value;
        }
        long addresses = before.stream().skip(1).filter(each -> !each.matches("-[n46]+")).count();
        return switch (before.getFirst()) {
            case "flush", "dump" ->
                    before.size() == 1 ? SetkeyWords.PROTOCOLS.stream() : Stream.empty();
            case "add", "update", "get", "delete", "getspi", "deleteall" ->
                    addresses < 2
                            ? Stream.of("-4", "-6", "-n").filter(each -> word.startsWith("-"))
                            : addresses == 2
                                    ? SetkeyWords.PROTOCOLS.stream()
                                    : behindSpi(before, addresses);
            case "spdadd", "spdupdate", "spddelete" ->
                    addresses < 2
                            ? Stream.of("-4", "-6", "-n").filter(each -> word.startsWith("-"))
                            : addresses == 2 ? UPPER.stream() : Stream.of("-P");
            default -> Stream.empty();
        };
    }

    private static Stream<String> behindSpi(List<String> before, long addresses) {
        boolean defines = before.getFirst().equals("add") || before.getFirst().equals("update");
        if (addresses < 4 || !defines) {
            return Stream.empty();
        }
        if (before.contains("-A") || before.contains("-C")) {
            return Stream.empty();
        }
        return before.contains("-E")
                ? Stream.of("-A")
                : Stream.concat(Stream.of("-E", "-A", "-C"), EXTENSIONS.stream());
    }

    /// What stands behind a flag; null when `flag` is none with a fixed set of values.
    private static @Nullable Stream<String> valueOf(String flag) {
        return switch (flag) {
            case "-E" ->
                    Stream.concat(
                            Arrays.stream(EncryptionAlgorithm.values())
                                    .filter(cipher -> cipher != EncryptionAlgorithm.NONE)
                                    .flatMap(cipher -> cipher.names().stream())
                                    .sorted(),
                            Stream.of("des-deriv", "des-32iv"));
            case "-A" ->
                    Arrays.stream(AuthAlgorithm.values())
                            .filter(mac -> mac != AuthAlgorithm.NONE)
                            .flatMap(mac -> mac.names().stream())
                            .sorted();
            case "-C" -> Stream.of("deflate", "lzs", "oui");
            case "-m" -> Stream.of("transport", "tunnel", "any");
            case "-f" -> Stream.of("random-pad", "seq-pad", "zero-pad", "nocyclic-seq");
            default -> null;
        };
    }

    private static Stream<String> policy(List<String> before, String word) {
        if (before.isEmpty()) {
            return Stream.of("in", "out", "fwd");
        }
        if (before.contains("ipsec")) {
            return rule(word);
        }
        return switch (before.getLast()) {
            case "prio", "priority" -> Stream.of("high", "def", "low");
            case "none", "discard" -> Stream.empty();
            default ->
                    before.size() == 1
                            ? Stream.of("ipsec", "none", "discard", "prio")
                            : Stream.of("ipsec", "none", "discard");
        };
    }

    private static Stream<String> rule(String word) {
        String[] parts = word.split("/", -1);
        return switch (parts.length) {
            case 1 -> Stream.of("esp/", "ah/", "ipcomp/");
            case 2 -> Stream.of(parts[0] + "/transport//", parts[0] + "/tunnel/");
            case 4 ->
                    LEVELS.stream()
                            .map(level -> parts[0] + "/" + parts[1] + "/" + parts[2] + "/" + level);
            default -> Stream.empty();
        };
    }

    /// @param command what stands behind the last semicolon, comments left out
    private record Scan(String command, boolean quoted, boolean comment) {
        static Scan of(String text) {
            StringBuilder command = new StringBuilder();
            boolean quoted = false;
            boolean comment = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (comment) {
                    comment = c != '\n';
                } else if (c == '"') {
                    quoted = !quoted;
                    command.append(c);
                } else if (!quoted && c == '#') {
                    comment = true;
                    command.append(' ');
                } else if (!quoted && c == ';') {
                    command.setLength(0);
                } else {
                    command.append(c);
                }
            }
            return new Scan(command.toString(), quoted, comment);
        }
    }
}

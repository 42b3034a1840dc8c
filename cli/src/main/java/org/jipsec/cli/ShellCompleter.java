package org.jipsec.cli;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.wire.IpText;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// What may stand where the cursor is: words of the language by the word before, and for `delete`
/// and `get` the SAs there are.
final class ShellCompleter implements Completer {
    private static final List<String> PROTOCOLS =
            List.of("esp", "ah", "ipcomp", "esp-udp", "tcp", "esp-old", "ah-old");
    private static final List<String> UPPER_PROTOCOLS =
            List.of("any", "tcp", "udp", "icmp", "icmp6", "gre", "sctp");
    private static final List<String> OPTIONS =
            List.of("-m", "-r", "-u", "-f", "-lh", "-ls", "-bh", "-bs", "-E", "-A", "-C");
    private static final List<String> RULES = List.of("esp/", "ah/", "ipcomp/");
    private static final List<String> LEVELS = List.of("require", "unique", "use", "default");

    private final Supplier<List<SaSnapshot>> associations;

    /// @param associations asked at each completion that needs them
    ShellCompleter(Supplier<List<SaSnapshot>> associations) {
        this.associations = associations;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        for (String word : words(line.words().subList(0, line.wordIndex()), line.word())) {
            // A rule goes on behind its slash, other words end.
            boolean whole = !word.endsWith("/");
            candidates.add(new Candidate(word, word, null, null, null, null, whole));
        }
    }

    /// @param before the words of this statement in front of the cursor
    /// @param word the one it is in, perhaps empty
    List<String> words(List<String> before, String word) {
        if (before.isEmpty()) {
            return Shell.FIRST_WORDS;
        }
        String command = before.getFirst();
        String previous = before.getLast();
        return switch (command) {
            case "show" -> before.size() == 1 ? List.of("sa", "spd", "stats") : List.of();
            case "flush", "dump" -> before.size() == 1 ? PROTOCOLS : List.of();
            case "delete", "get" -> ofAssociation(before);
            case "deleteall" -> before.size() <= 3 ? ofAssociation(before) : List.of();
            case "add", "update" -> ofAdd(before, previous);
            case "spdadd", "spdupdate", "spddelete" -> ofPolicy(before, previous, word);
            default -> List.of();
        };
    }

    private static List<String> ofAdd(List<String> before, String previous) {
        if (before.size() == 3) {
            return PROTOCOLS;
        }
        if (before.size() < 5) {
            return List.of();
        }
        return switch (previous) {
            case "-m" -> List.of("transport", "tunnel", "any");
            case "-f" -> List.of("zero-pad", "random-pad", "seq-pad", "nocyclic-seq");
            case "-C" -> List.of("deflate", "lzs", "oui");
            case "-E" ->
                    Stream.of(EncryptionAlgorithm.values())
                            .filter(algorithm -> algorithm != EncryptionAlgorithm.NONE)
                            .map(EncryptionAlgorithm::word)
                            .sorted()
                            .toList();
            case "-A" ->
                    Stream.of(AuthAlgorithm.values())
                            .filter(algorithm -> algorithm != AuthAlgorithm.NONE)
                            .map(AuthAlgorithm::word)
                            .sorted()
                            .toList();
            default -> OPTIONS;
        };
    }

    private static List<String> ofPolicy(List<String> before, String previous, String word) {
        int policy = before.indexOf("-P");
        if (policy < 0) {
            return switch (before.size()) {
                case 3 -> UPPER_PROTOCOLS;
                case 4 -> List.of("-P");
                default -> List.of();
            };
        }
        if (previous.equals("-P")) {
            return List.of("in", "out", "fwd");
        }
        if (before.size() == policy + 2) {
            return List.of("ipsec", "none", "discard", "prio");
        }
        return ofRule(word);
    }

    /// The parts of `esp/tunnel/A-B/require`, one after the other.
    private static List<String> ofRule(String word) {
        int parts = (int) word.chars().filter(c -> c == '/').count();
        if (parts == 0) {
            return RULES;
        }
        String soFar = word.substring(0, word.lastIndexOf('/') + 1);
        List<String> found = new ArrayList<>();
        if (parts == 1) {
            found.add(soFar + "transport//");
            found.add(soFar + "tunnel/");
        } else if (parts == 3) {
            for (String level : LEVELS) {
                found.add(soFar + level);
            }
        }
        return found;
    }

    /// Source, destination, protocol, SPI: of those SAs that fit what is written already.
    private List<String> ofAssociation(List<String> before) {
        TreeSet<String> found = new TreeSet<>();
        for (SaSnapshot snapshot : associations.get()) {
            SecurityAssociation sa = snapshot.association();
            List<String> words =
                    List.of(
                            before.getFirst(),
                            IpText.text(sa.source().address()),
                            IpText.text(sa.destination().address()),
                            sa.protocol().word(),
                            "0x" + Integer.toHexString(sa.spi().value()));
            if (before.size() < words.size() && words.subList(0, before.size()).equals(before)) {
                found.add(words.get(before.size()));
            }
        }
        return List.copyOf(found);
    }
}

package org.jipsec.trace;

import org.jipsec.dataplane.DropReason;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The words of the filter language and what they stand for.
final class FilterWords {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final Map<String, Integer> PROTOCOLS = new LinkedHashMap<>();
    private static final List<String> OTHERS =
            List.of(
                    "host", "net", "port", "src", "dst", "spi", "policy", "proto", "drop", "in",
                    "out", "clear", "and", "or", "not");

    static {
        PROTOCOLS.put("icmp", 1);
        PROTOCOLS.put("tcp", TCP);
        PROTOCOLS.put("udp", UDP);
        PROTOCOLS.put("esp", 50);
        PROTOCOLS.put("ah", 51);
        PROTOCOLS.put("icmp6", 58);
        PROTOCOLS.put("sctp", 132);
        PROTOCOLS.put("ipcomp", 108);
    }

    private FilterWords() {}

    static Optional<Integer> protocol(String word) {
        return Optional.ofNullable(PROTOCOLS.get(word));
    }

    static Collection<String> protocols() {
        return PROTOCOLS.keySet();
    }

    /// All but the reasons.
    static List<String> all() {
        List<String> all = new java.util.ArrayList<>(OTHERS);
        all.addAll(PROTOCOLS.keySet());
        return all;
    }

    static Optional<DropReason> reason(String word) {
        for (DropReason reason : DropReason.values()) {
            if (reason.word().equals(word)) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    static List<String> reasons() {
        return List.of(DropReason.values()).stream().map(DropReason::word).toList();
    }

    /// TCP, UDP, DCCP, SCTP, UDP-Lite.
    static boolean hasPorts(int protocol) {
        return switch (protocol) {
            case TCP, UDP, 33, 132, 136 -> true;
            default -> false;
        };
    }
}

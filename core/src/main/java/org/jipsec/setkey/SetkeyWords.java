package org.jipsec.setkey;

import java.util.List;

/// The words of the language by where they can stand.
final class SetkeyWords {
    static final List<String> COMMANDS =
            List.of(
                    "add",
                    "update",
                    "delete",
                    "deleteall",
                    "get",
                    "getspi",
                    "flush",
                    "dump",
                    "spdadd",
                    "spdupdate",
                    "spddelete",
                    "spddump",
                    "spdflush",
                    "exit",
                    "quit",
                    "bye");

    static final List<String> PROTOCOLS =
            List.of("esp", "ah", "ipcomp", "esp-udp", "esp-old", "ah-old", "tcp");

    private SetkeyWords() {}
}

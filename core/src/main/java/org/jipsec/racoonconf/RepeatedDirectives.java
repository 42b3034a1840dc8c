package org.jipsec.racoonconf;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Finds directives that stand twice in a section, where only the last one counts.
final class RepeatedDirectives {
    /// They add up, or are refused by their own checks.
    private static final Set<String> MAY_REPEAT =
            Set.of(
                    "peers_identifier",
                    "proposal",
                    "exchange_mode",
                    "script",
                    "remote_address",
                    "certificate_type",
                    "peers_certfile",
                    "ca_type",
                    "dh_group");

    private static final Set<String> SECTIONS =
            Set.of("remote", "proposal", "sainfo", "timer", "padding");

    private RepeatedDirectives() {}

    static void warn(SourceFile file, Statement.Section section) {
        if (!SECTIONS.contains(section.word())) {
            return;
        }
        boolean inProposal = section.word().equals("proposal");
        Map<String, Statement> seen = new HashMap<>();
        for (Statement item : section.body()) {
            if (item instanceof Statement.Section inner) {
                warn(file, inner);
            }
            String word = item.word();
            boolean mayRepeat =
                    !inProposal && (MAY_REPEAT.contains(word) || word.endsWith("_algorithm"));
            Statement before = mayRepeat ? null : seen.put(word, item);
            if (before != null) {
                file.report(
                        Code.GIVEN_TWICE
                                .at(item.span(), "`%s` was given before".formatted(word))
                                .also(before.span(), "has no effect")
                                .hint("leave one of them out: the last one counts"));
            }
        }
    }
}

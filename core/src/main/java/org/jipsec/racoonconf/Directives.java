package org.jipsec.racoonconf;

import org.antlr.v4.runtime.misc.IntervalSet;
import org.jipsec.grammar.RacoonConfParser;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The directives of racoon.conf as the grammar has them, for whoever describes or completes them.
public final class Directives {
    /// Sections by the rule of what may stand in them.
    private static final Map<String, Integer> RULES = new LinkedHashMap<>();

    static {
        RULES.put("", RacoonConfParser.RULE_top);
        RULES.put("privsep", RacoonConfParser.RULE_privsepItem);
        RULES.put("listen", RacoonConfParser.RULE_listenItem);
        RULES.put("timer", RacoonConfParser.RULE_timerItem);
        RULES.put("padding", RacoonConfParser.RULE_paddingItem);
        RULES.put("remote", RacoonConfParser.RULE_remoteItem);
        RULES.put("proposal", RacoonConfParser.RULE_proposalItem);
        RULES.put("sainfo", RacoonConfParser.RULE_saItem);
        RULES.put("mode_cfg", RacoonConfParser.RULE_modeItem);
        RULES.put("radiuscfg", RacoonConfParser.RULE_radiusItem);
        RULES.put("ldapcfg", RacoonConfParser.RULE_ldapItem);
    }

    private Directives() {}

    /// The first words of what may stand in each section; the empty name is the top of the file.
    public static Map<String, Set<String>> bySection() {
        Map<String, Set<String>> words = new LinkedHashMap<>();
        RULES.forEach((section, rule) -> words.put(section, firstWords(rule)));
        return words;
    }

    private static Set<String> firstWords(int rule) {
        IntervalSet first =
                RacoonConfParser._ATN.nextTokens(RacoonConfParser._ATN.ruleToStartState[rule]);
        return new TreeSet<>(SyntaxProblems.words(first));
    }
}

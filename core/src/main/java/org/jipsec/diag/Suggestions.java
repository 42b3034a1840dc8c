package org.jipsec.diag;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/// Guesses which word was meant.
public final class Suggestions {
    /// What is longer is no slip of a finger, and would cost much time.
    private static final int LONGEST = 40;

    private Suggestions() {}

    /// The word of `known` that is nearest to `written`, when it is near enough: one slip in a word
    /// of up to four letters, a third of the letters in longer ones. Letter case is not counted.
    public static Optional<String> nearest(String written, Collection<String> known) {
        if (written.isEmpty() || written.length() > LONGEST) {
            return Optional.empty();
        }
        String lower = written.toLowerCase(Locale.ROOT);
        String best = "";
        int least = Math.max(1, Math.min(written.length() / 3, 4)) + 1;
        for (String word : known) {
            int distance = distance(lower, word);
            if (distance < least && distance < word.length()) {
                least = distance;
                best = word;
            }
        }
        return best.isEmpty() ? Optional.empty() : Optional.of(best);
    }

    /// Damerau and Levenshtein's: insertions, deletions, substitutions and exchanges of neighbours,
    /// none of them inside another (optimal string alignment).
    static int distance(String left, String right) {
        int[] beforeLast = new int[right.length() + 1];
        int[] last = new int[right.length() + 1];
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int cost = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1
                        && j > 1
                        && left.charAt(i - 1) == right.charAt(j - 2)
                        && left.charAt(i - 2) == right.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            int[] spare = beforeLast;
            beforeLast = last;
            last = row;
            row = spare;
        }
        return last[right.length()];
    }
}

package org.jipsec.setkey;

import org.jipsec.diag.Span;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;

import java.util.List;
import java.util.Optional;

/// One thing that is not as a text wants it.
public sealed interface StateChange {
    Kind kind();

    /// The statement that wants it; empty when none does ([Difference#prune]).
    Optional<Span> cause();

    /// In which way it differs; empty but for [Kind#CHANGE].
    List<Field> fields();

    enum Kind {
        ADD("add"),
        CHANGE("change"),
        REMOVE("remove");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /// @param name as in `hard lifetime`
    /// @param from empty where it cannot be shown, as for a key
    /// @param to likewise
    record Field(String name, String from, String to) {}

    /// @param before empty for one that is to be added
    /// @param after empty for one that is to be removed
    /// @param isReplaced whether it cannot be changed as it is, but only be deleted and added anew
    record OfAssociation(
            Optional<SaSnapshot> before,
            Optional<SecurityAssociation> after,
            List<Field> fields,
            boolean isReplaced,
            Optional<Span> cause)
            implements StateChange {
        @Override
        public Kind kind() {
            return kindOf(before, after);
        }
    }

    /// @param before likewise
    /// @param after likewise
    record OfPolicy(
            Optional<PolicySnapshot> before,
            Optional<Policy> after,
            List<Field> fields,
            Optional<Span> cause)
            implements StateChange {
        @Override
        public Kind kind() {
            return kindOf(before, after);
        }
    }

    private static Kind kindOf(Optional<?> before, Optional<?> after) {
        if (before.isEmpty()) {
            return Kind.ADD;
        }
        return after.isEmpty() ? Kind.REMOVE : Kind.CHANGE;
    }
}

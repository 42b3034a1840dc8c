package org.jipsec.sadb;

import java.util.List;

/// How a list of operations has ended that was run as a whole ([SadbBackend#executeWhole]).
public sealed interface Outcome {
    /// All were carried out.
    record Carried() implements Outcome {}

    /// One was refused, and what others had changed was taken back.
    ///
    /// @param index of the refused one
    /// @param remains what could not be taken back; empty: everything is as it was
    /// @param renumbered SAs that are back but count their packets from 1 again, for this backend
    ///     cannot be told where they stood. Their peers drop what they send until it is beyond what
    ///     they have seen
    record TakenBack(
            int index, SadbReply.Refused refusal, List<Remains> remains, List<SaId> renumbered)
            implements Outcome {
        public TakenBack {
            remains = List.copyOf(remains);
            renumbered = List.copyOf(renumbered);
        }

        /// @param refusal of the operation, with everything as it was
        public TakenBack(int index, SadbReply.Refused refusal) {
            this(index, refusal, List.of(), List.of());
        }
    }

    /// What could not be taken back.
    ///
    /// @param wanted what should have done it
    /// @param refusal why it did not
    record Remains(SadbOperation wanted, SadbReply.Refused refusal) {}
}

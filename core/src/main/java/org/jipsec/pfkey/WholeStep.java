package org.jipsec.pfkey;

import java.util.Optional;

/// What a [MessageType#JIPSEC_WHOLE] is for. Between the first and the last of them a client's
/// requests are not executed but collected.
///
/// The answer to the last comes behind those to requests that were asked for something. When one
/// was refused its errno says so, and its sequence is that request's place in the list, from 0.
public enum WholeStep {
    /// Collects from here on; what was collected before is dropped. Not answered.
    BEGIN(0),
    /// Runs what was collected.
    RUN(1),
    /// Runs it, and answers every request as if it had come alone.
    RUN_AND_ANSWER(2),
    /// Drops what was collected. Not answered.
    DROP(3);

    private final int number;

    WholeStep(int number) {
        this.number = number;
    }

    public static Optional<WholeStep> of(PfkeyMessage message) {
        int number = message.saType();
        return number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }

    PfkeyMessage message(int processId) {
        return PfkeyMessage.of(MessageType.JIPSEC_WHOLE, number, 0, processId);
    }
}

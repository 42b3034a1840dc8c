package org.jipsec.racoonconf;

import org.antlr.v4.runtime.DefaultErrorStrategy;
import org.antlr.v4.runtime.InputMismatchException;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.ATNState;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/// Gives up at the first token that does not fit, and keeps what was expected in its place.
final class FirstError extends DefaultErrorStrategy {
    /// Carries no trace: it is thrown for every mistake of a user.
    static final class Found extends ParseCancellationException {
        private static final long serialVersionUID = 1L;

        private final transient Token offending;
        private final transient IntervalSet expected;

        Found(Token offending, IntervalSet expected) {
            this.offending = offending;
            this.expected = expected;
        }

        Token offending() {
            return offending;
        }

        IntervalSet expected() {
            return expected;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    @Override
    public void reportError(Parser parser, RecognitionException problem) {
        // whoever catches Found reports it
    }

    @Override
    public void recover(Parser parser, RecognitionException problem) {
        throw found(parser);
    }

    @Override
    public Token recoverInline(Parser parser) {
        throw found(parser);
    }

    @Override
    public void sync(Parser parser) throws InputMismatchException {
        ATNState state = parser.getInterpreter().atn.states.get(parser.getState());
        IntervalSet possible = parser.getATN().nextTokens(state);
        if (!possible.contains(parser.getInputStream().LA(1))
                && !possible.contains(Token.EPSILON)) {
            throw found(parser);
        }
    }

    private static Found found(Parser parser) {
        return new Found(parser.getCurrentToken(), parser.getExpectedTokens());
    }
}

package org.jipsec.setkey;

import org.antlr.v4.runtime.Token;
import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.grammar.SetkeyConfLexer;

/// Says in words of the user what a parser has stumbled over.
final class SyntaxProblems {
    private final SourceText source;

    SyntaxProblems(SourceText source) {
        this.source = source;
    }

    static boolean isCommand(Token token) {
        return token.getType() >= SetkeyConfLexer.ADD
                && token.getType() <= SetkeyConfLexer.SPDFLUSH;
    }

    Diagnostic command(FirstError.Found found, Token first, Span previousEnd) {
        return Code.UNEXPECTED_WORD
                .at(CommandReader.span(found.offending()), "unexpected word")
                .build();
    }

    Diagnostic policy(FirstError.Found found) {
        return Code.BAD_POLICY
                .at(CommandReader.span(found.offending()), "unexpected word in a policy")
                .build();
    }
}

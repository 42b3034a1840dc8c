package org.jipsec.setkey;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.atn.LexerATNSimulator;
import org.antlr.v4.runtime.dfa.DFAState;

/// ANTLR's simulator of a lexer, with a short way over what it has learned: while each octet has an
/// edge in the DFA already, it walks from state to state over the octets themselves. At the first
/// octet without one, ANTLR's own code reads the token from its start, and learns.
///
/// Of lines and columns it takes no count: places here are offsets. None of our lexers' rules names
/// EOF, so a text ends a token as an octet does that cannot go on.
final class OctetSimulator extends LexerATNSimulator {
    private OctetSimulator(Lexer lexer, LexerATNSimulator learned) {
        super(lexer, lexer.getATN(), learned.decisionToDFA, learned.getSharedContextCache());
    }

    /// Gives `lexer`, which must read from an [OctetStream], the short way.
    static void in(Lexer lexer) {
        lexer.setInterpreter(new OctetSimulator(lexer, lexer.getInterpreter()));
    }

    @Override
    public int match(CharStream input, int mode) {
        DFAState state = decisionToDFA[mode].s0;
        if (state == null || !(input instanceof OctetStream text)) {
            return super.match(input, mode);
        }
        byte[] octets = text.octets();
        int end = text.size();
        int start = text.index();
        int behind = start;
        DFAState accepted = null;
        for (int at = start; at < end; ) {
            int octet = octets[at++];
            DFAState[] edges = state.edges;
            // above 127, which is negative here, no edges are kept
            DFAState next = edges == null || octet < 0 ? null : edges[octet];
            if (next == null) {
                return super.match(input, mode);
            }
            if (next == ERROR) {
                break;
            }
            if (next.isAcceptState) {
                accepted = next;
                behind = at;
            }
            state = next;
        }
        if (accepted == null) {
            return super.match(input, mode);
        }
        text.seek(behind);
        if (accepted.lexerActionExecutor != null) {
            accepted.lexerActionExecutor.execute(recog, input, start);
        }
        return accepted.prediction;
    }
}

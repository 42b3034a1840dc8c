package org.jipsec.setkey;

import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.UnbufferedTokenStream;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.grammar.SetkeyConfLexer;
import org.jipsec.grammar.SetkeyConfParser;
import org.jipsec.grammar.SetkeyConfParser.CommandContext;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a setkey.conf command by command. What is wrong is reported, and reading goes on behind
/// the next semicolon, so one run finds the mistakes of the whole text. Holds one command at a
/// time: memory does not grow with the text.
public final class SetkeyParser {
    private final SourceText source;
    private final Diagnostics problems;
    private final UnbufferedTokenStream<Token> tokens;
    private final SetkeyConfParser parser;
    private final PolicyReader policies;
    private final SyntaxProblems syntax;
    private boolean ended;

    /// @param problems takes what is wrong with the text
    public SetkeyParser(SourceText source, Diagnostics problems) {
        this.source = source;
        this.problems = problems;
        SetkeyConfLexer lexer = new SetkeyConfLexer(new OctetStream(source));
        lexer.removeErrorListeners();
        this.tokens = new UnbufferedTokenStream<>(lexer);
        this.parser = new SetkeyConfParser(tokens);
        parser.removeErrorListeners();
        parser.setErrorHandler(new FirstError());
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        this.policies = new PolicyReader(source);
        this.syntax = new SyntaxProblems(source);
    }

    /// All commands of a text that is not large.
    public static List<Command> parse(SourceText source, Diagnostics problems) {
        SetkeyParser parser = new SetkeyParser(source, problems);
        List<Command> commands = new ArrayList<>();
        Optional<Command> next = parser.next();
        while (next.isPresent()) {
            commands.add(next.get());
            next = parser.next();
        }
        return commands;
    }

    /// The next command that can be read; those before it that could not have been reported. Empty
    /// at the end of the text and behind an [Command.Exit].
    public Optional<Command> next() {
        while (!ended && tokens.LA(1) != Token.EOF) {
            Token first = tokens.LT(1);
            try {
                CommandContext tree = parser.command();
                Token policy = CommandReader.policyToken(tree);
                Command command =
                        CommandReader.read(
                                tree,
                                policy == null ? null : policies.read(CommandReader.span(policy)));
                ended = command instanceof Command.Exit;
                return Optional.of(command);
            } catch (FirstError.Found found) {
                if (isOfPolicy(found)) {
                    problems.report(syntax.policy(found));
                } else {
                    problems.report(syntax.command(found, first, previousEnd(found)));
                    recover(found, first);
                }
            }
        }
        return Optional.empty();
    }

    /// The parser of policies has its own token types; its tokens come when the command is
    /// complete.
    private static boolean isOfPolicy(FirstError.Found found) {
        return found.offending().getTokenSource() instanceof org.jipsec.grammar.IpsecPolicyLexer;
    }

    /// Behind the last octet before `found` that is neither blank nor comment.
    private Span previousEnd(FirstError.Found found) {
        Token previous = tokens.LT(-1);
        return previous == null || found.offending() == previous
                ? Span.at(found.offending().getStartIndex())
                : Span.at(previous.getStopIndex() + 1);
    }

    /// Leaves the next semicolon behind, or stops before a command's word that begins a line.
    private void recover(FirstError.Found found, Token first) {
        Token token = tokens.LT(1);
        while (token.getType() != Token.EOF) {
            if (token != first
                    && (startsLine(token) || token == found.offending())
                    && SyntaxProblems.isCommand(token)) {
                return;
            }
            tokens.consume();
            if (token.getType() == SetkeyConfLexer.SEMICOLON) {
                return;
            }
            token = tokens.LT(1);
        }
    }

    private boolean startsLine(Token token) {
        int before = token.getStartIndex() - 1;
        while (before >= 0 && (source.u8(before) == ' ' || source.u8(before) == '\t')) {
            before--;
        }
        return before < 0 || source.u8(before) == '\n';
    }
}

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
        this(withoutDosLineEnds(source, problems), new Span(0, source.length()), problems);
    }

    /// Reads a part of a text, which begins and ends where commands do.
    ///
    /// @param source with lines that end in LF alone, see [#withoutDosLineEnds]
    SetkeyParser(SourceText source, Span part, Diagnostics problems) {
        this.source = source;
        this.problems = problems;
        SetkeyConfLexer lexer = new SetkeyConfLexer(new OctetStream(source, part));
        lexer.removeErrorListeners();
        OctetSimulator.in(lexer);
        this.tokens = new UnbufferedTokenStream<>(lexer);
        this.parser = new SetkeyConfParser(tokens);
        parser.removeErrorListeners();
        parser.setErrorHandler(new FirstError());
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        this.policies = new PolicyReader(this.source);
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
            CommandContext tree;
            try {
                tree = parser.command();
            } catch (FirstError.Found found) {
                problems.report(syntax.command(found, previousEnd(first)));
                recover(found, first);
                continue;
            }
            Token policy = CommandReader.policyToken(tree);
            try {
                Command command =
                        CommandReader.read(
                                tree,
                                policy == null ? null : policies.read(CommandReader.span(policy)));
                ended = command instanceof Command.Exit;
                return Optional.of(command);
            } catch (FirstError.Found found) {
                Span where =
                        policy == null
                                ? Span.at(first.getStartIndex())
                                : CommandReader.span(policy);
                problems.report(syntax.policy(found, where));
            }
        }
        return Optional.empty();
    }

    /// Behind the last token that was taken, or before the first one of the command.
    private Span previousEnd(Token first) {
        Token previous = tokens.LT(-1);
        return previous == null || tokens.LT(1) == first
                ? Span.at(first.getStartIndex())
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

    /// A command for the shell, which a name with blanks or worse would be dangerous in.
    private static String withoutCarriageReturns(String file) {
        String command = "sed 's/\\r$//'";
        return file.matches("[\\w./][\\w./-]*")
                ? command.replace("sed", "sed -i") + " " + file
                : "take them out, as does: " + command;
    }

    /// Reports carriage returns at line ends once, and reads on as if they were blanks. Between
    /// quotes they are octets of a key, as they are for setkey.
    static SourceText withoutDosLineEnds(SourceText source, Diagnostics problems) {
        byte[] octets = source.octets();
        int first = dosLineEnd(octets, 0);
        if (first == octets.length) {
            return source;
        }
        problems.report(
                Code.DOS_LINE_ENDS
                        .at(Span.at(first), "lines end in CR LF, as DOS has it")
                        .hint(withoutCarriageReturns(source.name())));
        byte[] mended = octets.clone();
        for (int i = first; i < octets.length; i = dosLineEnd(octets, i + 1)) {
            mended[i] = ' ';
        }
        return new SourceText(source.name(), mended, new KeyRedactor());
    }

    /// The next CR before LF that is not in quotes; the length when there is none.
    ///
    /// @param from not inside a comment or quotes, but for the LF of a line end
    private static int dosLineEnd(byte[] octets, int from) {
        boolean comment = false;
        for (int i = from; i < octets.length; i++) {
            switch (octets[i]) {
                case '\r' -> {
                    if (i + 1 < octets.length && octets[i + 1] == '\n') {
                        return i;
                    }
                }
                case '\n' -> comment = false;
                case '#' -> comment = true;
                case '"' -> {
                    if (!comment) {
                        i = closingQuote(octets, i);
                    }
                }
                default -> {}
            }
        }
        return octets.length;
    }

    /// Of the quote at `opening`; `opening` itself when it is never closed.
    private static int closingQuote(byte[] octets, int opening) {
        for (int i = opening + 1; i < octets.length; i++) {
            if (octets[i] == '"') {
                return i;
            }
        }
        return opening;
    }
}

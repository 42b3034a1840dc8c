package org.jipsec.racoonconf;

import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.grammar.RacoonConfLexer;
import org.jipsec.grammar.RacoonConfParser;
import org.jipsec.ike.settings.RemoteSettings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a racoon.conf. What is wrong is reported, and reading goes on behind the next semicolon,
/// or behind the block: one run finds the mistakes of the whole text.
final class ConfParser {
    /// Behind so many mistakes it is no racoon.conf.
    private static final int MOST_ERRORS = 90;

    private final SourceFile file;
    private final SourceText source;
    private final SyntaxProblems syntax;
    private SectionTokens words;
    private CommonTokenStream tokens;
    private RacoonConfParser parser;
    private int reportedSkips;
    private int errors;

    /// Set between a missing brace of an inner block and the end of the outermost.
    private boolean leftAllBlocks;

    private ConfParser(SourceFile file) {
        this.file = file;
        this.source = file.source();
        this.syntax = new SyntaxProblems(file);
        this.words = new SectionTokens(source);
        this.tokens = new CommonTokenStream(words);
        this.parser = parser(tokens);
    }

    /// All statements that can be read.
    static List<Statement> parse(SourceFile file) {
        return new ConfParser(file).statements();
    }

    private static RacoonConfParser parser(CommonTokenStream tokens) {
        RacoonConfParser parser = new RacoonConfParser(tokens);
        parser.removeErrorListeners();
        parser.setErrorHandler(new FirstError());
        parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
        return parser;
    }

    private void continueAt(int offset, ConfSection section, int depth) {
        words = words.from(offset, section, depth);
        tokens = new CommonTokenStream(words);
        parser = parser(tokens);
        reportedSkips = 0;
    }

    private List<Statement> statements() {
        List<Statement> statements = new ArrayList<>();
        while (tokens.LA(1) != Token.EOF) {
            int start = start();
            ParserRuleContext tree;
            try {
                tree = parser.top();
            } catch (FirstError.Found found) {
                remoteThatRacoonLooksUp(start);
                syntax.report(found, start, previousEnd(start), ConfSection.ROOT);
                errors++;
                recover(found, ConfSection.ROOT, 0);
                continue;
            }
            reportSkipped(ConfSection.ROOT);
            statements.add(statement(tree));
        }
        return statements;
    }

    private Statement statement(ParserRuleContext tree) {
        List<Token> leaves = leaves(tree);
        Argument.Word name =
                new Argument.Word(span(leaves.getFirst()), leaves.getFirst().getText());
        Span whole = span(leaves.getFirst()).to(span(leaves.getLast()));
        List<Argument> arguments = arguments(leaves);
        if (leaves.getLast().getType() == RacoonConfLexer.LEFT_BRACE) {
            ConfSection section = ConfSection.begunBy(leaves.getFirst().getType()).orElseThrow();
            return body(section, 1, whole, name, arguments);
        }
        return leaves.getFirst().getType() == RacoonConfLexer.REMOTE
                ? new Statement.Section(
                        whole, name, arguments, List.of(), span(leaves.getLast()), false)
                : new Statement.Directive(whole, name, arguments);
    }

    private Statement.Section body(
            ConfSection section,
            int depth,
            Span head,
            Argument.Word name,
            List<Argument> arguments) {
        List<Statement> body = new ArrayList<>();
        int errorsBefore = errors;
        while (tokens.LA(1) != RacoonConfLexer.RIGHT_BRACE) {
            if (tokens.LA(1) == Token.EOF) {
                syntax.reportOpenSection(head, name.text(), source.length());
                errors++;
                Span end = Span.at(source.length());
                return new Statement.Section(head, name, arguments, body, end, true);
            }
            int start = start();
            try {
                ParserRuleContext tree = item(section);
                reportSkipped(section);
                List<Token> leaves = leaves(tree);
                Argument.Word word =
                        new Argument.Word(span(leaves.getFirst()), leaves.getFirst().getText());
                Span whole = span(leaves.getFirst()).to(span(leaves.getLast()));
                body.add(
                        leaves.getLast().getType() == RacoonConfLexer.LEFT_BRACE
                                ? body(
                                        ConfSection.PROPOSAL_BLOCK,
                                        depth + 1,
                                        whole,
                                        word,
                                        List.of())
                                : new Statement.Directive(whole, word, arguments(leaves)));
            } catch (FirstError.Found found) {
                errors++;
                Optional<Span> next = syntax.sectionBehindMissingBrace(found);
                if (next.isPresent() && errors < MOST_ERRORS) {
                    syntax.reportMissingBrace(found, next.get(), head, name.text());
                    continueAt(next.get().start(), ConfSection.ROOT, 0);
                    leftAllBlocks = depth > 1;
                    return new Statement.Section(head, name, arguments, body, next.get(), true);
                }
                syntax.report(found, start, previousEnd(start), section);
                recover(found, section, depth);
            }
            if (leftAllBlocks) {
                leftAllBlocks = depth > 1;
                Span end = Span.at(start());
                return new Statement.Section(head, name, arguments, body, end, true);
            }
        }
        Span close = span(tokens.LT(1));
        tokens.consume();
        reportSkipped(section);
        return new Statement.Section(head, name, arguments, body, close, errors > errorsBefore);
    }

    /// `remote vpn.example.org {`: racoon looks up the piece `vpn.e` before it notices that a brace
    /// is missing behind it.
    private void remoteThatRacoonLooksUp(int start) {
        Token address = tokens.LT(-1);
        Token remote = tokens.LT(-2);
        if (remote != null
                && remote.getType() == RacoonConfLexer.REMOTE
                && remote.getStartIndex() == start
                && address.getType() == RacoonConfLexer.ADDRESS) {
            Values.lookUp(file, argument(address), RemoteSettings.PORT);
        }
    }

    private ParserRuleContext item(ConfSection section) {
        return switch (section) {
            case PRIVSEP_BLOCK -> parser.privsepItem();
            case PADDING_BLOCK -> parser.paddingItem();
            case LISTEN_BLOCK -> parser.listenItem();
            case TIMER_BLOCK -> parser.timerItem();
            case RADIUS_BLOCK -> parser.radiusItem();
            case LDAP_BLOCK -> parser.ldapItem();
            case MODE_BLOCK -> parser.modeItem();
            case SAINFO_BLOCK -> parser.saItem();
            case REMOTE_BLOCK -> parser.remoteItem();
            case PROPOSAL_BLOCK -> parser.proposalItem();
            case ROOT, PATH_LINE, LOG_LINE, GSS_LINE ->
                    throw new IllegalStateException("no block: " + section);
        };
    }

    /// Where the next word begins.
    private int start() {
        return tokens.LT(1).getStartIndex();
    }

    /// Behind the last word that was taken of a statement that begins at `start`.
    private Span previousEnd(int start) {
        Token previous = tokens.LT(-1);
        return previous == null || previous.getStopIndex() < start
                ? Span.at(start)
                : Span.at(previous.getStopIndex() + 1);
    }

    /// Finds where to go on behind an error: behind the next semicolon or the block that begins
    /// first; before the brace that closes this section; or before the word that was wrong, where
    /// only a semicolon was missing.
    private void recover(FirstError.Found found, ConfSection section, int depth) {
        if (errors >= MOST_ERRORS) {
            syntax.reportTooMany(found);
            continueAt(source.length(), section, depth);
            return;
        }
        int at = found.offending().getStartIndex();
        if (syntax.isMissingSemicolon(found)) {
            continueAt(SyntaxProblems.glueStart(found.offending()), section, depth);
            return;
        }
        int nested = 0;
        while (at < source.length()) {
            switch (source.u8(at)) {
                case '#' -> at = lineEnd(at);
                case '"' -> at = closingQuote(at);
                case ';' -> {
                    if (nested == 0) {
                        continueAt(at + 1, section, depth);
                        return;
                    }
                }
                case '{' -> nested++;
                case '}' -> {
                    if (nested == 0) {
                        continueAt(depth == 0 ? at + 1 : at, section, depth);
                        return;
                    }
                    nested--;
                    if (nested == 0) {
                        continueAt(at + 1, section, depth);
                        return;
                    }
                }
                default -> {}
            }
            at++;
        }
        continueAt(source.length(), section, depth);
    }

    private int lineEnd(int from) {
        int at = from;
        while (at < source.length() && source.u8(at) != '\n') {
            at++;
        }
        return at;
    }

    private int closingQuote(int from) {
        int at = from + 1;
        while (at < source.length() && source.u8(at) != '"') {
            at++;
        }
        return at < source.length() ? at : from;
    }

    /// Of the statement that was read last; in one that could not be read they are part of the
    /// error.
    private void reportSkipped(ConfSection section) {
        int end = tokens.LT(-1).getStopIndex();
        List<Span> skipped = words.skipped();
        while (reportedSkips < skipped.size() && skipped.get(reportedSkips).end() <= end) {
            syntax.reportSkipped(skipped.get(reportedSkips++), section);
        }
    }

    private static List<Token> leaves(ParserRuleContext tree) {
        List<Token> leaves = new ArrayList<>();
        collect(tree, leaves);
        return leaves;
    }

    private static void collect(ParseTree tree, List<Token> leaves) {
        if (tree instanceof TerminalNode leaf) {
            leaves.add(leaf.getSymbol());
        }
        for (int i = 0; i < tree.getChildCount(); i++) {
            collect(tree.getChild(i), leaves);
        }
    }

    private List<Argument> arguments(List<Token> leaves) {
        List<Argument> arguments = new ArrayList<>();
        for (Token token : leaves.subList(1, leaves.size())) {
            switch (token.getType()) {
                case RacoonConfLexer.SEMICOLON,
                        RacoonConfLexer.COMMA,
                        RacoonConfLexer.LEFT_BRACE -> {}
                default -> arguments.add(argument(token));
            }
        }
        return arguments;
    }

    private Argument argument(Token token) {
        Span span = span(token);
        String text = token.getText();
        return switch (token.getType()) {
            case RacoonConfLexer.NUMBER ->
                    new Argument.Number(
                            span,
                            number(text),
                            token instanceof SectionTokens.Glued glued
                                    ? source.text(new Span(glued.glueStart(), span.start()))
                                    : "");
            case RacoonConfLexer.QUOTED ->
                    new Argument.Quoted(span, text.substring(1, text.length() - 1));
            case RacoonConfLexer.ADDRESS -> {
                // what is stuck to it racoon looks up with it
                Span whole = new Span(SyntaxProblems.glueStart(token), span.end());
                yield new Argument.Address(whole, source.text(whole));
            }
            case RacoonConfLexer.RANGE -> new Argument.RangeEnd(span, text.substring(1));
            case RacoonConfLexer.PREFIX ->
                    new Argument.PrefixLength(span, Integer.parseInt(text.substring(1)));
            case RacoonConfLexer.PORT ->
                    new Argument.Port(span, number(text.substring(1, text.length() - 1)));
            default -> new Argument.Word(span, text);
        };
    }

    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > 18 ? Long.MAX_VALUE : Long.parseLong(significant);
    }

    static Span span(Token token) {
        return new Span(
                token.getStartIndex(), Math.max(token.getStartIndex(), token.getStopIndex() + 1));
    }
}

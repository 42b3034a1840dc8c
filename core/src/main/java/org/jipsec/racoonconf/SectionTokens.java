package org.jipsec.racoonconf;

import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenFactory;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.TokenFactory;
import org.antlr.v4.runtime.TokenSource;
import org.antlr.v4.runtime.misc.Pair;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.grammar.RacoonConfLexer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The words of a text as racoon's scanner has them: keywords only where their section is, and
/// characters that begin nothing stuck to the front of the next word.
final class SectionTokens implements TokenSource {
    /// A word, and how much stands before it that racoon skips but prints with it.
    static final class Glued extends CommonToken {
        private static final long serialVersionUID = 1L;

        private final int glueStart;

        private Glued(
                Pair<TokenSource, CharStream> source, int type, int start, int stop, int glue) {
            super(source, type, Token.DEFAULT_CHANNEL, start, stop);
            this.glueStart = glue;
        }

        /// Equal to the word's own start where nothing is stuck to it.
        int glueStart() {
            return glueStart;
        }
    }

    private final CharStream characters;
    private final RacoonConfLexer lexer;
    private final List<Span> skipped = new ArrayList<>();
    private ConfSection section;
    private int depth;
    private int glueStart = -1;
    private int glueEnd = -1;

    /// From the start of a text.
    SectionTokens(SourceText source) {
        this(
                CharStreams.fromString(
                        new String(source.octets(), StandardCharsets.ISO_8859_1), source.name()),
                0,
                ConfSection.ROOT,
                0);
    }

    /// The same text from another place on.
    SectionTokens from(int offset, ConfSection inSection, int atDepth) {
        return new SectionTokens(characters, offset, inSection, atDepth);
    }

    /// @param offset to begin at
    /// @param section that it is in
    /// @param depth of braces there
    private SectionTokens(CharStream characters, int offset, ConfSection section, int depth) {
        this.characters = characters;
        this.lexer = new RacoonConfLexer(characters);
        lexer.removeErrorListeners();
        characters.seek(offset);
        this.section = section;
        this.depth = depth;
    }

    /// What begins no word, in the order of the text.
    List<Span> skipped() {
        return skipped;
    }

    @Override
    public Token nextToken() {
        while (true) {
            Token token = lexer.nextToken();
            int start = token.getStartIndex();
            if (token.getType() == Token.EOF) {
                return glued(Token.EOF, characters.size(), characters.size() - 1);
            }
            if (section.knows(token.getType())) {
                follow(token.getType());
                return glued(token.getType(), start, token.getStopIndex());
            }
            int end = addressEnd(start);
            if (end > start) {
                continueAt(end);
                return glued(RacoonConfLexer.ADDRESS, start, end - 1);
            }
            continueAt(start + 1);
            if (glueEnd != start) {
                glueStart = start;
            } else {
                skipped.removeLast();
            }
            glueEnd = start + 1;
            skipped.add(new Span(glueStart, glueEnd));
        }
    }

    private Token glued(int type, int start, int stop) {
        return new Glued(
                new Pair<>(this, characters),
                type,
                start,
                stop,
                glueEnd == start ? glueStart : start);
    }

    /// Behind the address that a word of another section begins with; `start` when it does not.
    private int addressEnd(int start) {
        int end = start;
        while (end < characters.size() && isOfAddress(at(end), end == start)) {
            end++;
        }
        return end;
    }

    private void continueAt(int offset) {
        characters.seek(offset);
        lexer._hitEOF = false;
    }

    private int at(int index) {
        characters.seek(index);
        return characters.LA(1);
    }

    private static boolean isOfAddress(int character, boolean first) {
        return character == ':'
                || character == '.' && !first
                || Character.digit(character, 16) >= 0 && character < 128;
    }

    private void follow(int type) {
        switch (type) {
            case RacoonConfLexer.LEFT_BRACE -> depth++;
            case RacoonConfLexer.RIGHT_BRACE -> {
                depth = Math.max(0, depth - 1);
                section =
                        depth > 0 && section == ConfSection.PROPOSAL_BLOCK
                                ? ConfSection.REMOTE_BLOCK
                                : depth == 0 ? ConfSection.ROOT : section;
            }
            case RacoonConfLexer.SEMICOLON -> {
                if (depth == 0) {
                    section = ConfSection.ROOT;
                }
            }
            case RacoonConfLexer.PROPOSAL -> section = ConfSection.PROPOSAL_BLOCK;
            default -> {
                if (section == ConfSection.ROOT) {
                    section = ConfSection.begunBy(type).orElse(ConfSection.ROOT);
                }
            }
        }
    }

    @Override
    public int getLine() {
        return lexer.getLine();
    }

    @Override
    public int getCharPositionInLine() {
        return lexer.getCharPositionInLine();
    }

    @Override
    public CharStream getInputStream() {
        return characters;
    }

    @Override
    public String getSourceName() {
        return characters.getSourceName();
    }

    @Override
    public void setTokenFactory(TokenFactory<?> factory) {
        // there is only one kind of token here
    }

    @Override
    public TokenFactory<?> getTokenFactory() {
        return CommonTokenFactory.DEFAULT;
    }
}

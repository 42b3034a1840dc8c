package org.jipsec.setkey;

import static org.jipsec.setkey.CommandReader.span;

import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jipsec.diag.Located;
import org.jipsec.diag.SourceText;
import org.jipsec.diag.Span;
import org.jipsec.grammar.IpsecPolicyLexer;
import org.jipsec.grammar.IpsecPolicyParser;
import org.jipsec.grammar.IpsecPolicyParser.ActionContext;
import org.jipsec.grammar.IpsecPolicyParser.EndpointsContext;
import org.jipsec.grammar.IpsecPolicyParser.LevelContext;
import org.jipsec.grammar.IpsecPolicyParser.PolicyContext;
import org.jipsec.grammar.IpsecPolicyParser.PolicyRuleContext;
import org.jipsec.grammar.IpsecPolicyParser.PriorityContext;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaMode;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads the text of policies. Made once for a source and used for all of its policies.
final class PolicyReader {
    private final SourceText source;
    private final IpsecPolicyLexer lexer;
    private final IpsecPolicyParser parser;

    PolicyReader(SourceText source) {
        this.source = source;
        this.lexer = new IpsecPolicyLexer(new OctetStream(source, Span.at(0)));
        this.lexer.removeErrorListeners();
        OctetSimulator.in(lexer);
        this.parser = new IpsecPolicyParser(new CommonTokenStream(lexer));
        this.parser.removeErrorListeners();
        this.parser.setErrorHandler(new FirstError());
        this.parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
    }

    /// @param span of the policy's text
    /// @throws FirstError.Found when it is none
    PolicyText read(Span span) {
        lexer.setInputStream(new OctetStream(source, span));
        parser.setTokenStream(new CommonTokenStream(lexer));
        return policy(span, parser.policy());
    }

    private static PolicyText policy(Span span, PolicyContext tree) {
        Token direction = tree.direction().getStart();
        List<PolicyText.Rule> rules = new ArrayList<>();
        if (tree.bundle() != null) {
            for (PolicyRuleContext rule : tree.bundle().policyRule()) {
                rules.add(rule(rule));
            }
        }
        return new PolicyText(
                span,
                new Located<>(
                        span(direction),
                        switch (direction.getType()) {
                            case IpsecPolicyParser.IN -> Direction.IN;
                            case IpsecPolicyParser.OUT -> Direction.OUT;
                            default -> Direction.FWD;
                        }),
                tree.priority() == null ? Optional.empty() : Optional.of(priority(tree.priority())),
                action(tree.action()),
                List.copyOf(rules));
    }

    private static PolicyText.Priority priority(PriorityContext tree) {
        Optional<PolicyText.Priority.Base> base =
                tree.LOW() != null
                        ? Optional.of(PolicyText.Priority.Base.LOW)
                        : tree.DEF() != null
                                ? Optional.of(PolicyText.Priority.Base.DEF)
                                : tree.HIGH() != null
                                        ? Optional.of(PolicyText.Priority.Base.HIGH)
                                        : Optional.empty();
        TerminalNode offset = tree.DECIMAL();
        return new PolicyText.Priority(
                span(tree),
                base,
                tree.HYPHEN() != null,
                offset == null
                        ? new Figure(Span.at(span(tree).end()), 0)
                        : new Figure(span(offset.getSymbol()), Figure.decimal(offset.getText())));
    }

    private static Optional<Located<PolicyAction>> action(@Nullable ActionContext tree) {
        if (tree == null) {
            return Optional.empty();
        }
        return Optional.of(
                new Located<>(
                        span(tree),
                        switch (tree.getStart().getType()) {
                            case IpsecPolicyParser.DISCARD -> PolicyAction.DISCARD;
                            case IpsecPolicyParser.NONE -> PolicyAction.NONE;
                            case IpsecPolicyParser.IPSEC -> PolicyAction.IPSEC;
                            case IpsecPolicyParser.BYPASS -> PolicyAction.BYPASS;
                            default -> PolicyAction.ENTRUST;
                        }));
    }

    private static PolicyText.Rule rule(PolicyRuleContext tree) {
        TerminalNode mode = tree.TUNNEL() != null ? tree.TUNNEL() : tree.TRANSPORT();
        return new PolicyText.Rule(
                span(tree),
                new Located<>(
                        span(tree.getStart()),
                        switch (tree.getStart().getType()) {
                            case IpsecPolicyParser.ESP -> IpsecProtocol.ESP;
                            case IpsecPolicyParser.AH -> IpsecProtocol.AH;
                            default -> IpsecProtocol.IPCOMP;
                        }),
                new Located<>(
                        span(mode.getSymbol()),
                        tree.TUNNEL() != null ? SaMode.TUNNEL : SaMode.TRANSPORT),
                tree.endpoints() == null ? Optional.empty() : Optional.of(ends(tree.endpoints())),
                tree.level() == null ? Optional.empty() : Optional.of(level(tree.level())));
    }

    private static PolicyText.Ends ends(EndpointsContext tree) {
        if (tree.ME_ANY() != null) {
            return new PolicyText.Ends.MeAny(span(tree));
        }
        if (tree.ANY_ME() != null) {
            return new PolicyText.Ends.AnyMe(span(tree));
        }
        HostText source = host(tree, 0);
        return new PolicyText.Ends.Pair(
                span(tree), source, host(tree, source.port().isPresent() ? 3 : 2));
    }

    /// The address that is child number `first` of `tree`, and the port behind it if there is one.
    private static HostText host(ParserRuleContext tree, int first) {
        Token address = ((TerminalNode) tree.getChild(first)).getSymbol();
        Located<String> name = new Located<>(span(address), address.getText());
        if (first + 1 < tree.getChildCount()
                && tree.getChild(first + 1) instanceof TerminalNode next
                && next.getSymbol().getType() == IpsecPolicyParser.PORT) {
            Span brackets = span(next.getSymbol());
            Span digits = new Span(brackets.start() + 1, brackets.end() - 1);
            String text = next.getText();
            return new HostText(
                    name.span().to(brackets),
                    name,
                    Optional.of(new Located<>(digits, text.substring(1, text.length() - 1))));
        }
        return new HostText(name.span(), name, Optional.empty());
    }

    private static PolicyText.Level level(LevelContext tree) {
        Token token = tree.getStart();
        Span span = span(token);
        return switch (token.getType()) {
            case IpsecPolicyParser.DEFAULT ->
                    new PolicyText.Level(span, PolicyLevel.DEFAULT, Optional.empty());
            case IpsecPolicyParser.USE ->
                    new PolicyText.Level(span, PolicyLevel.USE, Optional.empty());
            case IpsecPolicyParser.REQUIRE ->
                    new PolicyText.Level(span, PolicyLevel.REQUIRE, Optional.empty());
            case IpsecPolicyParser.UNIQUE ->
                    new PolicyText.Level(span, PolicyLevel.UNIQUE, Optional.empty());
            default -> {
                int digits = "unique:".length();
                yield new PolicyText.Level(
                        span,
                        PolicyLevel.UNIQUE,
                        Optional.of(
                                new Figure(
                                        new Span(span.start() + digits, span.end()),
                                        Figure.decimal(token.getText().substring(digits)))));
            }
        };
    }
}

package org.jipsec.setkey;

import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.grammar.SetkeyConfParser.AddContext;
import org.jipsec.grammar.SetkeyConfParser.AlgorithmsContext;
import org.jipsec.grammar.SetkeyConfParser.AssociationContext;
import org.jipsec.grammar.SetkeyConfParser.AuthenticationContext;
import org.jipsec.grammar.SetkeyConfParser.CommandContext;
import org.jipsec.grammar.SetkeyConfParser.CompressionContext;
import org.jipsec.grammar.SetkeyConfParser.ContextContext;
import org.jipsec.grammar.SetkeyConfParser.ContextExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.DeleteContext;
import org.jipsec.grammar.SetkeyConfParser.DeleteallContext;
import org.jipsec.grammar.SetkeyConfParser.DumpContext;
import org.jipsec.grammar.SetkeyConfParser.EncryptionContext;
import org.jipsec.grammar.SetkeyConfParser.EsnExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.ExitContext;
import org.jipsec.grammar.SetkeyConfParser.ExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.FlushContext;
import org.jipsec.grammar.SetkeyConfParser.FragmentExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.GetContext;
import org.jipsec.grammar.SetkeyConfParser.GetspiContext;
import org.jipsec.grammar.SetkeyConfParser.HardwareExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.HostContext;
import org.jipsec.grammar.SetkeyConfParser.KeyContext;
import org.jipsec.grammar.SetkeyConfParser.LifetimeExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.ModeExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.NattExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.NumberContext;
import org.jipsec.grammar.SetkeyConfParser.OptionExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.PortContext;
import org.jipsec.grammar.SetkeyConfParser.ProtocolContext;
import org.jipsec.grammar.SetkeyConfParser.RangeContext;
import org.jipsec.grammar.SetkeyConfParser.ReplayExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.ReqidExtensionContext;
import org.jipsec.grammar.SetkeyConfParser.SelectorContext;
import org.jipsec.grammar.SetkeyConfParser.SpdaddContext;
import org.jipsec.grammar.SetkeyConfParser.SpddeleteContext;
import org.jipsec.grammar.SetkeyConfParser.SpddumpContext;
import org.jipsec.grammar.SetkeyConfParser.SpdflushContext;
import org.jipsec.grammar.SetkeyConfParser.SpdupdateContext;
import org.jipsec.grammar.SetkeyConfParser.TargetContext;
import org.jipsec.grammar.SetkeyConfParser.UpdateContext;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.SaMode;
import org.jipsec.setkey.AddressOptions.Family;
import org.jipsec.setkey.SaText.Key;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Turns a parse tree without errors into a [Command]. Nothing of ANTLR leaves this class.
final class CommandReader {
    private CommandReader() {}

    /// @param policy what stands behind `-P`, if anything does
    static Command read(CommandContext tree, @Nullable PolicyText policy) {
        Span span = span(tree);
        return switch ((ParserRuleContext) tree.getChild(0)) {
            case AddContext add ->
                    new Command.Add(span, association(add.association(), add.algorithms()));
            case UpdateContext update ->
                    new Command.Update(
                            span, association(update.association(), update.algorithms()));
            case GetContext get -> new Command.Get(span, association(get.association(), null));
            case DeleteContext delete ->
                    new Command.Delete(span, association(delete.association(), null));
            case GetspiContext getspi -> getSpi(span, getspi);
            case DeleteallContext all ->
                    new Command.DeleteAll(
                            span,
                            options(all.FLAG_ADDRESS()),
                            text(all.source),
                            text(all.destination),
                            protocol(all.protocol()));
            case FlushContext flush -> new Command.Flush(span, protocol(flush.protocol()));
            case DumpContext dump -> new Command.Dump(span, protocol(dump.protocol()));
            case ExitContext exit -> new Command.Exit(span);
            case SpdaddContext add -> new Command.SpdAdd(span, target(add.target()), of(policy));
            case SpdupdateContext update ->
                    new Command.SpdUpdate(span, target(update.target()), of(policy));
            case SpddeleteContext delete ->
                    new Command.SpdDelete(span, packets(delete.selector()), of(policy));
            case SpddumpContext dump -> new Command.SpdDump(span);
            case SpdflushContext flush -> new Command.SpdFlush(span);
            default -> throw new IllegalStateException("no command: " + tree.getChild(0));
        };
    }

    /// The policy token of a command, if it is one of those that have one.
    static @Nullable Token policyToken(CommandContext tree) {
        return switch ((ParserRuleContext) tree.getChild(0)) {
            case SpdaddContext add -> add.policy().POLICY_TEXT().getSymbol();
            case SpdupdateContext update -> update.policy().POLICY_TEXT().getSymbol();
            case SpddeleteContext delete -> delete.policy().POLICY_TEXT().getSymbol();
            default -> null;
        };
    }

    private static PolicyText of(@Nullable PolicyText policy) {
        if (policy == null) {
            throw new IllegalStateException("a command for policies without its policy");
        }
        return policy;
    }

    private static Command.GetSpi getSpi(Span span, GetspiContext tree) {
        return new Command.GetSpi(
                span,
                options(tree.FLAG_ADDRESS()),
                host(tree.source),
                host(tree.destination),
                protocol(tree.protocol()),
                tree.minimum == null ? Optional.empty() : Optional.of(figure(tree.minimum)),
                tree.maximum == null ? Optional.empty() : Optional.of(figure(tree.maximum)),
                extensions(tree.extension()));
    }

    private static SaText association(
            AssociationContext tree, @Nullable AlgorithmsContext algorithms) {
        return new SaText(
                options(tree.FLAG_ADDRESS()),
                host(tree.source),
                host(tree.destination),
                protocol(tree.protocol()),
                figure(tree.spi),
                extensions(tree.extension()),
                algorithms == null ? Optional.empty() : encryption(algorithms.encryption()),
                algorithms == null ? Optional.empty() : authentication(algorithms.authentication()),
                algorithms == null ? Optional.empty() : compression(algorithms.compression()));
    }

    private static AddressOptions options(List<TerminalNode> flags) {
        if (flags.isEmpty()) {
            return AddressOptions.NONE;
        }
        Optional<Family> family = Optional.empty();
        boolean numericOnly = false;
        for (TerminalNode flag : flags) {
            String letters = flag.getText();
            for (int i = 1; i < letters.length(); i++) {
                switch (letters.charAt(i)) {
                    case '4' -> family = Optional.of(Family.IPV4);
                    case '6' -> family = Optional.of(Family.IPV6);
                    default -> numericOnly = true;
                }
            }
        }
        return new AddressOptions(family, numericOnly);
    }

    private static HostText host(HostContext tree) {
        return new HostText(span(tree), text(tree.STRING().getSymbol()), port(tree.port()));
    }

    private static Optional<Located<String>> port(@Nullable PortContext tree) {
        return tree == null
                ? Optional.empty()
                : Optional.of(text(((TerminalNode) tree.getChild(1)).getSymbol()));
    }

    private static RangeText range(RangeContext tree) {
        TerminalNode prefix = tree.DECIMAL();
        return new RangeText(
                span(tree),
                text(tree.STRING().getSymbol()),
                prefix == null ? Optional.empty() : Optional.of(decimal(prefix)),
                port(tree.port()));
    }

    private static Optional<ProtocolText> protocol(@Nullable ProtocolContext tree) {
        if (tree == null) {
            return Optional.empty();
        }
        ProtocolText.Word word =
                switch (tree.getStart().getType()) {
                    case org.jipsec.grammar.SetkeyConfParser.ESP -> ProtocolText.Word.ESP;
                    case org.jipsec.grammar.SetkeyConfParser.ESP_OLD -> ProtocolText.Word.ESP_OLD;
                    case org.jipsec.grammar.SetkeyConfParser.ESP_UDP -> ProtocolText.Word.ESP_UDP;
                    case org.jipsec.grammar.SetkeyConfParser.AH -> ProtocolText.Word.AH;
                    case org.jipsec.grammar.SetkeyConfParser.AH_OLD -> ProtocolText.Word.AH_OLD;
                    case org.jipsec.grammar.SetkeyConfParser.IPCOMP -> ProtocolText.Word.IPCOMP;
                    default -> ProtocolText.Word.TCP;
                };
        return Optional.of(
                new ProtocolText(
                        span(tree.getStart()),
                        word,
                        tree.original == null
                                ? Optional.empty()
                                : Optional.of(text(tree.original))));
    }

    private static List<Extension> extensions(List<ExtensionContext> trees) {
        if (trees.isEmpty()) {
            return List.of();
        }
        List<Extension> extensions = new ArrayList<>(trees.size());
        for (ExtensionContext tree : trees) {
            extensions.add(extension(tree));
        }
        return List.copyOf(extensions);
    }

    private static Extension extension(ExtensionContext tree) {
        Span span = span(tree);
        return switch (tree) {
            case ModeExtensionContext mode ->
                    new Extension.Mode(
                            span,
                            new Located<>(
                                    span(mode.getStop()),
                                    mode.TRANSPORT() != null
                                            ? SaMode.TRANSPORT
                                            : mode.TUNNEL() != null ? SaMode.TUNNEL : SaMode.ANY));
            case ReplayExtensionContext replay ->
                    new Extension.ReplayWindow(span, decimal(replay.DECIMAL()));
            case ReqidExtensionContext reqid -> new Extension.Reqid(span, decimal(reqid.DECIMAL()));
            case OptionExtensionContext option ->
                    new Extension.Option(
                            span,
                            option.RANDOM_PAD() != null
                                    ? Extension.Option.Word.RANDOM_PAD
                                    : option.SEQ_PAD() != null
                                            ? Extension.Option.Word.SEQ_PAD
                                            : option.ZERO_PAD() != null
                                                    ? Extension.Option.Word.ZERO_PAD
                                                    : Extension.Option.Word.NOCYCLIC_SEQ);
            case LifetimeExtensionContext lifetime ->
                    new Extension.Lifetime(span, kind(lifetime), decimal(lifetime.DECIMAL()));
            case ContextExtensionContext context -> context(context.context());
            case FragmentExtensionContext fragment ->
                    new Extension.FragmentSize(span, decimal(fragment.DECIMAL()));
            case EsnExtensionContext esn -> new Extension.ExtendedSequence(span);
            case NattExtensionContext natt ->
                    new Extension.NatTraversal(span, host(natt.source), host(natt.destination));
            case HardwareExtensionContext hardware ->
                    new Extension.Hardware(span, text(hardware.STRING().getSymbol()));
            default -> throw new IllegalStateException("no extension: " + tree.getText());
        };
    }

    private static Extension.Lifetime.Kind kind(LifetimeExtensionContext tree) {
        return tree.FLAG_HARD_SECONDS() != null
                ? Extension.Lifetime.Kind.HARD_SECONDS
                : tree.FLAG_SOFT_SECONDS() != null
                        ? Extension.Lifetime.Kind.SOFT_SECONDS
                        : tree.FLAG_HARD_BYTES() != null
                                ? Extension.Lifetime.Kind.HARD_BYTES
                                : Extension.Lifetime.Kind.SOFT_BYTES;
    }

    private static Extension.Context context(ContextContext tree) {
        return new Extension.Context(
                span(tree),
                new Figure(span(tree.doi), Figure.decimal(tree.doi.getText())),
                new Figure(span(tree.kind), Figure.decimal(tree.kind.getText())),
                quoted(tree.label));
    }

    private static Optional<SaText.Algorithm> encryption(@Nullable EncryptionContext tree) {
        return tree == null
                ? Optional.empty()
                : Optional.of(
                        new SaText.Algorithm(
                                span(tree), text(tree.STRING().getSymbol()), key(tree.key())));
    }

    private static Optional<SaText.Algorithm> authentication(@Nullable AuthenticationContext tree) {
        return tree == null
                ? Optional.empty()
                : Optional.of(
                        new SaText.Algorithm(
                                span(tree), text(tree.STRING().getSymbol()), key(tree.key())));
    }

    private static Optional<SaText.Compression> compression(@Nullable CompressionContext tree) {
        if (tree == null) {
            return Optional.empty();
        }
        CompressionAlgorithm algorithm =
                tree.OUI() != null
                        ? CompressionAlgorithm.OUI
                        : tree.LZS() != null
                                ? CompressionAlgorithm.LZS
                                : CompressionAlgorithm.DEFLATE;
        return Optional.of(
                new SaText.Compression(
                        span(tree),
                        new Located<>(
                                span(((TerminalNode) tree.getChild(1)).getSymbol()), algorithm),
                        tree.FLAG_RAW_CPI() != null));
    }

    private static Optional<Key> key(@Nullable KeyContext tree) {
        return tree == null ? Optional.empty() : Optional.of(KeyText.read(tree.getStart()));
    }

    private static Target target(TargetContext tree) {
        SelectorContext selector = tree.selector();
        return selector != null
                ? packets(selector)
                : new Target.Tagged(span(tree), quoted(tree.QUOTED().getSymbol()));
    }

    private static Target.Packets packets(SelectorContext tree) {
        return new Target.Packets(
                span(tree),
                options(tree.FLAG_ADDRESS()),
                range(tree.source),
                range(tree.destination),
                text(tree.upper().getStart()),
                tree.detail == null ? Optional.empty() : Optional.of(text(tree.detail)),
                tree.context() == null ? Optional.empty() : Optional.of(context(tree.context())));
    }

    private static Figure figure(NumberContext tree) {
        return tree.HEXADECIMAL() == null
                ? decimal(tree.DECIMAL())
                : new Figure(span(tree), Figure.hexadecimal(tree.getText()));
    }

    private static Figure decimal(TerminalNode node) {
        return new Figure(span(node.getSymbol()), Figure.decimal(node.getText()));
    }

    private static Located<String> text(Token token) {
        return new Located<>(span(token), token.getText());
    }

    /// The text between the quotes; the span has them.
    private static Located<String> quoted(Token token) {
        String text = token.getText();
        return new Located<>(span(token), text.substring(1, text.length() - 1));
    }

    static Span span(Token token) {
        return new Span(
                token.getStartIndex(), Math.max(token.getStartIndex(), token.getStopIndex() + 1));
    }

    static Span span(ParserRuleContext tree) {
        return new Span(tree.getStart().getStartIndex(), tree.getStop().getStopIndex() + 1);
    }
}

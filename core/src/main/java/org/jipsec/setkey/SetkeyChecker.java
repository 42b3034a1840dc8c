package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Span;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;

import java.util.List;
import java.util.Optional;

/// Holds each command against the protocols, the algorithms and what a backend can do. What depends
/// on several commands is [FileLedger]'s, what depends on names [SetkeyPlanner]'s.
public final class SetkeyChecker {
    private static final long LAST_SPI = 0xffff_ffffL;
    private static final long LAST_CPI = 0xffff;
    private static final long LAST_RESERVED_SPI = 255;

    /// `IPSEC_MANUAL_REQID_MAX`
    private static final long LAST_MANUAL_REQID = 0x3fff;

    private final Capabilities capabilities;
    private final Diagnostics problems;
    private final LackingBackend lacking;
    private final AlgorithmChecker algorithms;
    private final PolicyChecker policies;

    public SetkeyChecker(Capabilities capabilities, Diagnostics problems) {
        this.capabilities = capabilities;
        this.problems = problems;
        this.lacking = new LackingBackend(capabilities);
        this.algorithms = new AlgorithmChecker(capabilities, problems);
        this.policies = new PolicyChecker(capabilities, problems);
    }

    public void check(Command command) {
        switch (command) {
            case Command.Add add -> association(add.association(), false);
            case Command.Update update -> association(update.association(), true);
            case Command.Get get -> name(get.association());
            case Command.Delete delete -> name(delete.association());
            case Command.GetSpi getSpi -> getSpi(getSpi);
            case Command.DeleteAll all -> protocol(all.protocol(), all.destination().span());
            case Command.SpdAdd add -> policies.check(add.target(), add.policy(), false);
            case Command.SpdUpdate update ->
                    policies.check(update.target(), update.policy(), false);
            case Command.SpdDelete delete -> policies.check(delete.target(), delete.policy(), true);
            case Command.Flush flush -> {}
            case Command.Dump dump -> {}
            case Command.Exit exit -> {}
            case Command.SpdDump dump -> {}
            case Command.SpdFlush flush -> {}
        }
    }

    private void association(SaText text, boolean update) {
        protocol(text.protocol(), text.spi().span());
        spi(text.spi(), text.protocol());
        extensions(text);
        algorithms.check(text, update);
    }

    private void name(SaText text) {
        protocol(text.protocol(), text.spi().span());
        spiRange(text.spi());
        for (Extension extension : text.extensions()) {
            if (!(extension instanceof Extension.Mode mode && mode.mode().value() == SaMode.ANY)) {
                problems.report(
                        Code.WITHOUT_EFFECT
                                .at(extension.span(), "an SA is found without this")
                                .hint("leave it out"));
            }
        }
    }

    private void getSpi(Command.GetSpi command) {
        protocol(command.protocol(), command.destination().span());
        command.minimum().ifPresent(figure -> spi(figure, command.protocol()));
        command.maximum().ifPresent(figure -> spi(figure, command.protocol()));
        if (command.minimum().isPresent()
                && command.maximum().isPresent()
                && !command.minimum().get().isAtMost(command.maximum().get().value())) {
            problems.report(
                    Code.SPI_ORDER
                            .at(
                                    command.maximum().get().span(),
                                    "the greatest SPI is below the least")
                            .hint("write the smaller one first"));
        }
    }

    private void protocol(Optional<ProtocolText> protocol, Span before) {
        if (protocol.isEmpty()) {
            problems.report(
                    Code.PROTOCOL_MISSING
                            .at(before, "no protocol is given")
                            .hint("write esp, ah or ipcomp behind the addresses")
                            .note("setkey lets this pass; the kernel refuses it"));
        }
    }

    private void spi(Figure spi, Optional<ProtocolText> protocol) {
        if (!spiRange(spi)) {
            return;
        }
        boolean compression =
                protocol.isPresent() && protocol.get().word().protocol() == IpsecProtocol.IPCOMP;
        if (compression) {
            if (!spi.isAtMost(LAST_CPI)) {
                problems.report(
                        Code.CPI_RANGE
                                .at(spi.span(), "a CPI of IPComp has 16 bits only")
                                .hint("write a number from 256 to 61439"));
                return;
            }
        }
        if (spi.isAtMost(LAST_RESERVED_SPI)) {
            problems.report(
                    Code.RESERVED_SPI
                            .at(
                                    spi.span(),
                                    compression
                                            ? "CPI %s is reserved (RFC 3173 3.3)".formatted(spi)
                                            : "SPI %s is reserved (RFC 4303 2.1)".formatted(spi))
                            .label("0 to 255 are")
                            .hint("write 256 or more"));
        }
    }

    private boolean spiRange(Figure spi) {
        if (spi.isAtMost(LAST_SPI)) {
            return true;
        }
        problems.report(
                Code.SPI_RANGE
                        .at(spi.span(), "an SPI has 32 bits, this number has more")
                        .note("setkey would have used %s here".formatted(Spi.of(spi.value()))));
        return false;
    }

    /// Those of one SA, last one of each kind.
    private static final class Seen {
        private Optional<Extension.ReplayWindow> window = Optional.empty();
        private Optional<Extension.ExtendedSequence> extended = Optional.empty();
        private Optional<Extension.FragmentSize> fragment = Optional.empty();
        private Optional<Extension.NatTraversal> natt = Optional.empty();
        private Optional<Extension.Option> padding = Optional.empty();
        private final Figure[] lifetimes = new Figure[Extension.Lifetime.Kind.values().length];

        private long amount(Extension.Lifetime.Kind kind) {
            Figure figure = lifetimes[kind.ordinal()];
            return figure == null ? 0 : figure.value();
        }

        private Span span(Extension.Lifetime.Kind kind) {
            return lifetimes[kind.ordinal()].span();
        }
    }

    private void extensions(SaText text) {
        if (text.extensions().isEmpty() && !isUdp(text, new Seen())) {
            return;
        }
        Seen seen = new Seen();
        for (int i = 0; i < text.extensions().size(); i++) {
            Extension extension = text.extensions().get(i);
            twice(text.extensions(), i);
            switch (extension) {
                case Extension.ReplayWindow window -> seen.window = Optional.of(window);
                case Extension.ExtendedSequence on -> seen.extended = Optional.of(on);
                case Extension.FragmentSize size -> seen.fragment = Optional.of(size);
                case Extension.NatTraversal natt -> seen.natt = Optional.of(natt);
                case Extension.Lifetime lifetime ->
                        seen.lifetimes[lifetime.kind().ordinal()] = lifetime.amount();
                case Extension.Reqid reqid -> reqid(reqid.id());
                case Extension.Context context -> context(context, capabilities, problems);
                case Extension.Hardware hardware ->
                        problems.report(
                                Code.WITHOUT_EFFECT.at(
                                        hardware.span(),
                                        "no hardware can be asked to do the work"));
                case Extension.Mode mode -> {}
                case Extension.Option option -> padding(seen, option);
            }
        }
        Optional<ProtocolText.Word> word = text.protocol().map(ProtocolText::word);
        seen.window.ifPresent(window -> window(window, word));
        seen.extended.ifPresent(on -> extended(on, seen, word));
        udp(text, seen);
        lifetimes(seen);
    }

    private void padding(Seen seen, Extension.Option option) {
        if (option.word() == Extension.Option.Word.NOCYCLIC_SEQ) {
            return;
        }
        if (seen.padding.isPresent() && seen.padding.get().word() != option.word()) {
            problems.report(
                    Code.EXTENSION_TWICE
                            .at(option.span(), "two kinds of padding for one SA")
                            .also(seen.padding.get().span(), "the first")
                            .hint("keep one"));
        }
        seen.padding = Optional.of(option);
    }

    /// Reports extension number `index` when one of its kind stands before it.
    private void twice(List<Extension> extensions, int index) {
        Extension extension = extensions.get(index);
        if (extension instanceof Extension.Option) {
            return;
        }
        for (int i = 0; i < index; i++) {
            Extension earlier = extensions.get(i);
            boolean same =
                    earlier.getClass() == extension.getClass()
                            && (!(extension instanceof Extension.Lifetime later)
                                    || (earlier instanceof Extension.Lifetime former
                                            && former.kind() == later.kind()));
            if (same) {
                problems.report(
                        Code.EXTENSION_TWICE
                                .at(extension.span(), "given a second time: only this one counts")
                                .also(earlier.span(), "the first")
                                .hint("keep one"));
                return;
            }
        }
    }

    private void window(Extension.ReplayWindow window, Optional<ProtocolText.Word> word) {
        Figure size = window.size();
        if (word.isPresent() && word.get().isOld()) {
            problems.report(
                    Code.REPLAY_WITH_OLD_PROTOCOL
                            .at(
                                    window.span(),
                                    "%s has no sequence numbers to check"
                                            .formatted(word.get().text()))
                            .hint("leave out -r, or write " + word.get().protocol().word()));
        } else if (!size.isAtMost(SecurityAssociation.MAXIMUM_REPLAY_WINDOW)) {
            problems.report(
                    Code.REPLAY_WINDOW_RANGE
                            .at(size.span(), "a replay window has at most 4096 packets")
                            .note("setkey on Linux would have used 32"));
        } else if (!size.isAtMost(32) && !capabilities.has(Feature.WIDE_REPLAY_WINDOW)) {
            problems.report(lacking.wideWindow(size.span()));
        }
    }

    private void extended(
            Extension.ExtendedSequence on, Seen seen, Optional<ProtocolText.Word> word) {
        if (!capabilities.has(Feature.EXTENDED_SEQUENCE)) {
            problems.report(lacking.extendedSequence(on.span()));
        }
        boolean fits =
                word.isEmpty()
                        || (!word.get().isOld()
                                && (word.get().protocol() == IpsecProtocol.ESP
                                        || word.get().protocol() == IpsecProtocol.AH));
        if (!fits) {
            problems.report(
                    Code.EXTENDED_SEQUENCE_MISUSED.at(
                            on.span(),
                            "%s has no extended sequence numbers".formatted(word.get().text())));
        } else if (seen.window.isEmpty() || seen.window.get().size().value() == 0) {
            problems.report(
                    Code.EXTENDED_SEQUENCE_MISUSED
                            .at(on.span(), "extended sequence numbers need a replay window")
                            .label("the receiver learns the upper half from it (RFC 4303 A2)")
                            .hint("add -r 64"));
        }
    }

    private static boolean isUdp(SaText text, Seen seen) {
        return seen.natt.isPresent()
                || text.protocol()
                        .map(protocol -> protocol.word() == ProtocolText.Word.ESP_UDP)
                        .orElse(false);
    }

    private void udp(SaText text, Seen seen) {
        if (isUdp(text, seen)) {
            if (!capabilities.has(Feature.UDP_ENCAPSULATION)) {
                problems.report(
                        lacking.feature(
                                text.protocol().map(ProtocolText::span).orElse(text.spi().span()),
                                "ESP in UDP"));
            }
            if (seen.natt.isPresent()
                    && text.protocol().isPresent()
                    && text.protocol().get().word().protocol() != IpsecProtocol.ESP) {
                problems.report(
                        Code.ONLY_FOR_UDP
                                .at(seen.natt.get().span(), "only ESP goes through UDP")
                                .hint("leave it out, or write esp"));
            }
        } else if (seen.fragment.isPresent()) {
            problems.report(
                    Code.ONLY_FOR_UDP
                            .at(
                                    seen.fragment.get().span(),
                                    "a fragment size is for ESP in UDP only")
                            .hint("write esp-udp as the protocol"));
        }
    }

    private void reqid(Figure id) {
        if (!id.isAtMost(LAST_SPI)) {
            problems.report(
                    Code.REQID_RANGE
                            .at(id.span(), "a reqid has 32 bits, this number has more")
                            .hint("write a number from 1 to 16383"));
        } else if (!id.isAtMost(LAST_MANUAL_REQID)) {
            problems.report(
                    Code.REQID_AUTOMATIC
                            .at(id.span(), "reqids from 16384 on are given out by the backend")
                            .hint("write a number from 1 to 16383"));
        }
    }

    static void context(
            Extension.Context context, Capabilities capabilities, Diagnostics problems) {
        for (Figure figure : List.of(context.doi(), context.kind())) {
            if (!figure.isAtMost(255)) {
                problems.report(
                        Code.CONTEXT_RANGE.at(
                                figure.span(), "%s is more than 255".formatted(figure)));
            }
        }
        if (!capabilities.has(Feature.SECURITY_CONTEXTS)) {
            problems.report(new LackingBackend(capabilities).context(context.span()));
        }
    }

    private void lifetimes(Seen seen) {
        for (Extension.Lifetime.Kind kind : Extension.Lifetime.Kind.values()) {
            boolean seconds =
                    kind == Extension.Lifetime.Kind.HARD_SECONDS
                            || kind == Extension.Lifetime.Kind.SOFT_SECONDS;
            if (seconds && seen.amount(kind) < 0) {
                problems.report(
                        Code.LIFETIME_RANGE
                                .at(seen.span(kind), "no SA lives that long")
                                .hint("leave it out for an SA without an end"));
            }
        }
        order(seen, Extension.Lifetime.Kind.SOFT_SECONDS, Extension.Lifetime.Kind.HARD_SECONDS);
        order(seen, Extension.Lifetime.Kind.SOFT_BYTES, Extension.Lifetime.Kind.HARD_BYTES);
        boolean hard =
                seen.amount(Extension.Lifetime.Kind.HARD_SECONDS) != 0
                        || seen.amount(Extension.Lifetime.Kind.HARD_BYTES) != 0;
        boolean soft =
                seen.amount(Extension.Lifetime.Kind.SOFT_SECONDS) != 0
                        || seen.amount(Extension.Lifetime.Kind.SOFT_BYTES) != 0;
        if (hard != soft) {
            half(seen, hard);
        }
    }

    private void half(Seen seen, boolean hard) {
        Extension.Lifetime.Kind written = Extension.Lifetime.Kind.HARD_SECONDS;
        for (Extension.Lifetime.Kind kind : Extension.Lifetime.Kind.values()) {
            if (seen.amount(kind) != 0) {
                written = kind;
            }
        }
        String other =
                switch (written) {
                    case HARD_SECONDS -> "-ls";
                    case SOFT_SECONDS -> "-lh";
                    case HARD_BYTES -> "-bs";
                    case SOFT_BYTES -> "-bh";
                };
        problems.report(
                Code.LIFETIME_HALF
                        .at(
                                seen.span(written),
                                "a %s lifetime without a %s one"
                                        .formatted(hard ? "hard" : "soft", hard ? "soft" : "hard"))
                        .hint(
                                hard
                                        ? "add %s with some four fifths of it".formatted(other)
                                        : "add %s with some more".formatted(other))
                        .note("Linux refuses one without the other (EINVAL)"));
    }

    private void order(Seen seen, Extension.Lifetime.Kind soft, Extension.Lifetime.Kind hard) {
        if (seen.amount(hard) != 0
                && Long.compareUnsigned(seen.amount(soft), seen.amount(hard)) > 0) {
            problems.report(
                    Code.LIFETIME_ORDER
                            .at(seen.span(soft), "the soft lifetime is longer than the hard one")
                            .label("nobody will be told in time")
                            .also(seen.span(hard), "ends first")
                            .hint("make %s smaller than %s".formatted(soft.flag(), hard.flag())));
        }
    }

    /// `a, b or c`
    static String alternatives(List<String> words) {
        return words.size() < 2
                ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }
}

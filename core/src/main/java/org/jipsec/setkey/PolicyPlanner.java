package org.jipsec.setkey;

import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyPriority;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Makes policies of what `spdadd`, `spdupdate` and `spddelete` say.
final class PolicyPlanner {
    private static final int ICMP = 1;
    private static final int GRE = 47;
    private static final int ICMP6 = 58;
    private static final int MOBILITY = 135;

    private final Resolution resolution;
    private final boolean forward;
    private final Diagnostics problems;

    /// @param forward whether the backend has policies for `fwd`; where not, `fwd` is read as `in`
    PolicyPlanner(Resolution resolution, boolean forward, Diagnostics problems) {
        this.resolution = resolution;
        this.forward = forward;
        this.problems = problems;
    }

    /// Empty when something in it cannot be resolved, or the target is a tag, which no backend
    /// knows.
    Optional<Policy> policy(Target target, PolicyText text) {
        Optional<List<PolicyRule>> rules = rules(text.rules());
        Optional<Selector> selector =
                switch (target) {
                    case Target.Packets packets -> selector(packets);
                    case Target.Tagged tagged -> Optional.empty();
                };
        if (selector.isEmpty()
                || rules.isEmpty()
                || !familiesFit(selector.get(), rules.get(), text.rules())) {
            return Optional.empty();
        }
        Direction direction = text.direction().value();
        return Optional.of(
                new Policy(
                        selector.get(),
                        direction == Direction.FWD && !forward ? Direction.IN : direction,
                        text.action().map(Located::value).orElse(PolicyAction.DISCARD),
                        text.action().isEmpty()
                                ? 0
                                : text.priority()
                                        .map(PolicyPlanner::priority)
                                        .orElse(PolicyPriority.DEFAULT),
                        rules.get(),
                        Lifetime.UNLIMITED,
                        target instanceof Target.Packets packets
                                ? packets.context().flatMap(PolicyPlanner::context)
                                : Optional.empty(),
                        0));
    }

    /// The policy for packets that are routed on, as Linux wants it beside one for `in`: the same,
    /// but that its first rule takes any SA where the written one insists on its own.
    static Policy forwardTwin(Policy in) {
        Policy twin = in.withDirection(Direction.FWD);
        if (in.rules().isEmpty() || in.rules().getFirst().level() != PolicyLevel.UNIQUE) {
            return twin;
        }
        PolicyRule first = in.rules().getFirst();
        List<PolicyRule> rules = new ArrayList<>(in.rules());
        rules.set(
                0,
                new PolicyRule(
                        first.protocol(), first.mode(), PolicyLevel.REQUIRE, 0, first.endpoints()));
        return twin.withRules(rules);
    }

    /// Empty when the DOI is 0: setkey then sends none.
    static Optional<SecurityContext> context(Extension.Context text) {
        return text.doi().value() == 0
                ? Optional.empty()
                : Optional.of(
                        new SecurityContext(
                                (int) text.doi().value() & 0xff,
                                (int) text.kind().value() & 0xff,
                                text.label().value()));
    }

    /// Unsigned 32 bits, smaller is asked first: a plus is subtracted. Wraps like setkey's sum.
    private static int priority(PolicyText.Priority text) {
        int base =
                text.base()
                        .map(
                                word ->
                                        switch (word) {
                                            case LOW -> PolicyPriority.LOW;
                                            case DEF -> PolicyPriority.DEFAULT;
                                            case HIGH -> PolicyPriority.HIGH;
                                        })
                        .orElse(PolicyPriority.DEFAULT);
        int offset = (int) text.offset().value();
        return text.negative() ? base + offset : base - offset;
    }

    private Optional<Selector> selector(Target.Packets text) {
        List<InetAddress> sources = resolution.addresses(text.source().name(), text.options());
        List<InetAddress> destinations =
                resolution.addresses(text.destination().name(), text.options());
        OptionalInt protocol = resolution.protocol(text.upper());
        OptionalInt sourcePort = resolution.port(text.source().port());
        OptionalInt destinationPort = resolution.port(text.destination().port());
        Optional<int[]> detail =
                protocol.isEmpty() ? Optional.empty() : detail(text, protocol.getAsInt());
        if (sources.size() > 1 || destinations.size() > 1) {
            problems.report(
                    SetkeyPlanner.severalAddresses(
                            sources.size() > 1 ? text.source().name() : text.destination().name()));
            return Optional.empty();
        }
        Optional<Prefix> source = prefix(sources, text.source());
        Optional<Prefix> destination = prefix(destinations, text.destination());
        if (source.isEmpty() || destination.isEmpty()) {
            return Optional.empty();
        }
        if (source.get().isIpv4() != destination.get().isIpv4()) {
            problems.report(
                    Code.FAMILIES_OF_SELECTOR
                            .at(
                                    text.destination().name().span(),
                                    "source is %s but destination is %s"
                                            .formatted(
                                                    Resolution.family(source.get().address()),
                                                    Resolution.family(destination.get().address())))
                            .label("a policy is for packets of one family")
                            .also(
                                    text.source().name().span(),
                                    Resolution.family(source.get().address())));
            return Optional.empty();
        }
        if (protocol.isEmpty()
                || sourcePort.isEmpty()
                || destinationPort.isEmpty()
                || detail.isEmpty()) {
            return Optional.empty();
        }
        boolean replaced = text.detail().isPresent();
        return Optional.of(
                new Selector(
                        source.get(),
                        replaced ? detail.get()[0] : sourcePort.getAsInt(),
                        destination.get(),
                        replaced ? detail.get()[1] : destinationPort.getAsInt(),
                        protocol.getAsInt()));
    }

    private Optional<Prefix> prefix(List<InetAddress> addresses, RangeText range) {
        if (addresses.isEmpty()) {
            return Optional.empty();
        }
        InetAddress address = addresses.getFirst();
        int bits = Prefix.bits(address);
        if (range.prefix().isEmpty()) {
            return Optional.of(Prefix.host(address));
        }
        Figure length = range.prefix().get();
        if (!length.isAtMost(bits)) {
            problems.report(
                    Code.PREFIX_RANGE
                            .at(
                                    length.span(),
                                    "prefix length %s is longer than an %s address (0 to %d)"
                                            .formatted(length, Resolution.family(address), bits))
                            .note("setkey would have sent %d".formatted(length.value() & 0xff)));
            return Optional.empty();
        }
        Prefix prefix = new Prefix(address, (int) length.value());
        if (hasBitsBehind(prefix)) {
            problems.report(
                    Code.HOST_BITS
                            .at(range.span(), "the address has bits behind its prefix")
                            .label("they do not count"));
        }
        return Optional.of(prefix);
    }

    private static boolean hasBitsBehind(Prefix prefix) {
        byte[] octets = prefix.address().getAddress();
        for (int bit = prefix.length(); bit < Prefix.bits(prefix.address()); bit++) {
            if ((octets[bit / 8] & 0x80 >> bit % 8) != 0) {
                return true;
            }
        }
        return false;
    }

    /// What takes the place of the two ports: type and code of ICMP, the halves of the key of GRE.
    private Optional<int[]> detail(Target.Packets text, int protocol) {
        if (text.detail().isEmpty()) {
            return Optional.of(new int[2]);
        }
        Located<String> written = text.detail().get();
        return switch (protocol) {
            case ICMP, ICMP6, MOBILITY -> typeAndCode(written);
            case GRE -> greKey(written);
            default -> {
                problems.report(
                        Code.DETAIL_NOT_WANTED
                                .at(
                                        written.span(),
                                        "nothing can stand between `%s` and the policy"
                                                .formatted(text.upper().value()))
                                .label("only icmp, icmp6, mh and gre take more")
                                .hint("ports are written behind the addresses: 10.0.0.1[80]"));
                yield Optional.empty();
            }
        };
    }

    private Optional<int[]> typeAndCode(Located<String> written) {
        String[] parts = written.value().split(",", -1);
        if (parts.length == 2 && isOctet(parts[0]) && isOctet(parts[1])) {
            return Optional.of(new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])});
        }
        problems.report(
                Code.BAD_DETAIL
                        .at(written.span(), "neither a type and code of ICMP nor nothing")
                        .label("two numbers from 0 to 255 with a comma between them")
                        .hint(
                                parts.length == 1 && isOctet(parts[0])
                                        ? "write %s,0".formatted(parts[0])
                                        : "for example 135,0"));
        return Optional.empty();
    }

    private Optional<int[]> greKey(Located<String> written) {
        String text = written.value();
        if (text.matches("[0-9]+")) {
            long key = Figure.decimal(text);
            if (key >= 0 && key <= 0xffff_ffffL) {
                return Optional.of(new int[] {(int) (key >>> 16), (int) (key & 0xffff)});
            }
        }
        String[] parts = text.split("\\.", -1);
        if (parts.length == 4
                && isOctet(parts[0])
                && isOctet(parts[1])
                && isOctet(parts[2])
                && isOctet(parts[3])) {
            return Optional.of(
                    new int[] {
                        Integer.parseInt(parts[0]) << 8 | Integer.parseInt(parts[1]),
                        Integer.parseInt(parts[2]) << 8 | Integer.parseInt(parts[3])
                    });
        }
        problems.report(
                Code.BAD_DETAIL
                        .at(written.span(), "not a key of GRE")
                        .label("32 bits, as a number or as a.b.c.d"));
        return Optional.empty();
    }

    private static boolean isOctet(String text) {
        return text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= 255;
    }

    private Optional<List<PolicyRule>> rules(List<PolicyText.Rule> texts) {
        List<PolicyRule> rules = new ArrayList<>(texts.size());
        for (PolicyText.Rule text : texts) {
            Optional<PolicyRule.Endpoints> ends = Optional.empty();
            if (text.ends().isPresent() && text.ends().get() instanceof PolicyText.Ends.Pair pair) {
                ends = endpoints(pair);
                if (ends.isEmpty()) {
                    return Optional.empty();
                }
            }
            rules.add(
                    new PolicyRule(
                            text.protocol().value(),
                            text.mode().value(),
                            text.level().map(PolicyText.Level::level).orElse(PolicyLevel.DEFAULT),
                            text.level()
                                    .flatMap(PolicyText.Level::number)
                                    .map(number -> (int) number.value())
                                    .orElse(0),
                            ends));
        }
        return Optional.of(rules);
    }

    /// A transport rule works on the packet it gets, which a tunnel before it may have put into one
    /// of the other family.
    private boolean familiesFit(
            Selector selector, List<PolicyRule> rules, List<PolicyText.Rule> texts) {
        InetAddress inner = selector.source().address();
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).endpoints().isEmpty()) {
                continue;
            }
            InetAddress outer = rules.get(i).endpoints().get().source().address();
            if (rules.get(i).mode() == SaMode.TUNNEL) {
                inner = outer;
            } else if (outer.getClass() != inner.getClass()) {
                problems.report(
                        Code.FAMILIES_OF_RULE
                                .at(
                                        texts.get(i).ends().orElseThrow().span(),
                                        "a transport rule of %s for packets of %s"
                                                .formatted(
                                                        Resolution.family(outer),
                                                        Resolution.family(inner)))
                                .label("transport mode leaves the addresses as they are")
                                .hint("leave the addresses out, or write tunnel"));
                return false;
            }
        }
        return true;
    }

    private Optional<PolicyRule.Endpoints> endpoints(PolicyText.Ends.Pair pair) {
        Optional<InetAddress> source = resolution.numeric(pair.source().name());
        Optional<InetAddress> destination = resolution.numeric(pair.destination().name());
        OptionalInt sourcePort = resolution.port(pair.source().port());
        OptionalInt destinationPort = resolution.port(pair.destination().port());
        if (source.isEmpty()
                || destination.isEmpty()
                || sourcePort.isEmpty()
                || destinationPort.isEmpty()) {
            return Optional.empty();
        }
        if (source.get().getClass() != destination.get().getClass()) {
            Span from = pair.source().name().span();
            problems.report(
                    Code.FAMILIES_OF_RULE
                            .at(
                                    pair.destination().name().span(),
                                    "a rule from %s to %s"
                                            .formatted(
                                                    Resolution.family(source.get()),
                                                    Resolution.family(destination.get())))
                            .label("both ends of an SA must be of one family")
                            .also(from, Resolution.family(source.get())));
            return Optional.empty();
        }
        return Optional.of(
                new PolicyRule.Endpoints(
                        new Endpoint(source.get(), sourcePort.getAsInt()),
                        new Endpoint(destination.get(), destinationPort.getAsInt())));
    }
}

package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.SaFlags;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Spi;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Turns commands into what is to be asked of a backend: names become addresses, every pair of
/// addresses an SA of its own, and each policy for `in` brings its twin for `fwd`.
///
/// Reports what cannot be resolved; numbers out of range it cuts as setkey does, for
/// [SetkeyChecker] to refuse.
public final class SetkeyPlanner {
    private static final long FIRST_SPI = 256;
    private static final long LAST_SPI = 0x0fff_ffffL;
    private static final long LAST_CPI = 0xefff;

    private final boolean twins;
    private final Resolution resolution;
    private final PolicyPlanner policies;
    private final Diagnostics problems;

    public SetkeyPlanner(Capabilities capabilities, CompileOptions options, Diagnostics problems) {
        this.twins = !options.kernelSemantics() && capabilities.has(Feature.FORWARD_POLICIES);
        this.resolution = new Resolution(options.names(), problems);
        this.policies =
                new PolicyPlanner(resolution, capabilities.has(Feature.FORWARD_POLICIES), problems);
        this.problems = problems;
    }

    /// What `command` wants, in order. Empty when something in it cannot be resolved.
    public List<PlannedOperation> plan(Command command) {
        return switch (command) {
            case Command.Add add ->
                    each(add, associations(add.association()), SadbOperation.AddSa::new);
            case Command.Update update ->
                    each(update, associations(update.association()), SadbOperation.UpdateSa::new);
            case Command.Get get ->
                    each(get, references(get.association(), false), SadbOperation.GetSa::new);
            case Command.Delete delete ->
                    each(
                            delete,
                            references(delete.association(), true),
                            SadbOperation.DeleteSa::new);
            case Command.GetSpi getSpi -> reserve(getSpi);
            case Command.DeleteAll all -> deleteAll(all);
            case Command.Flush flush ->
                    one(flush, new SadbOperation.FlushSas(protocol(flush.protocol())));
            case Command.Dump dump ->
                    one(dump, new SadbOperation.DumpSas(protocol(dump.protocol())));
            case Command.Exit exit -> List.of();
            case Command.SpdAdd add ->
                    withTwin(
                            add,
                            policies.policy(add.target(), add.policy()),
                            SadbOperation.AddPolicy::new);
            case Command.SpdUpdate update ->
                    withTwin(
                            update,
                            policies.policy(update.target(), update.policy()),
                            SadbOperation.UpdatePolicy::new);
            case Command.SpdDelete delete ->
                    withTwin(
                            delete,
                            policies.policy(delete.target(), delete.policy()),
                            SadbOperation.DeletePolicy::new);
            case Command.SpdDump dump -> one(dump, new SadbOperation.DumpPolicies());
            case Command.SpdFlush flush -> one(flush, new SadbOperation.FlushPolicies());
        };
    }

    private interface Operation<T> {
        SadbOperation of(T value);
    }

    private static List<PlannedOperation> one(Command command, SadbOperation operation) {
        return List.of(new PlannedOperation(operation, command.span(), false));
    }

    private static <T> List<PlannedOperation> each(
            Command command, List<T> values, Operation<T> operation) {
        if (values.size() == 1) {
            return one(command, operation.of(values.getFirst()));
        }
        return values.stream()
                .map(value -> new PlannedOperation(operation.of(value), command.span(), false))
                .toList();
    }

    private List<PlannedOperation> withTwin(
            Command command, Optional<Policy> policy, Operation<Policy> operation) {
        if (policy.isEmpty()) {
            return List.of();
        }
        PlannedOperation written =
                new PlannedOperation(operation.of(policy.get()), command.span(), false);
        return twins && policy.get().direction() == Direction.IN
                ? List.of(
                        written,
                        new PlannedOperation(
                                operation.of(PolicyPlanner.forwardTwin(policy.get())),
                                command.span(),
                                true))
                : List.of(written);
    }

    private record Pair(Endpoint source, Endpoint destination) {}

    /// Every source with every destination of its family.
    private List<Pair> pairs(AddressOptions options, HostText source, HostText destination) {
        List<InetAddress> sources = resolution.addresses(source.name(), options);
        List<InetAddress> destinations = resolution.addresses(destination.name(), options);
        OptionalInt sourcePort = resolution.port(source.port());
        OptionalInt destinationPort = resolution.port(destination.port());
        if (sources.isEmpty()
                || destinations.isEmpty()
                || sourcePort.isEmpty()
                || destinationPort.isEmpty()) {
            return List.of();
        }
        List<Pair> pairs = new ArrayList<>(1);
        for (InetAddress from : sources) {
            for (InetAddress to : destinations) {
                if (from.getClass() == to.getClass()) {
                    pairs.add(
                            new Pair(
                                    new Endpoint(from, sourcePort.getAsInt()),
                                    new Endpoint(to, destinationPort.getAsInt())));
                }
            }
        }
        if (pairs.isEmpty()) {
            String from = Resolution.family(sources.getFirst());
            String to = Resolution.family(destinations.getFirst());
            problems.report(
                    Code.FAMILIES_OF_SA
                            .at(
                                    destination.name().span(),
                                    "source is %s but destination is %s".formatted(from, to))
                            .label("both ends of an SA must be of one family")
                            .also(source.name().span(), from));
        }
        return pairs;
    }

    private List<SecurityAssociation> associations(SaText text) {
        List<Pair> pairs = pairs(text.options(), text.source(), text.destination());
        Optional<UdpWish> udp =
                UdpWish.of(
                        text,
                        () -> pairs.stream().map(pair -> pair.source().address()).toList(),
                        resolution,
                        problems);
        Optional<AlgorithmChoice> algorithms = AlgorithmChoice.of(text);
        if (algorithms.isEmpty()) {
            return List.of();
        }
        List<SecurityAssociation> associations = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            associations.add(association(text, pair, udp, algorithms.get()));
        }
        return associations;
    }

    private SecurityAssociation association(
            SaText text, Pair pair, Optional<UdpWish> udp, AlgorithmChoice algorithms) {
        SecurityAssociation.Builder builder =
                SecurityAssociation.builder(
                        pair.source(),
                        pair.destination(),
                        protocol(text.protocol()),
                        Spi.of(text.spi().value()));
        builder.mode(SaMode.ANY);
        builder.encryption(algorithms.encryption(), algorithms.encryptionKey());
        builder.authentication(algorithms.authentication(), algorithms.authenticationKey());
        builder.compression(algorithms.compression());
        int flags = SaFlags.CYCLIC_SEQUENCE | algorithms.flags();
        if (text.protocol().map(protocol -> protocol.word().isOld()).orElse(false)) {
            flags |= SaFlags.OLD;
        }
        Amounts hard = new Amounts();
        Amounts soft = new Amounts();
        for (Extension extension : text.extensions()) {
            switch (extension) {
                case Extension.Mode mode -> builder.mode(mode.mode().value());
                case Extension.ReplayWindow window ->
                        builder.replayWindow((int) cut(window.size(), Integer.MAX_VALUE));
                case Extension.Reqid reqid -> builder.reqid((int) reqid.id().value());
                case Extension.Option option -> flags = with(flags, option.word());
                case Extension.Lifetime lifetime -> {
                    switch (lifetime.kind()) {
                        case HARD_SECONDS -> hard.seconds = lifetime.amount().value();
                        case SOFT_SECONDS -> soft.seconds = lifetime.amount().value();
                        case HARD_BYTES -> hard.bytes = lifetime.amount().value();
                        case SOFT_BYTES -> soft.bytes = lifetime.amount().value();
                    }
                }
                case Extension.Context context ->
                        PolicyPlanner.context(context).ifPresent(builder::context);
                case Extension.ExtendedSequence on -> builder.extendedSequence(true);
                case Extension.FragmentSize size -> {}
                case Extension.NatTraversal natt -> {}
                case Extension.Hardware hardware -> {
                    // no hardware does our work: the checker has said so
                }
            }
        }
        builder.flags(new SaFlags(flags)).hard(hard.lifetime()).soft(soft.lifetime());
        udp.ifPresent(
                wish -> builder.encapsulation(wish.between(pair.source(), pair.destination())));
        return builder.build();
    }

    private static int with(int flags, Extension.Option.Word word) {
        return switch (word) {
            case SEQ_PAD -> flags | SaFlags.PAD_SEQUENTIAL;
            case RANDOM_PAD -> flags | SaFlags.PAD_RANDOM;
            case ZERO_PAD -> flags | SaFlags.PAD_ZERO;
            case NOCYCLIC_SEQ -> flags & ~SaFlags.CYCLIC_SEQUENCE;
        };
    }

    private static long cut(Figure figure, long maximum) {
        return figure.isAtMost(maximum) ? figure.value() : maximum;
    }

    /// Of one of the two lifetimes; what is written last counts.
    private static final class Amounts {
        private long seconds;
        private long bytes;

        private Lifetime lifetime() {
            return seconds == 0 && bytes == 0
                    ? Lifetime.UNLIMITED
                    : new Lifetime(
                            0,
                            bytes,
                            Duration.ofSeconds(seconds < 0 ? Long.MAX_VALUE : seconds),
                            Duration.ZERO);
        }
    }

    private List<SaReference> references(SaText text, boolean onlyOne) {
        List<Pair> pairs = pairs(text.options(), text.source(), text.destination());
        if (onlyOne && pairs.size() > 1) {
            problems.report(severalAddresses(text.source().name()));
            return List.of();
        }
        SaMode mode = mode(text.extensions());
        return pairs.stream()
                .map(
                        pair ->
                                new SaReference(
                                        pair.source(),
                                        pair.destination(),
                                        protocol(text.protocol()),
                                        Spi.of(text.spi().value()),
                                        mode))
                .toList();
    }

    static Diagnostic.Builder severalAddresses(Located<String> name) {
        return Code.SEVERAL_ADDRESSES
                .at(name.span(), "several pairs of addresses where one is wanted")
                .hint("write numeric addresses, or -4 or -6 before the names");
    }

    private List<PlannedOperation> reserve(Command.GetSpi command) {
        List<Pair> pairs = pairs(command.options(), command.source(), command.destination());
        IpsecProtocol protocol = protocol(command.protocol());
        long least = command.minimum().map(Figure::value).orElse(FIRST_SPI);
        long most =
                command.maximum()
                        .or(command::minimum)
                        .map(Figure::value)
                        .orElse(protocol == IpsecProtocol.IPCOMP ? LAST_CPI : LAST_SPI);
        int reqid = 0;
        for (Extension extension : command.extensions()) {
            if (extension instanceof Extension.Reqid written) {
                reqid = (int) written.id().value();
            }
        }
        List<PlannedOperation> operations = new ArrayList<>(pairs.size());
        for (Pair pair : pairs) {
            operations.add(
                    new PlannedOperation(
                            new SadbOperation.ReserveSpi(
                                    pair.source(),
                                    pair.destination(),
                                    protocol,
                                    mode(command.extensions()),
                                    reqid,
                                    Spi.of(least),
                                    Spi.of(most)),
                            command.span(),
                            false));
        }
        return operations;
    }

    private List<PlannedOperation> deleteAll(Command.DeleteAll command) {
        HostText source = new HostText(command.source().span(), command.source(), Optional.empty());
        HostText destination =
                new HostText(command.destination().span(), command.destination(), Optional.empty());
        return each(
                command,
                pairs(command.options(), source, destination),
                pair ->
                        new SadbOperation.DeleteAllSas(
                                pair.source(), pair.destination(), protocol(command.protocol())));
    }

    private static SaMode mode(List<Extension> extensions) {
        SaMode mode = SaMode.ANY;
        for (Extension extension : extensions) {
            if (extension instanceof Extension.Mode written) {
                mode = written.mode().value();
            }
        }
        return mode;
    }

    private static IpsecProtocol protocol(Optional<ProtocolText> protocol) {
        return protocol.map(text -> text.word().protocol()).orElse(IpsecProtocol.UNSPEC);
    }
}

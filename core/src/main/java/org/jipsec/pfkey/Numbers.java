package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Context;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Prefix;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The fields of messages that SAs and policies share, and what they mean.
final class Numbers {
    /// Some 34,000 years, so that sums of times cannot overflow.
    private static final long MAXIMUM_SECONDS = 1L << 40;

    /// A page, as Linux has it.
    private static final int MAXIMUM_CONTEXT = 4096;

    private static final List<IpsecProtocol> PROTOCOLS = List.of(IpsecProtocol.values());
    private static final List<SaMode> MODES = List.of(SaMode.values());
    private static final List<SaState> STATES = List.of(SaState.values());
    private static final List<Direction> DIRECTIONS = List.of(Direction.values());
    private static final List<PolicyAction> ACTIONS = List.of(PolicyAction.values());
    private static final List<PolicyLevel> LEVELS = List.of(PolicyLevel.values());

    private Numbers() {}

    static IpsecProtocol protocolOfSaType(int number) throws RefusalException {
        for (IpsecProtocol protocol : PROTOCOLS) {
            if (protocol.saType() == number) {
                return protocol;
            }
        }
        throw RefusalException.invalid("SA type " + number);
    }

    static boolean isProtocolOfIp(int number) {
        return number != 0
                && PROTOCOLS.stream().anyMatch(protocol -> protocol.ipNumber() == number);
    }

    static IpsecProtocol protocolOfIp(int number) throws RefusalException {
        for (IpsecProtocol protocol : PROTOCOLS) {
            if (protocol.ipNumber() == number && number != 0) {
                return protocol;
            }
        }
        throw RefusalException.invalid("protocol " + number + " in a rule");
    }

    static SaMode mode(int number) throws RefusalException {
        return at(MODES, number, "mode");
    }

    static boolean isMode(int number) {
        return number >= 0 && number < MODES.size();
    }

    static SaState state(int number) throws RefusalException {
        return at(STATES, number, "state");
    }

    static Direction direction(int number) throws RefusalException {
        return at(DIRECTIONS, number, "direction");
    }

    static PolicyAction action(int number) throws RefusalException {
        return at(ACTIONS, number, "policy type");
    }

    static PolicyLevel level(int number) throws RefusalException {
        return at(LEVELS, number, "level");
    }

    static Lifetimes lifetimes(ExtensionType type, Lifetime lifetime) {
        return new Lifetimes(
                type,
                Math.clamp(lifetime.packets(), 0, 0xffff_ffffL),
                lifetime.bytes(),
                lifetime.sinceAdded().toSeconds(),
                lifetime.sinceUsed().toSeconds());
    }

    static Lifetimes current(CurrentLifetime current) {
        return new Lifetimes(
                ExtensionType.LIFETIME_CURRENT,
                Math.clamp(current.packets(), 0, 0xffff_ffffL),
                current.bytes(),
                current.added().getEpochSecond(),
                current.firstUsed().map(Instant::getEpochSecond).orElse(0L));
    }

    /// Unlimited when the extension is not there.
    static Lifetime lifetime(PfkeyMessage message, ExtensionType type) {
        Lifetimes found = message.first(Lifetimes.class, type);
        return found == null
                ? Lifetime.UNLIMITED
                : new Lifetime(
                        found.allocations(),
                        found.bytes(),
                        Duration.ofSeconds(seconds(found.addTime())),
                        Duration.ofSeconds(seconds(found.useTime())));
    }

    static CurrentLifetime current(PfkeyMessage message) {
        Lifetimes found = message.first(Lifetimes.class, ExtensionType.LIFETIME_CURRENT);
        if (found == null) {
            return new CurrentLifetime(0, 0, Instant.EPOCH, Optional.empty());
        }
        return new CurrentLifetime(
                found.allocations(),
                found.bytes(),
                Instant.ofEpochSecond(seconds(found.addTime())),
                found.useTime() == 0
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochSecond(seconds(found.useTime()))));
    }

    static DumpMark mark(PfkeyMessage message) {
        return new DumpMark(message.sequence(), message.processId(), message.reserved());
    }

    /// The whole address with a protocol, as it stands in messages about SAs.
    ///
    /// @param protocol setkey writes 255 there, Linux answers 0
    static Address address(ExtensionType type, int protocol, Endpoint endpoint) {
        return new Address(type, protocol, Prefix.bits(endpoint.address()), endpoint);
    }

    /// Source and destination of a message, which are to be of one family.
    static Address[] addresses(PfkeyMessage message) throws RefusalException {
        Address source = message.first(Address.class, ExtensionType.ADDRESS_SOURCE);
        Address destination = message.first(Address.class, ExtensionType.ADDRESS_DESTINATION);
        if (source == null || destination == null) {
            throw RefusalException.invalid("source or destination is missing");
        }
        if (source.endpoint().isIpv4() != destination.endpoint().isIpv4()) {
            throw RefusalException.invalid("source and destination are of different families");
        }
        return new Address[] {source, destination};
    }

    static List<Address> addresses(Selector selector) {
        return List.of(
                new Address(
                        ExtensionType.ADDRESS_SOURCE,
                        selector.protocol(),
                        selector.source().length(),
                        new Endpoint(selector.source().address(), selector.sourcePort())),
                new Address(
                        ExtensionType.ADDRESS_DESTINATION,
                        selector.protocol(),
                        selector.destination().length(),
                        new Endpoint(
                                selector.destination().address(), selector.destinationPort())));
    }

    /// The protocol is that of the destination, as Linux has it.
    static Selector selector(PfkeyMessage message) throws RefusalException {
        Address[] ends = addresses(message);
        return new Selector(
                prefix(ends[0]),
                ends[0].endpoint().port(),
                prefix(ends[1]),
                ends[1].endpoint().port(),
                ends[1].protocol());
    }

    static Context context(SecurityContext context) {
        byte[] text = (context.context() + "\0").getBytes(StandardCharsets.UTF_8);
        return new Context(context.doi(), context.algorithm(), Bytes.of(text));
    }

    static Optional<SecurityContext> context(PfkeyMessage message) throws RefusalException {
        Context context = message.first(Context.class).orElse(null);
        if (context == null) {
            return Optional.empty();
        }
        byte[] octets = context.context().toArray();
        if (octets.length > MAXIMUM_CONTEXT) {
            throw RefusalException.invalid("a security context of " + octets.length + " octets");
        }
        int end = 0;
        while (end < octets.length && octets[end] != 0) {
            end++;
        }
        return Optional.of(
                new SecurityContext(
                        context.doi(),
                        context.algorithm(),
                        new String(Arrays.copyOf(octets, end), StandardCharsets.UTF_8)));
    }

    static <T extends PfkeyExtension> T needed(@Nullable T extension, String name)
            throws RefusalException {
        if (extension == null) {
            throw RefusalException.invalid(name + " is missing");
        }
        return extension;
    }

    private static Prefix prefix(Address address) throws RefusalException {
        int bits = Prefix.bits(address.endpoint().address());
        if (address.prefixLength() > bits) {
            throw RefusalException.invalid(
                    "prefix length " + address.prefixLength() + ", there are " + bits + " bits");
        }
        return new Prefix(address.endpoint().address(), address.prefixLength());
    }

    private static long seconds(long unsigned) {
        return unsigned < 0 ? MAXIMUM_SECONDS : Math.min(unsigned, MAXIMUM_SECONDS);
    }

    private static <T> T at(List<T> values, int number, String name) throws RefusalException {
        if (number < 0 || number >= values.size()) {
            throw RefusalException.invalid(name + " " + number);
        }
        return values.get(number);
    }
}

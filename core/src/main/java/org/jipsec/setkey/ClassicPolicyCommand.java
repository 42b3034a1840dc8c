package org.jipsec.setkey;

import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.setkey.ClassicCursor.CommandFailed;
import org.jipsec.setkey.ClassicScanner.Kind;
import org.jipsec.setkey.ClassicScanner.StrayCharacter;
import org.jipsec.wire.Prefix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `spdadd`, `spdupdate`, `spddelete`. Addresses and ports are looked up when the whole command is
/// read, so messages about them quote its end.
final class ClassicPolicyCommand {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int GRE = 47;
    private static final int ICMPV6 = 58;
    private static final int MOBILITY_HEADER = 135;
    private static final Pattern TYPE_AND_CODE = Pattern.compile("([0-9]+),([0-9]+).*");
    private static final Pattern GRE_KEY =
            Pattern.compile("([0-9]+)\\.([0-9]+)\\.([0-9]+)\\.([0-9]+).*");

    /// @param prefix -1 for none
    private record Range(String host, long prefix, String port) {
        Range withPort(String other) {
            return new Range(host, prefix, other);
        }
    }

    private final ClassicSession session;
    private final ClassicCursor cursor;
    private final ClassicAddresses addresses;
    private final ClassicNames names;
    private final ClassicOutput output;

    ClassicPolicyCommand(
            ClassicSession session,
            ClassicCursor cursor,
            ClassicAddresses addresses,
            ClassicNames names,
            ClassicOutput output) {
        this.session = session;
        this.cursor = cursor;
        this.addresses = addresses;
        this.names = names;
        this.output = output;
    }

    /// @param command whose word has just been taken
    void run(Kind command) throws StrayCharacter, CommandFailed {
        if (cursor.at(Kind.TAGGED) && command != Kind.SPDDELETE) {
            runTagged();
            return;
        }
        addresses.readFlags();
        Range source = readRange();
        Range destination = readRange();
        int protocol = readUpperProtocol();
        Optional<String> detail =
                cursor.at(Kind.STRING) ? Optional.of(cursor.take().value()) : Optional.empty();
        Optional<SecurityContext> context =
                cursor.at(Kind.CONTEXT) ? ClassicSaCommand.readContext(cursor) : Optional.empty();
        ClassicPolicyText.Parsed parsed = readPolicy();
        cursor.expect(Kind.SEMICOLON);
        if (detail.isPresent()) {
            String[] ports = ports(protocol, detail.get());
            source = source.withPort(ports[0]);
            destination = destination.withPort(ports[1]);
        }
        // both are looked up before either failure counts: two may be reported
        Optional<List<Endpoint>> sources = tryLookUp(source);
        Optional<List<Endpoint>> destinations = tryLookUp(destination);
        if (sources.isEmpty() || destinations.isEmpty()) {
            throw new CommandFailed();
        }
        if (sources.get().size() > 1 || destinations.get().size() > 1) {
            throw cursor.failure("multiple address specified");
        }
        send(
                command,
                new Ends(
                        sources.get().get(0),
                        source.prefix(),
                        destinations.get().get(0),
                        destination.prefix(),
                        protocol),
                parsed,
                context);
    }

    /// `tagged`: Linux has no packet tags, drops this one, and then misses the addresses.
    private void runTagged() throws StrayCharacter, CommandFailed {
        cursor.take();
        cursor.expect(Kind.QUOTED);
        readPolicy();
        cursor.expect(Kind.SEMICOLON);
        session.refuse(Errno.EINVAL, cursor.line());
    }

    private Range readRange() throws StrayCharacter, CommandFailed {
        String host = cursor.expect(Kind.STRING).value();
        long prefix = -1;
        if (cursor.at(Kind.SLASH)) {
            cursor.take();
            prefix = ClassicSaCommand.number(cursor.expect(Kind.DECIMAL).value(), 10) & 0xff;
        }
        return new Range(host, prefix, addresses.readPort());
    }

    private int readUpperProtocol() throws StrayCharacter, CommandFailed {
        return switch (cursor.peek()) {
            case DECIMAL -> {
                long number = ClassicSaCommand.number(cursor.take().value(), 10) & 0xff;
                yield number == 0 ? Selector.ANY_PROTOCOL : (int) number; // Linux's 0 is any
            }
            case ANY -> {
                cursor.take();
                yield Selector.ANY_PROTOCOL;
            }
            case TCP -> {
                cursor.take();
                yield TCP;
            }
            case STRING -> {
                OptionalInt known = ProtocolNames.upperLayer(cursor.take().value());
                if (known.isEmpty()) {
                    throw cursor.failure("invalid upper layer protocol");
                }
                yield known.getAsInt();
            }
            default -> throw cursor.syntaxError();
        };
    }

    private ClassicPolicyText.Parsed readPolicy() throws StrayCharacter, CommandFailed {
        cursor.expect(Kind.POLICY);
        String text = cursor.expect(Kind.POLICY_TEXT).value();
        StringBuilder echo = new StringBuilder();
        try {
            return ClassicPolicyText.parse(text, names, echo);
        } catch (ClassicPolicyText.Refused refused) {
            if (!refused.complaint().isEmpty()) {
                output.raw(KeyMask.in(refused.complaint()));
            }
            throw cursor.failure(refused.reason());
        } finally {
            output.out().append(echo).flush();
        }
    }

    /// What the word after the protocol makes of the two ports.
    private String[] ports(int protocol, String detail) throws CommandFailed {
        switch (protocol) {
            case ICMP, ICMPV6, MOBILITY_HEADER -> {
                Matcher parts = TYPE_AND_CODE.matcher(detail);
                if (parts.matches()) {
                    return new String[] {parts.group(1), parts.group(2)};
                }
            }
            case GRE -> {
                Matcher parts = GRE_KEY.matcher(detail);
                if (parts.matches()) {
                    return new String[] {
                        half(parts.group(1), parts.group(2)), half(parts.group(3), parts.group(4))
                    };
                }
            }
            default -> {
                // the original takes what lies on its stack for two names of services
                return new String[] {"", ""};
            }
        }
        throw cursor.failure("invalid an upper layer protocol spec");
    }

    private static String half(String high, String low) {
        long key = (ClassicSaCommand.number(high, 10) << 8) + ClassicSaCommand.number(low, 10);
        return Long.toUnsignedString(key);
    }

    private Optional<List<Endpoint>> tryLookUp(Range range) {
        try {
            if (range.port().isEmpty()) {
                throw cursor.failure(ClassicNames.UNKNOWN_SERVICE);
            }
            return Optional.of(addresses.lookUp(range.host(), range.port()));
        } catch (CommandFailed said) {
            return Optional.empty();
        }
    }

    /// @param sourcePrefix -1 for the whole address
    /// @param destinationPrefix likewise
    private record Ends(
            Endpoint source,
            long sourcePrefix,
            Endpoint destination,
            long destinationPrefix,
            int protocol) {
        /// Empty when a prefix is longer than its address.
        Optional<Selector> selector() {
            Optional<Prefix> from = prefix(source, sourcePrefix);
            Optional<Prefix> to = prefix(destination, destinationPrefix);
            return from.flatMap(
                    one ->
                            to.map(
                                    other ->
                                            new Selector(
                                                    one,
                                                    source.port(),
                                                    other,
                                                    destination.port(),
                                                    protocol)));
        }

        private static Optional<Prefix> prefix(Endpoint end, long length) {
            int bits = Prefix.bits(end.address());
            if (length > bits) {
                return Optional.empty();
            }
            return Optional.of(new Prefix(end.address(), length < 0 ? bits : (int) length));
        }
    }

    private void send(
            Kind command,
            Ends ends,
            ClassicPolicyText.Parsed parsed,
            Optional<SecurityContext> context)
            throws CommandFailed {
        if (ends.source().isIpv4() != ends.destination().isIpv4()) {
            throw new CommandFailed(); // without a word, as the original
        }
        boolean copied = parsed.direction() == Direction.IN && session.settings().forwardCopies();
        Optional<Selector> selector = ends.selector();
        if (selector.isEmpty()) {
            session.refuse(Errno.EINVAL, cursor.line());
            if (copied) {
                session.refuse(Errno.EINVAL, cursor.line());
            }
            return;
        }
        Policy policy =
                new Policy(
                        selector.get(),
                        parsed.direction(),
                        parsed.action(),
                        parsed.priority(),
                        parsed.rules(),
                        Lifetime.UNLIMITED,
                        context,
                        0);
        session.send(operation(command, policy), cursor.line());
        if (copied) {
            session.send(operation(command, forwardCopy(policy)), cursor.line());
        }
    }

    /// The same for packets that are routed on. A first rule that is unique becomes a required one:
    /// its SAs' ids are those of the policy in; later rules keep theirs.
    static Policy forwardCopy(Policy policy) {
        Policy copy = policy.withDirection(Direction.FWD);
        if (policy.rules().isEmpty() || policy.rules().get(0).level() != PolicyLevel.UNIQUE) {
            return copy;
        }
        PolicyRule first = policy.rules().get(0);
        List<PolicyRule> rules = new ArrayList<>(policy.rules());
        rules.set(
                0,
                new PolicyRule(
                        first.protocol(), first.mode(), PolicyLevel.REQUIRE, 0, first.endpoints()));
        return copy.withRules(rules);
    }

    private static SadbOperation operation(Kind command, Policy policy) {
        return switch (command) {
            case SPDUPDATE -> new SadbOperation.UpdatePolicy(policy);
            case SPDDELETE -> new SadbOperation.DeletePolicy(policy);
            default -> new SadbOperation.AddPolicy(policy);
        };
    }
}

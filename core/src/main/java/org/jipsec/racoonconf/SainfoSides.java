package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.IdentityType;
import org.jipsec.ike.settings.SainfoSettings.Side;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads whose traffic a sainfo is for: what stands between `sainfo` and `from`, `group` or the
/// brace.
final class SainfoSides {
    private static final int ICMP = 1;
    private static final int ICMP6 = 58;
    private static final Map<String, Integer> PROTOCOLS =
            Map.of(
                    "any", 0, "icmp", ICMP, "tcp", 6, "udp", 17, "gre", 47, "esp", 50, "ah", 51,
                    "icmp6", ICMP6, "ipcomp", 108);

    record Head(Side local, Side remote) {}

    /// Where `from` or `group` stands, or behind the last argument.
    static int end(Statement section) {
        int at = 0;
        while (at < section.arguments().size()
                && !section.word(at).equals("from")
                && !section.word(at).equals("group")) {
            at++;
        }
        return at;
    }

    /// One identity as it is written; what is not there is empty.
    private record Written(
            Argument.Word type,
            Argument value,
            Optional<Argument.RangeEnd> last,
            Optional<Argument.PrefixLength> prefix,
            Optional<Argument> port,
            Optional<Argument> protocol) {
        Span span() {
            return type.span().to(protocol.map(Argument::span).orElse(value.span()));
        }
    }

    /// Goes along the arguments.
    private static final class Cursor {
        private final List<Argument> arguments;
        private int at;

        Cursor(List<Argument> arguments) {
            this.arguments = arguments;
        }

        boolean atEnd() {
            return at == arguments.size();
        }

        Argument next() {
            return arguments.get(at++);
        }

        <T extends Argument> Optional<T> ifIs(Class<T> kind) {
            return !atEnd() && kind.isInstance(arguments.get(at))
                    ? Optional.of(kind.cast(next()))
                    : Optional.empty();
        }

        Optional<Argument> ifIsAnyPort() {
            return !atEnd()
                            && arguments.get(at) instanceof Argument.Word word
                            && word.text().equals("[any]")
                    ? Optional.of(next())
                    : Optional.empty();
        }
    }

    /// Empty, and reported, when one of the sides is none.
    Optional<Head> read(SourceFile file, Statement.Section section) {
        Cursor cursor = new Cursor(section.arguments().subList(0, end(section)));
        Optional<Side> local = side(file, cursor);
        Optional<Side> remote =
                cursor.atEnd() ? Optional.of(new Side.Anonymous()) : side(file, cursor);
        if (local.isEmpty() || remote.isEmpty()) {
            return Optional.empty();
        }
        if (local.get() instanceof Side.Of one
                && remote.get() instanceof Side.Of other
                && family(one.identity()) != family(other.identity())
                && family(one.identity()) != 0
                && family(other.identity()) != 0) {
            file.report(
                    Code.FAMILIES_DIFFER
                            .at(section.span(), "the two sides are of different address families")
                            .hint("no policy has both: write two of IPv4, or two of IPv6"));
            return Optional.empty();
        }
        return Optional.of(new Head(local.get(), remote.get()));
    }

    private static int family(Identity identity) {
        return switch (identity.type()) {
            case IPV4_ADDRESS, IPV4_SUBNET, IPV4_RANGE -> 4;
            case IPV6_ADDRESS, IPV6_SUBNET, IPV6_RANGE -> 6;
            case FQDN, USER_FQDN, DISTINGUISHED_NAME, GENERAL_NAME, KEY_ID -> 0;
        };
    }

    private Optional<Side> side(SourceFile file, Cursor cursor) {
        Argument.Word first = (Argument.Word) cursor.next();
        if (first.text().equals("anonymous")) {
            return Optional.of(new Side.Anonymous());
        }
        if (first.text().equals("clientaddr")) {
            return Optional.of(new Side.ClientAddress());
        }
        Argument value = cursor.next();
        if (value instanceof Argument.Quoted quoted) {
            return named(file, first, quoted).map(Side.Of::new);
        }
        Optional<Argument.RangeEnd> last = cursor.ifIs(Argument.RangeEnd.class);
        Optional<Argument.PrefixLength> prefix = cursor.ifIs(Argument.PrefixLength.class);
        Optional<Argument> port =
                cursor.ifIs(Argument.Port.class).map(Argument.class::cast).or(cursor::ifIsAnyPort);
        Optional<Argument> protocol =
                cursor.atEnd() ? Optional.empty() : Optional.of(cursor.next());
        Written written = new Written(first, value, last, prefix, port, protocol);
        return addressed(file, written).map(Side.Of::new);
    }

    private static Optional<Identity> named(
            SourceFile file, Argument.Word type, Argument.Quoted value) {
        return switch (type.text()) {
            case "fqdn" -> Optional.of(Identity.ofText(IdentityType.FQDN, value.text()));
            case "user_fqdn" -> Optional.of(Identity.ofText(IdentityType.USER_FQDN, value.text()));
            case "keyid" -> Optional.of(Identity.ofText(IdentityType.KEY_ID, value.text()));
            case "asn1dn" -> {
                file.classic(value.span(), "id type forbidden: 5");
                file.report(
                        Code.IDENTIFIER_FORBIDDEN
                                .at(
                                        type.span().to(value.span()),
                                        "traffic cannot be named by a distinguished name")
                                .hint("for the peer's name write: from asn1dn \"...\""));
                yield Optional.empty();
            }
            default -> {
                file.report(
                        Code.BAD_ADDRESS
                                .at(value.span(), "an address stands without quotes here")
                                .hint("%s %s any".formatted(type.text(), value.text())));
                yield Optional.empty();
            }
        };
    }

    private static Optional<Identity> addressed(SourceFile file, Written written) {
        int port = port(file, written);
        Optional<Integer> protocol = protocol(file, written);
        Optional<InetAddress> address = Values.address(file, written.value(), port);
        if (protocol.isEmpty() || address.isEmpty() || clash(file, written, protocol.get(), port)) {
            return Optional.empty();
        }
        if (againstFamily(file, written, address.get(), protocol.get())) {
            return Optional.empty();
        }
        if (port != 0) {
            file.report(
                    Code.PORT_WITHOUT_EFFECT
                            .at(
                                    written.port().map(Argument::span).orElse(written.span()),
                                    "racoon does not compare ports when it looks for a sainfo")
                            .hint("the port of the policy counts: leave this one out"));
        }
        if (written.last().isPresent()) {
            return range(file, written, address.get(), protocol.get(), port);
        }
        if (written.prefix().isEmpty()) {
            return Optional.of(Identity.of(address.get(), protocol.get(), port));
        }
        Argument.PrefixLength length = written.prefix().get();
        int longest = address.get() instanceof Inet4Address ? 32 : 128;
        if (length.bits() > longest) {
            file.report(
                    Code.PREFIX_RANGE
                            .at(
                                    length.span(),
                                    "/%d is longer than an %s address"
                                            .formatted(
                                                    length.bits(), longest == 32 ? "IPv4" : "IPv6"))
                            .hint("/0 to /" + longest));
            return Optional.empty();
        }
        Prefix network = new Prefix(address.get(), length.bits());
        if (!network.network().address().equals(network.address())) {
            file.report(
                    Code.HOST_BITS
                            .at(
                                    written.value().span().to(length.span()),
                                    "the address has bits behind its prefix length")
                            .hint("as a network it is " + network.network()));
        }
        boolean isHost = length.bits() == longest && written.type().text().equals("address");
        return Optional.of(
                isHost
                        ? Identity.of(address.get(), protocol.get(), port)
                        : Identity.of(network, protocol.get(), port));
    }

    private static Optional<Identity> range(
            SourceFile file, Written written, InetAddress first, int protocol, int port) {
        Argument.RangeEnd end = written.last().orElseThrow();
        Optional<InetAddress> last = Values.address(file, end, port);
        if (last.isEmpty()) {
            return Optional.empty();
        }
        if (first.getClass() != last.get().getClass()) {
            file.report(
                    Code.FAMILIES_DIFFER
                            .at(
                                    written.value().span().to(end.span()),
                                    "a range from one address family to another")
                            .hint("both ends must be IPv4, or both IPv6"));
            return Optional.empty();
        }
        if (Arrays.compareUnsigned(first.getAddress(), last.get().getAddress()) > 0) {
            file.report(
                    Code.RANGE_BACKWARDS
                            .at(
                                    written.value().span().to(end.span()),
                                    "the range ends before it begins")
                            .hint("%s-%s".formatted(IpText.text(last.get()), IpText.text(first))));
        }
        return Optional.of(Identity.ofRange(first, last.get(), protocol, port));
    }

    private static int port(SourceFile file, Written written) {
        return written.port()
                .filter(Argument.Port.class::isInstance)
                .map(Argument.Port.class::cast)
                .map(port -> Values.port(file, port))
                .orElse(0);
    }

    /// Of the upper layer; empty, and reported, when there is no such one.
    private static Optional<Integer> protocol(SourceFile file, Written written) {
        Argument argument = written.protocol().orElse(written.value());
        if (argument instanceof Argument.Number number) {
            return Optional.of(Values.number(file, number, 0, 255));
        }
        return Optional.ofNullable(PROTOCOLS.get(Values.text(argument)));
    }

    private static boolean clash(SourceFile file, Written written, int protocol, int port) {
        if (port == 0 || protocol != ICMP && protocol != ICMP6) {
            return false;
        }
        Span at = written.protocol().map(Argument::span).orElse(written.span());
        file.classic(at, "port number must be \"any\".");
        file.report(
                Code.PORT_NOT_WANTED
                        .at(written.span(), "ICMP has no ports")
                        .hint("leave the port out"));
        return true;
    }

    private static boolean againstFamily(
            SourceFile file, Written written, InetAddress address, int protocol) {
        boolean wrong =
                address instanceof Inet4Address && protocol == ICMP6
                        || address instanceof Inet6Address && protocol == ICMP;
        if (wrong) {
            Span at = written.protocol().map(Argument::span).orElse(written.span());
            file.classic(at, "upper layer protocol mismatched.\n");
            file.report(
                    Code.PROTOCOL_AGAINST_FAMILY
                            .at(
                                    at,
                                    protocol == ICMP
                                            ? "an IPv6 address with the ICMP of IPv4"
                                            : "an IPv4 address with the ICMP of IPv6")
                            .hint("write " + (protocol == ICMP ? "icmp6" : "icmp")));
        }
        return wrong;
    }
}

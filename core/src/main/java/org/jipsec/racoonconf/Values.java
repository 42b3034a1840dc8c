package org.jipsec.racoonconf;

import org.jipsec.crypto.DhGroup;
import org.jipsec.diag.Span;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Reads the values that several sections have.
final class Values {
    private static final int HIGHEST_PORT = 65535;
    private static final Map<String, Integer> UNITS =
            Map.of(
                    "sec", 1, "secs", 1, "second", 1, "seconds", 1, "min", 60, "mins", 60, "minute",
                    60, "minutes", 60, "hour", 3600, "hours", 3600);

    private Values() {}

    /// Reports what is no address.
    ///
    /// @param port as racoon's resolver names it
    static Optional<InetAddress> address(SourceFile file, Argument argument, long port) {
        Optional<InetAddress> address = lookUp(file, argument, port);
        if (address.isEmpty()) {
            Span whole = Words.around(file.source(), argument.span());
            boolean isName = Words.isName(file.source().text(whole));
            file.report(
                    Code.BAD_ADDRESS
                            .at(
                                    isName ? whole : argument.span(),
                                    "`%s` is no address"
                                            .formatted(
                                                    isName
                                                            ? file.source().text(whole)
                                                            : text(argument)))
                            .hint(
                                    isName
                                            ? "host names are not looked up: write the address"
                                            : "write one like 192.0.2.1 or 2001:db8::1"));
        }
        return address;
    }

    /// What is no address is noted for `--classic` alone.
    static Optional<InetAddress> lookUp(SourceFile file, Argument argument, long port) {
        Optional<InetAddress> address = IpText.parse(text(argument));
        if (address.isEmpty()) {
            file.classicBare(
                    argument.span(),
                    "getaddrinfo(%s,%d): Name or service not known"
                            .formatted(text(argument), port));
        }
        return address;
    }

    /// Of an address, or of text between quotes.
    static String text(Argument argument) {
        return switch (argument) {
            case Argument.Address address -> address.text();
            case Argument.Quoted quoted -> quoted.text();
            case Argument.RangeEnd end -> end.text();
            case Argument.Word word -> word.text();
            case Argument.Number number -> Long.toString(number.value());
            case Argument.PrefixLength length -> Integer.toString(length.bits());
            case Argument.Port port -> Long.toString(port.number());
        };
    }

    static int port(SourceFile file, Argument.Port port) {
        if (port.number() > HIGHEST_PORT) {
            file.report(
                    Code.PORT_RANGE
                            .at(port.span(), "port %d does not exist".formatted(port.number()))
                            .hint("0 to 65535"));
            return 0;
        }
        return (int) port.number();
    }

    /// A number as racoon does not read it when something is stuck to it: racoon makes 0 of that.
    static long number(SourceFile file, Argument.Number number) {
        if (!number.glue().isEmpty()) {
            file.report(
                    Code.GLUED_NUMBER
                            .at(
                                    number.span(),
                                    "racoon reads `%s%d` as 0"
                                            .formatted(number.glue(), number.value()))
                            .label("read as %d here".formatted(number.value()))
                            .hint("leave `%s` out".formatted(number.glue())));
        }
        return number.value();
    }

    /// A number that must lie between two.
    static int number(SourceFile file, Argument.Number number, int least, int most) {
        long value = number(file, number);
        if (value < least || value > most) {
            file.report(
                    Code.NUMBER_RANGE
                            .at(number.span(), "%d is out of range".formatted(value))
                            .hint("%d to %d".formatted(least, most)));
            return least;
        }
        return (int) value;
    }

    /// `NUMBER unit` at `index` of the arguments.
    static Duration time(SourceFile file, Statement statement, int index) {
        int unit = UNITS.getOrDefault(statement.word(index + 1), 1);
        return Duration.ofSeconds(
                (long) unit * number(file, statement.number(index), 0, Integer.MAX_VALUE / 3600));
    }

    /// `lifetime time ...`; empty, and reported, when it is one in bytes.
    ///
    /// @param classic racoon's words for one in bytes
    static Optional<Duration> lifetime(SourceFile file, Statement statement, String classic) {
        if (statement.word(0).equals("byte")) {
            file.classic(last(statement), classic);
            file.report(
                    Code.BYTE_LIFETIME
                            .at(statement.span(), "lifetimes in bytes can no longer be set here")
                            .hint("leave the line out, or write lifetime time"));
            return Optional.empty();
        }
        Duration time = time(file, statement, 1);
        if (time.isZero()) {
            file.report(
                    Code.LIFETIME_ZERO
                            .at(statement.span(), "a lifetime of nothing")
                            .hint("leave it out for the default of 8 hours"));
            return Optional.of(Duration.ofHours(8));
        }
        return Optional.of(time);
    }

    /// The last word before the semicolon.
    static Span last(Statement statement) {
        return statement.arguments().isEmpty()
                ? statement.name().span()
                : statement.arguments().getLast().span();
    }

    /// The semicolon or brace itself.
    static Span end(Statement statement) {
        return new Span(statement.span().end() - 1, statement.span().end());
    }

    /// What racoon has reached when it judges the algorithm at `index`: its key length, or else the
    /// comma or semicolon behind it.
    static Span behind(SourceFile file, Statement statement, int index) {
        if (index + 1 < statement.arguments().size()
                && statement.arguments().get(index + 1) instanceof Argument.Number number) {
            return number.span();
        }
        int at = statement.arguments().get(index).span().end();
        while (at < statement.span().end() - 1
                && file.source().u8(at) != ','
                && file.source().u8(at) != ';') {
            at++;
        }
        return new Span(at, at + 1);
    }

    /// `dh_group` or `pfs_group`, by word or number.
    static Optional<DhGroup> group(SourceFile file, Argument argument) {
        Optional<DhGroup> group =
                argument instanceof Argument.Number number
                        ? DhGroup.ofNumber((int) Math.min(number(file, number), 1 << 16))
                        : DhGroup.ofWord(text(argument));
        if (group.isPresent()) {
            return group;
        }
        String text = text(argument);
        boolean binary =
                text.equals("3")
                        || text.equals("4")
                        || text.equals("ec2n155")
                        || text.equals("ec2n185");
        if (binary) {
            file.report(
                    Code.ELLIPTIC_BINARY_GROUP
                            .at(
                                    argument.span(),
                                    "groups 3 and 4 were never built by anyone: racoon takes them,"
                                            + " and fails in every negotiation")
                            .hint("modp2048, or ecp256 between two jracoons"));
        } else {
            file.classic(argument.span(), "must be DH group");
            file.report(
                    Code.DH_GROUP
                            .at(argument.span(), "`%s` is no Diffie-Hellman group".formatted(text))
                            .hint("1, 2, 5, 14 to 21, or modp768 to modp8192, ecp256 to ecp521"));
        }
        return Optional.empty();
    }
}

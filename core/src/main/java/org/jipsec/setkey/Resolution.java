package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.sadb.Selector;
import org.jipsec.setkey.AddressOptions.Family;
import org.jipsec.wire.IpText;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// What addresses, ports and protocols mean, by number or by name. Reports what has no meaning and
/// then answers with nothing.
final class Resolution {
    private static final int LAST_PORT = 0xffff;
    private static final int LONGEST_SHOWN = 40;

    private final NameResolver names;
    private final Diagnostics problems;

    Resolution(NameResolver names, Diagnostics problems) {
        this.names = names;
        this.problems = problems;
    }

    /// The addresses of a host that `options` let pass.
    List<InetAddress> addresses(Located<String> name, AddressOptions options) {
        Optional<InetAddress> numeric = IpText.parse(name.value());
        if (numeric.isPresent()) {
            if (!fits(numeric.get(), options)) {
                problems.report(
                        Code.FAMILY_EXCLUDED
                                .at(
                                        name.span(),
                                        "an %s address where %s wants the other family"
                                                .formatted(family(numeric.get()), flag(options)))
                                .hint("leave out " + flag(options)));
                return List.of();
            }
            return List.of(numeric.get());
        }
        Optional<Diagnostic.Builder> malformed = malformed(name);
        if (malformed.isPresent()) {
            problems.report(malformed.get());
            return List.of();
        }
        if (options.numericOnly()) {
            problems.report(
                    Code.LOOKUP_FORBIDDEN
                            .at(name.span(), "a host name where -n wants a numeric address")
                            .hint("write the address, or leave out -n"));
            return List.of();
        }
        List<InetAddress> found = names.addresses(name.value());
        List<InetAddress> fitting =
                found.stream().filter(address -> fits(address, options)).toList();
        if (fitting.isEmpty()) {
            problems.report(
                    Code.BAD_ADDRESS
                            .at(
                                    name.span(),
                                    found.isEmpty()
                                            ? "no address is known for this name"
                                            : "no address of the family that %s wants is known for this name"
                                                    .formatted(flag(options)))
                            .hint(
                                    "write a numeric address: an SA should not depend on name"
                                            + " service"));
        }
        return fitting;
    }

    /// A numeric address, as policies want it.
    Optional<InetAddress> numeric(Located<String> name) {
        Optional<InetAddress> numeric = IpText.parse(name.value());
        if (numeric.isEmpty()) {
            problems.report(
                    malformed(name)
                            .orElseGet(
                                    () ->
                                            Code.BAD_ADDRESS
                                                    .at(
                                                            name.span(),
                                                            "a rule's addresses must be numeric")
                                                    .hint(
                                                            "write the address of this end of the"
                                                                    + " tunnel")));
        }
        return numeric;
    }

    /// What can only be a numeric address gone wrong.
    private static Optional<Diagnostic.Builder> malformed(Located<String> name) {
        String text = name.value();
        if (text.indexOf(':') >= 0) {
            return Optional.of(
                    text.indexOf('%') >= 0
                                    && IpText.parse(text.substring(0, text.indexOf('%')))
                                            .isPresent()
                            ? Code.BAD_ADDRESS
                                    .at(
                                            name.span(),
                                            "the scope of this address is no interface here")
                                    .hint("see which interfaces there are: ip -6 address")
                            : Code.BAD_ADDRESS
                                    .at(name.span(), "not an IPv6 address")
                                    .hint(
                                            "up to eight groups of hexadecimal digits, one :: at"
                                                    + " most"));
        }
        if (!text.chars().allMatch(c -> c == '.' || c == ',' || (c >= '0' && c <= '9'))) {
            return Optional.empty();
        }
        String[] parts = text.split("\\.", -1);
        Diagnostic.Builder problem = Code.BAD_ADDRESS.at(name.span(), "not an IPv4 address");
        for (String part : parts) {
            if (part.length() > 1 && part.length() < 4 && part.startsWith("0")) {
                return Optional.of(
                        problem.label("%s is octal to some programs".formatted(part))
                                .hint("write it without leading zeros"));
            }
            if (part.matches("[0-9]+") && Figure.decimal(part) > 255 && parts.length > 1) {
                return Optional.of(problem.label("no part can be above 255"));
            }
        }
        return Optional.of(problem.hint("four numbers from 0 to 255 with dots between them"));
    }

    private static boolean fits(InetAddress address, AddressOptions options) {
        return options.family().isEmpty()
                || (options.family().get() == Family.IPV4) == address instanceof Inet4Address;
    }

    private static String flag(AddressOptions options) {
        return options.family().map(family -> family == Family.IPV4 ? "-4" : "-6").orElse("");
    }

    static String family(InetAddress address) {
        return address instanceof Inet4Address ? "IPv4" : "IPv6";
    }

    /// @return 0 for `any` and where there is none
    OptionalInt port(Optional<Located<String>> port) {
        if (port.isEmpty() || port.get().value().equals("any")) {
            return OptionalInt.of(0);
        }
        Located<String> text = port.get();
        if (isNumber(text.value())) {
            long number = Figure.decimal(text.value());
            if (number >= 0 && number <= LAST_PORT) {
                return OptionalInt.of((int) number);
            }
            problems.report(
                    Code.PORT_RANGE
                            .at(
                                    text.span(),
                                    "port %s does not exist (0 to 65535)"
                                            .formatted(abridged(text.value())))
                            .note(
                                    "setkey would have installed port %d here without a word"
                                            .formatted(number & LAST_PORT)));
            return OptionalInt.empty();
        }
        OptionalInt service = names.service(text.value());
        if (service.isEmpty()) {
            problems.report(
                    Code.UNKNOWN_SERVICE
                            .at(
                                    text.span(),
                                    "no service `%s` over UDP is known here"
                                            .formatted(abridged(KeyMask.in(text.value()))))
                            .note("setkey looks ports up as UDP services, whatever the protocol")
                            .hint("write the number of the port"));
        }
        return service;
    }

    /// The protocol above IP, [Selector#ANY_PROTOCOL] for any.
    OptionalInt protocol(Located<String> upper) {
        String text = upper.value();
        if (text.equals("any")) {
            return OptionalInt.of(Selector.ANY_PROTOCOL);
        }
        if (isNumber(text)) {
            long number = Figure.decimal(text);
            if (number >= 0 && number <= 255) {
                return OptionalInt.of((int) number);
            }
            problems.report(
                    Code.PROTOCOL_RANGE.at(
                            upper.span(),
                            "protocol %s does not exist (0 to 255)".formatted(abridged(text))));
            return OptionalInt.empty();
        }
        OptionalInt number =
                switch (text) {
                    case "tcp" -> OptionalInt.of(6);
                    case "esp" -> OptionalInt.of(50);
                    case "ah" -> OptionalInt.of(51);
                    case "ipcomp" -> OptionalInt.of(108);
                    default -> names.protocol(text);
                };
        if (number.isEmpty()) {
            OptionalInt lower = names.protocol(text.toLowerCase(Locale.ROOT));
            problems.report(
                    Code.UNKNOWN_PROTOCOL
                            .at(
                                    upper.span(),
                                    "no protocol `%s` above IP is known here"
                                            .formatted(abridged(KeyMask.in(text))))
                            .hint(
                                    lower.isPresent()
                                            ? "write `%s`".formatted(text.toLowerCase(Locale.ROOT))
                                            : "write its number, or any for all"));
        }
        return number;
    }

    private static String abridged(String text) {
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
    }

    private static boolean isNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }
}

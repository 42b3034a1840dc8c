package org.jipsec.setkey;

import org.jipsec.sadb.Endpoint;
import org.jipsec.setkey.ClassicCursor.CommandFailed;
import org.jipsec.setkey.ClassicNames.LookupFailed;
import org.jipsec.setkey.ClassicScanner.Kind;
import org.jipsec.setkey.ClassicScanner.StrayCharacter;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Hosts and ports of one command: `-4 -6 -n`, `[port]`, and getaddrinfo.
final class ClassicAddresses {
    /// The port of a host without one, and of `[any]`.
    static final String NO_PORT = "0";

    private enum Family {
        ANY,
        IPV4,
        IPV6
    }

    private final ClassicCursor cursor;
    private final ClassicNames names;
    private Family family = Family.ANY;
    private boolean numericOnly;

    ClassicAddresses(ClassicCursor cursor, ClassicNames names) {
        this.cursor = cursor;
        this.names = names;
    }

    /// Reads `-4`, `-6`, `-n` in any number; what an earlier command said is forgotten.
    void readFlags() throws StrayCharacter {
        family = Family.ANY;
        numericOnly = false;
        while (cursor.at(Kind.FAMILY_FLAGS)) {
            for (char flag : cursor.take().value().substring(1).toCharArray()) {
                switch (flag) {
                    case '4' -> family = Family.IPV4;
                    case '6' -> family = Family.IPV6;
                    default -> numericOnly = true;
                }
            }
        }
    }

    /// Reads `HOST[PORT]` and looks it up at once.
    List<Endpoint> readHostAndPort() throws StrayCharacter, CommandFailed {
        String host = cursor.expect(Kind.STRING).value();
        return lookUp(host, readPort());
    }

    /// Reads a host without a port and looks it up before another word is read.
    List<Endpoint> readHost() throws StrayCharacter, CommandFailed {
        return lookUp(cursor.expect(Kind.STRING).value(), NO_PORT);
    }

    /// Reads `[any]`, a number or a name in brackets, or nothing.
    String readPort() throws StrayCharacter, CommandFailed {
        if (!cursor.at(Kind.OPEN)) {
            return NO_PORT;
        }
        cursor.take();
        String port =
                switch (cursor.peek()) {
                    case ANY -> {
                        cursor.take();
                        yield NO_PORT;
                    }
                    case DECIMAL, STRING -> cursor.take().value();
                    default -> throw cursor.syntaxError();
                };
        cursor.expect(Kind.CLOSE);
        return port;
    }

    /// All addresses of `host` with `port`, at least one.
    List<Endpoint> lookUp(String host, String port) throws CommandFailed {
        try {
            int number = port(port);
            return addresses(host).stream().map(address -> new Endpoint(address, number)).toList();
        } catch (LookupFailed failed) {
            throw cursor.failure(failed.text());
        }
    }

    private int port(String text) throws LookupFailed {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            String digits = text.replaceFirst("^0+(?=.)", "");
            int number = digits.length() > 5 ? Integer.MAX_VALUE : Integer.parseInt(digits);
            if (number > 0xffff) {
                throw new LookupFailed(ClassicNames.portTooBig(digits));
            }
            return number;
        }
        OptionalInt known = names.udpPort(text);
        if (known.isEmpty()) {
            throw new LookupFailed(ClassicNames.UNKNOWN_SERVICE);
        }
        return known.getAsInt();
    }

    private List<InetAddress> addresses(String host) throws LookupFailed {
        Optional<InetAddress> numeric = names.numeric(host);
        if (numeric.isPresent()) {
            if (!wanted(numeric.get())) {
                throw new LookupFailed(ClassicNames.WRONG_FAMILY);
            }
            return List.of(numeric.get());
        }
        if (numericOnly) {
            throw new LookupFailed(ClassicNames.UNKNOWN_HOST);
        }
        List<InetAddress> found = names.addresses(host).stream().filter(this::wanted).toList();
        if (found.isEmpty()) {
            throw new LookupFailed(ClassicNames.UNKNOWN_HOST);
        }
        return found;
    }

    private boolean wanted(InetAddress address) {
        return switch (family) {
            case ANY -> true;
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> !(address instanceof Inet4Address);
        };
    }
}

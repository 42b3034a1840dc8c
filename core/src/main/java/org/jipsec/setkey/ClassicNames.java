package org.jipsec.setkey;

import org.jipsec.wire.IpText;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The host's name databases as getaddrinfo sees them: injected, so that a test needs no DNS.
public interface ClassicNames {
    /// getaddrinfo's text for `EAI_NONAME`.
    String UNKNOWN_HOST = "Name or service not known";

    /// getaddrinfo's text for `EAI_SERVICE`.
    String UNKNOWN_SERVICE = "Servname not supported for ai_socktype";

    /// getaddrinfo's text for `EAI_ADDRFAMILY`.
    String WRONG_FAMILY = "Address family for hostname not supported";

    /// The lookup failed.
    final class LookupFailed extends Exception {
        private static final long serialVersionUID = 1L;

        /// @param text what gai_strerror says
        public LookupFailed(String text) {
            super(text);
        }

        /// What gai_strerror says.
        public String text() {
            return String.valueOf(getMessage());
        }
    }

    /// The host's own databases, behind what getaddrinfo takes for an address without asking them.
    static ClassicNames over(NameResolver resolver) {
        return new ClassicNames() {
            @Override
            public Optional<InetAddress> numeric(String host) {
                return IpText.parse(host).or(() -> posixLiteral(host));
            }

            @Override
            public List<InetAddress> addresses(String name) throws LookupFailed {
                List<InetAddress> found = resolver.addresses(name);
                if (found.isEmpty()) {
                    throw new LookupFailed(UNKNOWN_HOST);
                }
                return found;
            }

            @Override
            public OptionalInt udpPort(String service) {
                return resolver.service(service);
            }
        };
    }

    /// `10.1`, `0x0a000001`, `012.0.0.1`: what inet_aton has always taken.
    private static Optional<InetAddress> posixLiteral(String text) {
        if (text.isEmpty() || !Character.isDigit(text.charAt(0))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Inet4Address.ofPosixLiteral(text));
        } catch (IllegalArgumentException notNumeric) {
            return Optional.empty();
        }
    }

    /// What AI_NUMERICHOST takes: dotted numbers, IPv6 with or without a scope.
    Optional<InetAddress> numeric(String host);

    /// All addresses of a name, at least one, in the resolver's order.
    List<InetAddress> addresses(String name) throws LookupFailed;

    /// The port of a UDP service.
    OptionalInt udpPort(String service);

    /// Ours: the original cuts the number to 16 bits and installs another port.
    static String portTooBig(String digits) {
        return "port " + (digits.length() > 20 ? "number" : digits) + " is above 65535";
    }
}

package org.jipsec.setkey;

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

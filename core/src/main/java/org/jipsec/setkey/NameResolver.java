package org.jipsec.setkey;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;

/// The host's databases of names. Never asked about numeric addresses and plain numbers.
public interface NameResolver {
    /// The addresses of a host, in the order in which they should be tried; empty when it is
    /// unknown.
    List<InetAddress> addresses(String host);

    /// The port of a service over UDP.
    OptionalInt service(String name);

    /// The number of a protocol above IP.
    OptionalInt protocol(String name);
}

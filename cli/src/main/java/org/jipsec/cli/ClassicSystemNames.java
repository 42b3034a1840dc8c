package org.jipsec.cli;

import org.jipsec.setkey.ClassicNames;
import org.jipsec.setkey.SystemNames;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The names of this host as the original asks for them.
final class ClassicSystemNames implements ClassicNames {
    private final SystemNames names = new SystemNames();

    @Override
    public Optional<InetAddress> numeric(String host) {
        return IpText.parse(host);
    }

    @Override
    public List<InetAddress> addresses(String name) throws LookupFailed {
        try {
            return List.of(InetAddress.getAllByName(name));
        } catch (UnknownHostException unknown) {
            throw new LookupFailed(UNKNOWN_HOST);
        }
    }

    @Override
    public OptionalInt udpPort(String service) {
        return names.service(service);
    }
}

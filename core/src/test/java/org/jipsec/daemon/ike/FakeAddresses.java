package org.jipsec.daemon.ike;

import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// Addresses that come and go as a test says.
final class FakeAddresses implements AddressFollower {
    private final List<InetAddress> first;
    private Consumer<List<InetAddress>> changed = _ -> {};

    FakeAddresses(String... first) {
        this.first = parsed(first);
    }

    void become(String... addresses) {
        changed.accept(parsed(addresses));
    }

    private static List<InetAddress> parsed(String... addresses) {
        return Arrays.stream(addresses).map(each -> IpText.parse(each).orElseThrow()).toList();
    }

    @Override
    public List<InetAddress> follow(Consumer<List<InetAddress>> told, Consumer<String> failed) {
        changed = told;
        return first;
    }

    @Override
    public void close() {}
}

package org.jipsec.os;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/// Writes socket addresses as the kernel wants them.
final class SocketNames {
    private SocketNames() {}

    /// @param memory empty, at least [Layouts#SOCKADDR_SLOT] octets
    /// @return how many octets the address takes
    static int write(NativeBuffer memory, InetSocketAddress address) {
        byte[] octets = address.getAddress().getAddress();
        memory.putShort(
                Layouts.SOCKADDR_FAMILY, (short) IpFamily.of(address.getAddress()).number());
        memory.putNetworkShort(Layouts.SOCKADDR_PORT, address.getPort());
        if (address.getAddress() instanceof Inet6Address ipv6) {
            memory.copyFrom(octets, 0, octets.length, Layouts.SOCKADDR_IN6_ADDRESS);
            memory.putInt(Layouts.SOCKADDR_IN6_SCOPE, ipv6.getScopeId());
            return Layouts.SOCKADDR_IN6_SIZE;
        }
        memory.copyFrom(octets, 0, octets.length, Layouts.SOCKADDR_IN_ADDRESS);
        return Layouts.SOCKADDR_IN_SIZE;
    }
}

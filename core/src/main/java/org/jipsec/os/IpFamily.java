package org.jipsec.os;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/// The two versions of IP, each with sockets of its own.
public enum IpFamily {
    IPV4(Layouts.AF_INET, 4),
    IPV6(Layouts.AF_INET6, 16);

    private final int number;
    private final int addressOctets;

    IpFamily(int number, int addressOctets) {
        this.number = number;
        this.addressOctets = addressOctets;
    }

    public static IpFamily of(InetAddress address) {
        return address instanceof Inet4Address ? IPV4 : IPV6;
    }

    /// Empty for another family than AF_INET and AF_INET6.
    static Optional<IpFamily> numbered(int number) {
        return Arrays.stream(values()).filter(each -> each.number == number).findFirst();
    }

    /// AF_INET or AF_INET6.
    int number() {
        return number;
    }

    int addressOctets() {
        return addressOctets;
    }
}

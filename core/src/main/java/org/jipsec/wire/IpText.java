package org.jipsec.wire;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/// Numeric IP addresses as text: RFC 5952 out, what inet_pton(3) takes in. No name is ever looked
/// up.
///
/// An IPv4 address mapped into IPv6 stays an IPv6 address, unlike with [InetAddress#getByName].
public final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    /// `192.168.1.1`, `2001:db8::1`, `::ffff:10.0.0.1`, `fe80::1%eth0`.
    public static String text(InetAddress address) {
        return address instanceof Inet6Address six ? text(six) : dotted(address.getAddress(), 0);
    }

    /// @return empty when `text` is not a numeric address, or its scope no interface here
    public static Optional<InetAddress> parse(String text) {
        return text.indexOf(':') >= 0 ? parse6(text) : parse4(text);
    }

    private static String text(Inet6Address address) {
        byte[] octets = address.getAddress();
        StringBuilder text = new StringBuilder(39);
        if (isMapped(octets)) {
            text.append("::ffff:").append(dotted(octets, 12));
        } else {
            groups(octets, text);
        }
        if (address.getScopeId() > 0) {
            text.append('%').append(scope(address));
        }
        return text.toString();
    }

    /// The name of the device, or its number where there is none.
    private static String scope(Inet6Address address) {
        try {
            NetworkInterface device =
                    address.getScopedInterface() != null
                            ? address.getScopedInterface()
                            : NetworkInterface.getByIndex(address.getScopeId());
            if (device != null) {
                return device.getName();
            }
        } catch (SocketException unreadable) {
            // then by its number
        }
        return Integer.toString(address.getScopeId());
    }

    private static boolean isMapped(byte[] octets) {
        for (int i = 0; i < 10; i++) {
            if (octets[i] != 0) {
                return false;
            }
        }
        return octets[10] == -1 && octets[11] == -1;
    }

    /// RFC 5952 4.2: the longest run of at least two zero groups is `::`, of equal ones the first.
    private static void groups(byte[] octets, StringBuilder text) {
        int longest = -1;
        int length = 1;
        for (int start = 0; start < GROUPS; start++) {
            int end = start;
            while (end < GROUPS && group(octets, end) == 0) {
                end++;
            }
            if (end - start > length) {
                longest = start;
                length = end - start;
            }
        }
        for (int i = 0; i < GROUPS; i++) {
            if (i == longest) {
                text.append(i == 0 ? "::" : ":");
                i += length - 1;
            } else {
                text.append(Integer.toHexString(group(octets, i)));
                if (i < GROUPS - 1) {
                    text.append(':');
                }
            }
        }
    }

    private static int group(byte[] octets, int index) {
        return (octets[2 * index] & 0xff) << 8 | octets[2 * index + 1] & 0xff;
    }

    private static String dotted(byte[] octets, int offset) {
        return (octets[offset] & 0xff)
                + "."
                + (octets[offset + 1] & 0xff)
                + "."
                + (octets[offset + 2] & 0xff)
                + "."
                + (octets[offset + 3] & 0xff);
    }

    private static Optional<InetAddress> parse4(String text) {
        byte[] octets = new byte[4];
        return dotted(text, 0, octets, 0) ? Optional.of(address4(octets)) : Optional.empty();
    }

    private static InetAddress address4(byte[] octets) {
        try {
            return Inet4Address.getByAddress(octets);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four octets are an address", impossible);
        }
    }

    /// Reads four decimal numbers without leading zeros, which inet_aton(3) would take as octal.
    private static boolean dotted(String text, int from, byte[] into, int offset) {
        int index = from;
        for (int part = 0; part < 4; part++) {
            int value = 0;
            int start = index;
            while (index < text.length() && isDigit(text.charAt(index)) && index - start < 4) {
                value = value * 10 + text.charAt(index++) - '0';
            }
            int digits = index - start;
            if (digits == 0 || value > 255 || (digits > 1 && text.charAt(start) == '0')) {
                return false;
            }
            into[offset + part] = (byte) value;
            if (part < 3 && (index >= text.length() || text.charAt(index++) != '.')) {
                return false;
            }
        }
        return index == text.length();
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static Optional<InetAddress> parse6(String text) {
        int percent = text.indexOf('%');
        byte[] octets = new byte[16];
        if (!groups(percent < 0 ? text : text.substring(0, percent), octets)) {
            return Optional.empty();
        }
        try {
            if (percent < 0) {
                return Optional.of(Inet6Address.getByAddress(null, octets, -1));
            }
            return scoped(octets, text.substring(percent + 1));
        } catch (UnknownHostException noSuchScope) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> scoped(byte[] octets, String scope)
            throws UnknownHostException {
        if (scope.isEmpty()) {
            return Optional.empty();
        }
        if (scope.length() <= 9 && scope.chars().allMatch(c -> isDigit((char) c))) {
            return Optional.of(Inet6Address.getByAddress(null, octets, Integer.parseInt(scope)));
        }
        try {
            NetworkInterface device = NetworkInterface.getByName(scope);
            // by its number: by itself Java takes a device only that has an address of this kind
            return device == null
                    ? Optional.empty()
                    : Optional.of(Inet6Address.getByAddress(null, octets, device.getIndex()));
        } catch (SocketException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean groups(String text, byte[] octets) {
        int written = 0;
        int gap = -1;
        int index = 0;
        if (text.startsWith("::")) {
            gap = 0;
            index = 2;
        } else if (text.startsWith(":")) {
            return false;
        }
        while (index < text.length()) {
            int start = index;
            int value = 0;
            while (index < text.length()
                    && Character.digit(text.charAt(index), 16) >= 0
                    && text.charAt(index) < 128) {
                if (index - start == 4) {
                    return false;
                }
                value = value << 4 | Character.digit(text.charAt(index++), 16);
            }
            if (index < text.length() && text.charAt(index) == '.') {
                if (written > 12 || !dotted(text, start, octets, written)) {
                    return false;
                }
                written += 4;
                index = text.length();
                break;
            }
            if (index == start || written > 14) {
                return false;
            }
            octets[written++] = (byte) (value >> 8);
            octets[written++] = (byte) value;
            if (index == text.length()) {
                break;
            }
            if (text.charAt(index++) != ':') {
                return false;
            }
            if (index < text.length() && text.charAt(index) == ':') {
                if (gap >= 0) {
                    return false;
                }
                gap = written;
                index++;
            } else if (index == text.length()) {
                return false;
            }
        }
        if (gap < 0) {
            return written == 16;
        }
        if (written > 14) {
            return false;
        }
        System.arraycopy(octets, gap, octets, 16 - (written - gap), written - gap);
        Arrays.fill(octets, gap, 16 - (written - gap), (byte) 0);
        return true;
    }
}

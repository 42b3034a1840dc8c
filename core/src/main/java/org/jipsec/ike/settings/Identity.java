package org.jipsec.ike.settings;

import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Who somebody is, as an ID payload says it (RFC 2407 4.6.2).
///
/// @param protocol of the packets meant, 0: any
/// @param port of the packets meant, 0: any
/// @param value what stands behind the first four octets of the payload's body
public record Identity(IdentityType type, int protocol, int port, Bytes value) {
    /// One host, any protocol and port.
    public static Identity of(InetAddress address) {
        return of(address, 0, 0);
    }

    public static Identity of(InetAddress address, int protocol, int port) {
        return new Identity(
                address instanceof Inet4Address
                        ? IdentityType.IPV4_ADDRESS
                        : IdentityType.IPV6_ADDRESS,
                protocol,
                port,
                Bytes.of(address.getAddress()));
    }

    /// A network: address and mask. Bits of the address that do not count are kept, as racoon sends
    /// them.
    public static Identity of(Prefix network, int protocol, int port) {
        byte[] address = network.address().getAddress();
        byte[] both = Arrays.copyOf(address, 2 * address.length);
        for (int i = 0; i < address.length; i++) {
            int counting = Math.clamp(network.length() - 8L * i, 0, 8);
            both[address.length + i] = (byte) (0xff00 >> counting);
        }
        return new Identity(
                network.isIpv4() ? IdentityType.IPV4_SUBNET : IdentityType.IPV6_SUBNET,
                protocol,
                port,
                Bytes.of(both));
    }

    /// From `first` to `last`, both of one family.
    public static Identity ofRange(InetAddress first, InetAddress last, int protocol, int port) {
        byte[] from = first.getAddress();
        byte[] to = last.getAddress();
        if (from.length != to.length) {
            throw new IllegalArgumentException("a range over two families");
        }
        byte[] both = Arrays.copyOf(from, 2 * from.length);
        System.arraycopy(to, 0, both, from.length, to.length);
        return new Identity(
                from.length == 4 ? IdentityType.IPV4_RANGE : IdentityType.IPV6_RANGE,
                protocol,
                port,
                Bytes.of(both));
    }

    public static Identity fqdn(String name) {
        return ofText(IdentityType.FQDN, name);
    }

    public static Identity userFqdn(String name) {
        return ofText(IdentityType.USER_FQDN, name);
    }

    public static Identity keyId(Bytes value) {
        return new Identity(IdentityType.KEY_ID, 0, 0, value);
    }

    /// @param text one octet a character (ISO 8859-1), as the configuration has it
    public static Identity ofText(IdentityType type, String text) {
        return new Identity(type, 0, 0, Bytes.of(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// @param der an encoded Name
    public static Identity distinguishedName(Bytes der) {
        return new Identity(IdentityType.DISTINGUISHED_NAME, 0, 0, der);
    }

    /// The address, where it is one host.
    public Optional<InetAddress> address() {
        return type.isAddress() ? address(0) : Optional.empty();
    }

    /// The host or network; empty for a range, for anything else, and for a mask with holes.
    public Optional<Prefix> prefix() {
        return switch (type) {
            case IPV4_ADDRESS, IPV6_ADDRESS -> address(0).map(Prefix::host);
            case IPV4_SUBNET, IPV6_SUBNET -> subnet();
            case FQDN,
                    USER_FQDN,
                    IPV4_RANGE,
                    IPV6_RANGE,
                    DISTINGUISHED_NAME,
                    GENERAL_NAME,
                    KEY_ID ->
                    Optional.empty();
        };
    }

    private Optional<Prefix> subnet() {
        int half = value.length() / 2;
        int length = 0;
        while (length < half * 8 && (value.u8(half + length / 8) & 0x80 >> length % 8) != 0) {
            length++;
        }
        for (int bit = length; bit < half * 8; bit++) {
            if ((value.u8(half + bit / 8) & 0x80 >> bit % 8) != 0) {
                return Optional.empty();
            }
        }
        int prefix = length;
        return address(0).map(address -> new Prefix(address, prefix));
    }

    /// @param index 0: the first address, 1: a range's last
    private Optional<InetAddress> address(int index) {
        int length =
                switch (type) {
                    case IPV4_ADDRESS, IPV4_SUBNET, IPV4_RANGE -> 4;
                    case IPV6_ADDRESS, IPV6_SUBNET, IPV6_RANGE -> 16;
                    case FQDN, USER_FQDN, DISTINGUISHED_NAME, GENERAL_NAME, KEY_ID -> 0;
                };
        if (length == 0 || value.length() != (type.isAddress() ? length : 2 * length)) {
            return Optional.empty();
        }
        byte[] octets = Arrays.copyOfRange(value.toArray(), index * length, (index + 1) * length);
        try {
            // an IPv4-mapped IPv6 address stays one
            return Optional.of(
                    length == 4
                            ? InetAddress.getByAddress(octets)
                            : Inet6Address.getByAddress(null, octets, -1));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    /// The value alone, as a psk.txt has it: an address, a name, a key id's octets one character
    /// each. Empty where a text does not say it all: names in DER, networks, ranges.
    public Optional<String> plainText() {
        return switch (type) {
            case IPV4_ADDRESS, IPV6_ADDRESS -> address(0).map(IpText::text);
            case FQDN, USER_FQDN, KEY_ID ->
                    Optional.of(new String(value.toArray(), StandardCharsets.ISO_8859_1));
            case IPV4_SUBNET,
                    IPV6_SUBNET,
                    IPV4_RANGE,
                    IPV6_RANGE,
                    DISTINGUISHED_NAME,
                    GENERAL_NAME ->
                    Optional.empty();
        };
    }

    /// As racoon prints it: `10.0.0.1`, `10.0.1.0/24[any] proto=any`, `10.0.0.1-10.0.0.9`,
    /// `vpn.example.org`.
    @Override
    public String toString() {
        String where =
                (port == 0 ? "[any]" : "[" + port + "]")
                        + (protocol == 0 ? "" : " proto=" + protocol);
        return switch (type) {
            case IPV4_ADDRESS, IPV6_ADDRESS ->
                    address(0).map(IpText::text).orElse(value.hex())
                            + (port == 0 && protocol == 0 ? "" : where);
            case IPV4_SUBNET, IPV6_SUBNET ->
                    prefix().map(net -> IpText.text(net.address()) + "/" + net.length())
                                    .orElse(value.hex())
                            + where;
            case IPV4_RANGE, IPV6_RANGE ->
                    address(0).map(IpText::text).orElse(value.hex())
                            + "-"
                            + address(1).map(IpText::text).orElse("")
                            + where;
            case FQDN, USER_FQDN -> new String(value.toArray(), StandardCharsets.ISO_8859_1);
            case KEY_ID -> printable() ? plainText().orElse("") : "0x" + value.hex();
            case DISTINGUISHED_NAME, GENERAL_NAME -> value.hex();
        };
    }

    private boolean printable() {
        for (int i = 0; i < value.length(); i++) {
            if (value.u8(i) < ' ' || value.u8(i) > '~') {
                return false;
            }
        }
        return true;
    }
}

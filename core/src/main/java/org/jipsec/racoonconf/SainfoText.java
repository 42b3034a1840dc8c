package org.jipsec.racoonconf;

import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.SainfoSettings.Side;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// How racoon names a sainfo, and when two of them are one to it.
final class SainfoText {
    private SainfoText() {}

    /// `loc='10.0.0.0/24', rmt='ANONYMOUS', peer='ANY', id=0`
    static String of(SainfoSettings sainfo) {
        return "loc='%s', rmt='%s', peer='%s', id=%d"
                .formatted(
                        side(sainfo.local()),
                        side(sainfo.remote()),
                        sainfo.peer().map(SainfoText::peer).orElse("ANY"),
                        sainfo.remoteId());
    }

    private static String side(Side side) {
        return switch (side) {
            case Side.Anonymous() -> "ANONYMOUS";
            case Side.ClientAddress() -> "CLIENTADDR";
            case Side.Of(Identity identity) -> text(identity);
        };
    }

    private static String peer(PeerIdentity peer) {
        return switch (peer) {
            case PeerIdentity.Given(Identity identity) -> text(identity);
            case PeerIdentity.NameText(String text) -> text;
            case PeerIdentity.AnyOf(var type) -> type.title();
            case PeerIdentity.PeerAddress() -> "ANY";
            case PeerIdentity.NameOctets(Bytes _) -> "DN";
        };
    }

    private static String text(Identity identity) {
        String address =
                switch (identity.type()) {
                    case IPV4_ADDRESS,
                            IPV6_ADDRESS,
                            FQDN,
                            USER_FQDN,
                            DISTINGUISHED_NAME,
                            GENERAL_NAME,
                            KEY_ID ->
                            identity.plainText().orElse("");
                    case IPV4_SUBNET, IPV6_SUBNET ->
                            identity.prefix()
                                    .map(
                                            prefix ->
                                                    IpText.text(prefix.address())
                                                            + "/"
                                                            + prefix.length())
                                    .orElse("");
                    case IPV4_RANGE, IPV6_RANGE -> range(identity.value());
                };
        return identity.port() == 0 ? address : "%s[%d]".formatted(address, identity.port());
    }

    private static String range(Bytes both) {
        int half = both.length() / 2;
        byte[] octets = both.toArray();
        try {
            return IpText.text(InetAddress.getByAddress(Arrays.copyOf(octets, half)))
                    + "-"
                    + IpText.text(
                            InetAddress.getByAddress(Arrays.copyOfRange(octets, half, 2 * half)));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 octets", impossible);
        }
    }

    /// Whether a search for `wanted` ends at `entry`: remoteid equal, and peer and both sides equal
    /// or one of them any. Ports are not compared.
    static boolean matches(SainfoSettings entry, SainfoSettings wanted) {
        return entry.remoteId() == wanted.remoteId()
                && (entry.peer().isEmpty()
                        || wanted.peer().isEmpty()
                        || entry.peer().equals(wanted.peer()))
                && (entry.group().isEmpty()
                        || wanted.group().isEmpty()
                        || entry.group().equals(wanted.group()))
                && matches(entry.local(), wanted.local())
                && matches(entry.remote(), wanted.remote());
    }

    /// Whether `entry` is found for all that `wanted` could be found for.
    static boolean covers(SainfoSettings entry, SainfoSettings wanted) {
        return entry.remoteId() == wanted.remoteId()
                && (entry.peer().isEmpty() || entry.peer().equals(wanted.peer()))
                && (entry.group().isEmpty() || entry.group().equals(wanted.group()))
                && covers(entry.local(), wanted.local())
                && covers(entry.remote(), wanted.remote());
    }

    private static boolean covers(Side one, Side other) {
        return one instanceof Side.Anonymous
                || !(other instanceof Side.Anonymous) && matches(one, other);
    }

    private static boolean matches(Side one, Side other) {
        return switch (one) {
            case Side.Anonymous() -> true;
            case Side.ClientAddress() ->
                    other instanceof Side.ClientAddress || other instanceof Side.Anonymous;
            case Side.Of(Identity identity) ->
                    other instanceof Side.Anonymous
                            || other instanceof Side.Of(Identity wanted) && equal(identity, wanted);
        };
    }

    /// A host address is equal to a network of full length, and then not even the protocol counts.
    private static boolean equal(Identity one, Identity other) {
        boolean sameValue =
                one.type() == other.type()
                        && one.protocol() == other.protocol()
                        && one.value().equals(other.value());
        return sameValue
                || one.type() != other.type()
                        && one.prefix().isPresent()
                        && one.prefix().equals(other.prefix())
                        && one.prefix().filter(prefix -> prefix.isHost()).isPresent();
    }
}

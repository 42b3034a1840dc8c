package org.jipsec.ike;

import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.PresharedKeys.Found;
import org.jipsec.ike.settings.PresharedKeys.MalformedKeyException;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/// Finds the pre-shared key of a peer: by its name where that is known before the key is needed,
/// else by its address.
final class PresharedKeyLookup {
    private final Context context;

    PresharedKeyLookup(Context context) {
        this.context = context;
    }

    /// @param entry which line it was, for who looks for a wrong key: never the key
    record Key(Secret secret, String entry) {}

    /// @param name the peer's; empty in main mode, where it comes later, encrypted
    /// @param strict no key of another name, nor of the address, will do
    /// @throws NegotiationException when there is none
    Key find(Optional<Identity> name, InetAddress address, boolean strict)
            throws NegotiationException {
        try {
            PresharedKeys keys = context.keys().read();
            Optional<Found> byName =
                    name.isPresent() ? keys.byIdentity(name.get()) : Optional.empty();
            if (byName.isPresent()) {
                return key(byName.get(), name.get().toString());
            }
            if (name.isPresent()) {
                if (strict) {
                    throw missing("couldn't find the pskey.");
                }
                context.report(
                        IkeReport.of(
                                IkeReport.Level.NOTIFY,
                                address,
                                "couldn't find the proper pskey, try to get one by the peer's"
                                        + " address."));
            }
            Optional<Found> byAddress = keys.byAddress(address);
            if (byAddress.isEmpty()) {
                throw missing("couldn't find the pskey for %s.".formatted(IpText.text(address)));
            }
            return key(byAddress.get(), IpText.text(address));
        } catch (MalformedKeyException malformed) {
            throw missing("failed to get psk buffer: " + malformed.getMessage());
        } catch (IOException unreadable) {
            throw missing(String.valueOf(unreadable.getMessage()));
        }
    }

    private static Key key(Found found, String entry) {
        return new Key(
                found.key(),
                "line %d (%s)".formatted(found.line(), found.wildcard() ? "*" : entry));
    }

    private static NegotiationException missing(String text) {
        return NegotiationException.silently(Cause.NO_KEY, text);
    }
}

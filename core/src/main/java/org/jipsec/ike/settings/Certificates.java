package org.jipsec.ike.settings;

import java.util.List;
import java.util.Optional;

/// What a remote says about certificates. Files are named as written: `path certificate` goes
/// before relative ones.
///
/// @param own ours
/// @param peer of the peer, where it is not taken from the exchange
/// @param authority file of the only CA that counts
/// @param verify whether a peer's certificate is verified
/// @param send whether ours is sent
/// @param request whether a request for one is sent
/// @param matchEmptyRequest as responder, accept an empty request for this remote
public record Certificates(
        Optional<Own> own,
        Optional<Peer> peer,
        Optional<String> authority,
        boolean verify,
        boolean send,
        boolean request,
        boolean matchEmptyRequest) {
    public static final Certificates DEFAULTS =
            new Certificates(
                    Optional.empty(), Optional.empty(), Optional.empty(), true, true, true, false);

    /// Our own proof.
    public sealed interface Own {
        record X509(String certificateFile, String keyFile) implements Own {}

        record PlainRsa(String keyFile) implements Own {}
    }

    /// Where the peer's is.
    public sealed interface Peer {
        record X509(String file) implements Peer {}

        /// @param files of public keys
        record PlainRsa(List<String> files) implements Peer {
            public PlainRsa {
                files = List.copyOf(files);
            }
        }

        record Dnssec() implements Peer {}
    }
}

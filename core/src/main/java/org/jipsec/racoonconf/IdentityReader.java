package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.IdentityType;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/// Reads `TYPE [tag|file] [VALUE]`: the identifiers of remotes, and `from` of sainfos.
final class IdentityReader {
    private final FilePlaces places;

    IdentityReader(FilePlaces places) {
        this.places = places;
    }

    /// An identifier as it is written, before it is known whose it is.
    private record Parts(String type, String qualifier, Optional<Argument> value, Span span) {
        static Parts of(Statement statement, int index) {
            String qualifier = statement.word(index + 1);
            int at = qualifier.isEmpty() ? index + 1 : index + 2;
            Optional<Argument> value =
                    at < statement.arguments().size()
                            ? Optional.of(statement.arguments().get(at))
                            : Optional.empty();
            Span first = statement.arguments().get(index).span();
            return new Parts(
                    statement.word(index),
                    qualifier,
                    value,
                    first.to(statement.arguments().getLast().span()));
        }

        String text() {
            return value.map(Values::text).orElse("");
        }
    }

    /// `my_identifier`; empty, and reported, when it is none.
    Optional<OwnIdentity> own(SourceFile file, Statement statement) {
        Parts parts = Parts.of(statement, 0);
        warnOfNoEffect(file, parts);
        if (parts.value.isEmpty()) {
            switch (parts.type) {
                case "address", "subnet" -> {
                    return Optional.of(new OwnIdentity.LocalAddress());
                }
                case "asn1dn" -> {
                    return Optional.of(new OwnIdentity.CertificateSubject());
                }
                default -> {}
            }
        }
        if (parts.type.equals("asn1dn")) {
            Optional<Bytes> der = octets(file, parts);
            return parts.text().startsWith("~")
                    ? der.map(OwnIdentity.NameOctets::new)
                    : Optional.of(new OwnIdentity.NameText(parts.text()));
        }
        return parts.type.equals("subnet")
                ? Optional.of(new OwnIdentity.LocalAddress())
                : given(file, parts).map(OwnIdentity.Given::new);
    }

    /// `peers_identifier` or `from`; empty, and reported, when it is none.
    ///
    /// @param index of the type among the arguments
    Optional<PeerIdentity> peer(SourceFile file, Statement statement, int index) {
        Parts parts = Parts.of(statement, index);
        warnOfNoEffect(file, parts);
        if (parts.value.isEmpty()) {
            switch (parts.type) {
                case "address", "subnet" -> {
                    return Optional.of(new PeerIdentity.PeerAddress());
                }
                case "asn1dn" -> {
                    return Optional.of(new PeerIdentity.AnyOf(IdentityType.DISTINGUISHED_NAME));
                }
                case "keyid" -> {
                    return Optional.of(new PeerIdentity.AnyOf(IdentityType.KEY_ID));
                }
                default -> {}
            }
        }
        if (parts.type.equals("asn1dn")) {
            Optional<Bytes> der = octets(file, parts);
            return parts.text().startsWith("~")
                    ? der.map(PeerIdentity.NameOctets::new)
                    : Optional.of(new PeerIdentity.NameText(parts.text()));
        }
        return parts.type.equals("subnet")
                ? Optional.of(new PeerIdentity.PeerAddress())
                : given(file, parts).map(PeerIdentity.Given::new);
    }

    private static void warnOfNoEffect(SourceFile file, Parts parts) {
        if (parts.type.equals("subnet")) {
            file.report(
                    Code.IDENTIFIER_WITHOUT_EFFECT
                            .at(parts.span, "`subnet` has no effect as an identifier")
                            .hint("write address, fqdn, user_fqdn, keyid or asn1dn"));
        } else if (!parts.qualifier.isEmpty() && !parts.type.equals("keyid")) {
            file.report(
                    Code.IDENTIFIER_WITHOUT_EFFECT
                            .at(
                                    parts.span,
                                    "`%s` has no effect with %s"
                                            .formatted(parts.qualifier, parts.type))
                            .hint("leave it out"));
        }
    }

    private Optional<Identity> given(SourceFile file, Parts parts) {
        return switch (parts.type) {
            case "fqdn" -> name(file, parts, IdentityType.FQDN, "fqdn");
            case "user_fqdn" -> name(file, parts, IdentityType.USER_FQDN, "user fqdn");
            case "keyid" -> keyId(file, parts);
            default -> address(file, parts);
        };
    }

    private static Optional<Identity> name(
            SourceFile file, Parts parts, IdentityType type, String classic) {
        if (!parts.text().isEmpty()) {
            return Optional.of(Identity.ofText(type, parts.text()));
        }
        boolean missing = parts.value.isEmpty();
        return refuse(
                file,
                parts,
                (missing ? "No " : "Empty ") + classic,
                "%s needs a name".formatted(parts.type),
                "write %s \"%s\""
                        .formatted(
                                parts.type,
                                type == IdentityType.FQDN ? "vpn.example.org" : "me@example.org"));
    }

    private Optional<Identity> keyId(SourceFile file, Parts parts) {
        if (parts.value.isEmpty() || parts.qualifier.equals("tag")) {
            return Optional.of(Identity.ofText(IdentityType.KEY_ID, parts.text()));
        }
        String path =
                parts.value.get() instanceof Argument.Quoted quoted ? quoted.name() : parts.text();
        try {
            return Optional.of(Identity.keyId(Bytes.of(places.disk().read(path))));
        } catch (IOException unreadable) {
            return refuse(
                    file,
                    parts,
                    "can not open " + parts.text(),
                    "cannot read %s: %s".formatted(path, unreadable.getMessage()),
                    "keyid names a file; for the text itself write keyid tag \"%s\""
                            .formatted(path));
        }
    }

    private static Optional<Identity> address(SourceFile file, Parts parts) {
        Optional<InetAddress> address = IpText.parse(parts.text());
        if (address.isPresent()) {
            return address.map(Identity::of);
        }
        return refuse(
                file,
                parts,
                "getaddrinfo(%s): Name or service not known".formatted(parts.text()),
                "`%s` is no address".formatted(parts.text()),
                "for a name write fqdn \"%s\"".formatted(parts.text()));
    }

    /// Of a distinguished name; empty, and reported, when `~` does not lead to hex digits.
    private static Optional<Bytes> octets(SourceFile file, Parts parts) {
        String text = parts.text();
        if (!text.startsWith("~")) {
            return Optional.of(Bytes.of(text.getBytes(StandardCharsets.ISO_8859_1)));
        }
        try {
            return Optional.of(Bytes.of(HexFormat.of().parseHex(text.substring(1))));
        } catch (IllegalArgumentException notHex) {
            refuse(
                    file,
                    parts,
                    "Invalid DN",
                    "behind ~ there must be an even number of hex digits",
                    "or write the name as C=XX, O=Y, CN=Z");
            return Optional.empty();
        }
    }

    private static Optional<Identity> refuse(
            SourceFile file, Parts parts, String classic, String message, String hint) {
        file.classicLine(parts.span, classic);
        Span last = parts.value.map(Argument::span).orElse(parts.span);
        file.classic(last, "failed to set identifer.\n");
        file.report(Code.BAD_IDENTIFIER.at(parts.span, message).hint(hint));
        return Optional.empty();
    }
}

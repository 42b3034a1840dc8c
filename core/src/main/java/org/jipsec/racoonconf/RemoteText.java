package org.jipsec.racoonconf;

import org.jipsec.ike.settings.Certificates;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.IdentityType;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.IpText;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// A remote as `racoon -C` prints it, line by line. Key lengths are not part of it, nor who
/// inherited from whom.
public final class RemoteText {
    private RemoteText() {}

    public static List<String> lines(RemoteSettings remote) {
        List<String> lines = new ArrayList<>();
        lines.add("remote \"%s\" {".formatted(title(remote)));
        lines.add(
                "\texchange_type %s;"
                        .formatted(
                                remote.modes().stream()
                                        .map(ExchangeMode::word)
                                        .collect(Collectors.joining(", "))));
        lines.add("\tdoi ipsec_doi;");
        lines.add("\tmy_identifier %s;".formatted(own(remote.ownIdentity())));
        remote.peerIdentities()
                .forEach(peer -> lines.add("\tpeers_identifier %s;".formatted(peer(peer))));
        certificates(remote.certificates(), lines);
        lines.add("\trekey %s;".formatted(remote.rekey().word()));
        lines.add(onOff("send_cert", remote.certificates().send()));
        lines.add(onOff("send_cr", remote.certificates().request()));
        lines.add(onOff("match_empty_cr", remote.certificates().matchEmptyRequest()));
        lines.add(onOff("verify_cert", remote.certificates().verify()));
        lines.add(onOff("verify_identifier", remote.verifyIdentity()));
        lines.add("\tnat_traversal %s;".formatted(remote.natTraversal().word()));
        lines.add("\tnonce_size %d;".formatted(remote.nonceSize()));
        lines.add(onOff("passive", remote.passive()));
        lines.add("\tike_frag %s;".formatted(remote.fragmentation().word()));
        lines.add("\tesp_frag %d;".formatted(remote.espFragment()));
        lines.add(onOff("initial_contact", remote.initialContact()));
        lines.add("\tgenerate_policy %s;".formatted(policy(remote.generatePolicy())));
        lines.add(onOff("support_proxy", remote.supportProxy()));
        lines.add("");
        for (int i = 0; i < remote.proposals().size(); i++) {
            proposal(remote.proposals().get(i), i + 1, lines);
        }
        lines.add("}");
        lines.add("");
        return lines;
    }

    private static String title(RemoteSettings remote) {
        return remote.name()
                .or(
                        () ->
                                remote.address()
                                        .map(
                                                address ->
                                                        "%s[%d]"
                                                                .formatted(
                                                                        IpText.text(address),
                                                                        remote.port())))
                .orElse("anonymous");
    }

    private static String onOff(String word, boolean on) {
        return "\t%s %s;".formatted(word, on ? "on" : "off");
    }

    /// racoon has no word for unique here.
    private static String policy(GeneratePolicy policy) {
        return switch (policy) {
            case OFF -> "off";
            case REQUIRE -> "on";
            case UNIQUE -> "2";
        };
    }

    private static void certificates(Certificates certificates, List<String> lines) {
        certificates
                .own()
                .ifPresent(
                        own ->
                                lines.add(
                                        switch (own) {
                                            case Certificates.Own.X509(String file, String key) ->
                                                    "\tcertificate_type x509 \"%s\" \"%s\";"
                                                            .formatted(file, key);
                                            case Certificates.Own.PlainRsa(String key) ->
                                                    "\tcertificate_type plain_rsa \"%s\";"
                                                            .formatted(key);
                                        }));
        certificates
                .peer()
                .ifPresent(
                        peer ->
                                lines.add(
                                        switch (peer) {
                                            case Certificates.Peer.X509(String file) ->
                                                    "\tpeers_certfile \"%s\";".formatted(file);
                                            case Certificates.Peer.PlainRsa(List<String> files) ->
                                                    "\tpeers_certfile plain_rsa \"%s\";"
                                                            .formatted(
                                                                    String.join("\", \"", files));
                                            case Certificates.Peer.Dnssec() ->
                                                    "\tpeers_certfile dnssec;";
                                        }));
    }

    private static String own(OwnIdentity identity) {
        return switch (identity) {
            case OwnIdentity.LocalAddress() -> "address";
            case OwnIdentity.CertificateSubject() -> "asn1dn";
            case OwnIdentity.Given(Identity given) -> given(given);
            case OwnIdentity.NameText(String text) -> "asn1dn \"%s\"".formatted(text);
            case OwnIdentity.NameOctets(Bytes der) -> "asn1dn \"~%s\"".formatted(der.hex());
        };
    }

    private static String peer(PeerIdentity identity) {
        return switch (identity) {
            case PeerIdentity.PeerAddress() -> "address";
            case PeerIdentity.AnyOf(IdentityType type) ->
                    type == IdentityType.KEY_ID ? "keyid" : "asn1dn";
            case PeerIdentity.Given(Identity given) -> given(given);
            case PeerIdentity.NameText(String text) -> "asn1dn \"%s\"".formatted(text);
            case PeerIdentity.NameOctets(Bytes der) -> "asn1dn \"~%s\"".formatted(der.hex());
        };
    }

    private static String given(Identity identity) {
        String word =
                switch (identity.type()) {
                    case FQDN -> "fqdn";
                    case USER_FQDN -> "user_fqdn";
                    case KEY_ID -> "keyid";
                    case IPV4_ADDRESS, IPV6_ADDRESS -> "address";
                    case IPV4_SUBNET, IPV6_SUBNET, IPV4_RANGE, IPV6_RANGE -> "subnet";
                    case DISTINGUISHED_NAME, GENERAL_NAME -> "asn1dn";
                };
        return "%s \"%s\"".formatted(word, identity.plainText().orElse(""));
    }

    private static void proposal(Proposal proposal, int number, List<String> lines) {
        lines.add("\t/* prop_no=1, trns_no=%d */".formatted(number));
        lines.add("\tproposal {");
        lines.add("\t\tlifetime time %d sec;".formatted(proposal.lifetime().toSeconds()));
        lines.add("\t\tlifetime bytes 0;");
        lines.add("\t\tdh_group %s;".formatted(proposal.group().word()));
        lines.add("\t\tencryption_algorithm %s;".formatted(proposal.cipher().word()));
        lines.add("\t\thash_algorithm %s;".formatted(proposal.hash().word()));
        lines.add("\t\tauthentication_method %s;".formatted(proposal.authentication().word()));
        lines.add("\t}");
    }
}

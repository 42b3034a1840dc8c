package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.AuthenticationMethod;
import org.jipsec.ike.settings.Certificates;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.IdentityType;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.Rekey;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What a remote says against itself: nothing that racoon refuses, but what its author cannot have
/// meant.
final class RemoteAdvice {
    /// RFC 2409 5
    private static final int SHORTEST_NONCE = 8;

    private static final int LONGEST_NONCE = 256;

    private final SourceFile file;
    private final Statement.Section section;
    private final RemoteDraft draft;
    private final Map<String, Statement> directives;

    /// @param directives of the remote, the last of each word
    RemoteAdvice(
            SourceFile file,
            Statement.Section section,
            RemoteDraft draft,
            Map<String, Statement> directives) {
        this.file = file;
        this.section = section;
        this.draft = draft;
        this.directives = directives;
    }

    void give() {
        identities();
        certificates();
        methods();
        proposals();
        lifetimes();
        deadPeers();
        if (draft.name.isPresent() && draft.address.isEmpty() && !draft.passive) {
            file.report(
                    Code.REMOTE_WITHOUT_ADDRESS
                            .at(section.span(), "nothing says where this peer is")
                            .hint("remote_address 192.0.2.1; or passive on; if it calls us"));
        }
        if (draft.nonceSize < SHORTEST_NONCE || draft.nonceSize > LONGEST_NONCE) {
            file.report(
                    Code.NONCE_SIZE
                            .at(
                                    place("nonce_size"),
                                    "a nonce has 8 to 256 octets (RFC 2409 5), not %d"
                                            .formatted(draft.nonceSize))
                            .hint("leave it out for the default of 16"));
        }
        if (draft.weakPhase1Check) {
            file.report(
                    Code.WEAK_DELETES
                            .at(
                                    place("weak_phase1_check"),
                                    "anybody who can forge a packet can end the tunnel by this")
                            .hint("weak_phase1_check off"));
        }
    }

    private Span place(String word) {
        Statement statement = directives.get(word);
        return statement == null ? section.span() : statement.span();
    }

    private boolean everyProposal(Predicate<AuthenticationMethod> test) {
        return draft.proposals.stream().map(Proposal::authentication).allMatch(test);
    }

    private void identities() {
        boolean onlyKeys = everyProposal(AuthenticationMethod::usesPresharedKey);
        boolean mainFirst = draft.modes.getFirst() == ExchangeMode.MAIN;
        if (onlyKeys
                && mainFirst
                && directives.containsKey("my_identifier")
                && !isAddress(draft.ownIdentity)) {
            file.report(
                    Code.MAIN_MODE_IDENTITY
                            .at(
                                    place("my_identifier"),
                                    "in main mode with a pre-shared key only an address can be an"
                                            + " identity")
                            .label("has no effect when we initiate")
                            .hint(
                                    "the key is needed before the identity is known (RFC 2409 5.4):"
                                            + " leave it out, or use certificates"));
        }
        boolean onlyMain = draft.modes.equals(List.of(ExchangeMode.MAIN));
        if (onlyKeys
                && onlyMain
                && draft.verifyIdentity
                && !draft.peerIdentities.isEmpty()
                && draft.peerIdentities.stream().noneMatch(RemoteAdvice::isAddress)) {
            file.report(
                    Code.MAIN_MODE_IDENTITY
                            .at(
                                    place("peers_identifier"),
                                    "in main mode with a pre-shared key a peer is known by its"
                                            + " address: this never fits")
                            .hint("peers_identifier address;"));
        } else if (!draft.verifyIdentity && directives.containsKey("peers_identifier")) {
            file.report(
                    Code.IDENTITY_NOT_VERIFIED
                            .at(
                                    place("peers_identifier"),
                                    "not compared with anything: verify_identifier is off")
                            .hint("verify_identifier on;"));
        } else if (draft.verifyIdentity
                && draft.peerIdentities.isEmpty()
                && directives.containsKey("verify_identifier")) {
            file.report(
                    Code.IDENTITY_NOT_VERIFIED
                            .at(
                                    place("verify_identifier"),
                                    "there is no peers_identifier to compare with")
                            .hint("peers_identifier address; or another of its types"));
        }
    }

    private static boolean isAddress(OwnIdentity identity) {
        return identity instanceof OwnIdentity.LocalAddress
                || identity instanceof OwnIdentity.Given(var given) && given.type().isAddress();
    }

    private static boolean isAddress(PeerIdentity identity) {
        return switch (identity) {
            case PeerIdentity.PeerAddress() -> true;
            case PeerIdentity.Given(var given) -> given.type().isAddress();
            case PeerIdentity.AnyOf(IdentityType type) -> type.isAddress();
            case PeerIdentity.NameText _, PeerIdentity.NameOctets _ -> false;
        };
    }

    private void certificates() {
        boolean wanted =
                draft.proposals.stream()
                        .map(Proposal::authentication)
                        .anyMatch(AuthenticationMethod::usesCertificate);
        boolean plain =
                draft.ownCertificate.filter(Certificates.Own.PlainRsa.class::isInstance).isPresent()
                        || draft.peerCertificate
                                .filter(Certificates.Peer.PlainRsa.class::isInstance)
                                .isPresent();
        Optional<AuthenticationMethod> needsOwn =
                draft.proposals.stream()
                        .map(Proposal::authentication)
                        .filter(AuthenticationMethod::usesCertificate)
                        .filter(method -> method != AuthenticationMethod.HYBRID_RSA_CLIENT)
                        .findFirst();
        if (needsOwn.isPresent() && draft.ownCertificate.isEmpty()) {
            file.report(
                    Code.CERTIFICATE_MISSING
                            .at(
                                    section.span(),
                                    "%s needs a certificate of our own"
                                            .formatted(needsOwn.get().word()))
                            .hint("certificate_type x509 \"CERTIFICATE\" \"KEY\";"));
        } else if (draft.ownIdentity instanceof OwnIdentity.CertificateSubject
                && draft.ownCertificate.isEmpty()) {
            file.report(
                    Code.CERTIFICATE_MISSING
                            .at(
                                    place("my_identifier"),
                                    "there is no certificate to take the name from")
                            .hint(
                                    "write the name, or certificate_type x509 \"CERTIFICATE\""
                                            + " \"KEY\";"));
        }
        if (wanted && !draft.verifyCertificate && !plain) {
            file.report(
                    Code.CERTIFICATE_NOT_VERIFIED
                            .at(
                                    place("verify_cert"),
                                    "whoever has any certificate can be this peer")
                            .hint(
                                    "verify_cert on, and the CA's certificate in `path"
                                            + " certificate`"));
        }
        if (!wanted && directives.containsKey("certificate_type")) {
            file.report(
                    Code.CERTIFICATE_WITHOUT_USE
                            .at(place("certificate_type"), "no proposal asks for a certificate")
                            .hint("authentication_method rsasig, or leave it out"));
        }
    }

    private void methods() {
        for (Proposal proposal : draft.proposals) {
            AuthenticationMethod method = proposal.authentication();
            boolean isClient =
                    switch (method) {
                        case XAUTH_PSK_CLIENT,
                                XAUTH_RSA_CLIENT,
                                HYBRID_RSA_CLIENT,
                                HYBRID_DSS_CLIENT ->
                                true;
                        case PRE_SHARED_KEY,
                                DSS_SIGNATURE,
                                RSA_SIGNATURE,
                                RSA_ENCRYPTION,
                                RSA_REVISED_ENCRYPTION,
                                HYBRID_RSA_SERVER,
                                HYBRID_DSS_SERVER,
                                GSSAPI_KERBEROS,
                                XAUTH_PSK_SERVER,
                                XAUTH_RSA_SERVER ->
                                false;
                    };
            if (isClient && draft.login.isEmpty()) {
                file.report(
                        Code.LOGIN_MISSING
                                .at(section.span(), "%s without a login".formatted(method.word()))
                                .hint(
                                        "xauth_login \"NAME\"; or give it each time: racoonctl"
                                                + " vpn-connect -u NAME"));
                break;
            }
        }
        draft.proposals.stream()
                .map(Proposal::authentication)
                .filter(method -> method.worksInRacoon() && !method.isAvailable())
                .distinct()
                .forEach(
                        method ->
                                file.report(
                                        Code.NOT_YET
                                                .at(
                                                        methodPlace(method),
                                                        "%s is not available yet: such a peer is"
                                                                        .formatted(method.word())
                                                                + " refused")
                                                .hint("pre_shared_key works")));
    }

    private Span methodPlace(AuthenticationMethod method) {
        return proposalSections().stream()
                .flatMap(proposal -> proposal.body().stream())
                .filter(item -> item.word().equals("authentication_method"))
                .filter(item -> item.word(0).equals(method.word()))
                .map(item -> item.arguments().getFirst().span())
                .findFirst()
                .orElse(section.span());
    }

    private List<Statement.Section> proposalSections() {
        return section.body().stream()
                .filter(Statement.Section.class::isInstance)
                .map(Statement.Section.class::cast)
                .toList();
    }

    /// Of two equal ones the second is never chosen.
    private void proposals() {
        List<Statement.Section> sections = proposalSections();
        int inherited = draft.proposals.size() - sections.size();
        Set<String> before = new HashSet<>();
        for (int i = 0; i < draft.proposals.size(); i++) {
            String text = draft.proposals.get(i).toString();
            if (!before.add(text) && i >= inherited && inherited >= 0) {
                file.report(
                        Code.PROPOSAL_TWICE
                                .at(
                                        sections.get(i - inherited).span(),
                                        "%s is proposed before".formatted(text))
                                .hint("leave it out: the first one is taken"));
            }
        }
    }

    private void lifetimes() {
        boolean written =
                directives.containsKey("lifetime")
                        || proposalSections().stream()
                                .flatMap(proposal -> proposal.body().stream())
                                .anyMatch(item -> item.word().equals("lifetime"));
        if (!written || !directives.containsKey("proposal_check")) {
            return;
        }
        switch (draft.proposalCheck) {
            case OBEY ->
                    lifetimeNote(
                            "what a peer asks for counts, when it calls: lifetimes, key lengths"
                                    + " and PFS group here are ours only when we call");
            case CLAIM ->
                    lifetimeNote(
                            "in phase 1 a longer lifetime of the peer is refused, as with `strict`:"
                                    + " racoon's manual says otherwise, racoon does this");
            case EXACT ->
                    lifetimeNote("the peer must have exactly the same lifetimes, in both phases");
            case STRICT -> {} // the default
        }
    }

    private void lifetimeNote(String message) {
        file.report(Code.LIFETIME_AGAINST_CHECK.at(place("proposal_check"), message));
    }

    private void deadPeers() {
        boolean probes = draft.dpd && draft.dpdDelay > 0;
        if (!draft.dpd && draft.dpdDelay > 0) {
            file.report(
                    Code.DPD_WITHOUT_EFFECT
                            .at(place("dpd_delay"), "no probes are sent while dpd is off")
                            .hint("dpd on;"));
        } else if (!probes
                && (directives.containsKey("dpd_retry") || directives.containsKey("dpd_maxfail"))) {
            file.report(
                    Code.DPD_WITHOUT_EFFECT
                            .at(
                                    directives.containsKey("dpd_retry")
                                            ? place("dpd_retry")
                                            : place("dpd_maxfail"),
                                    "no probes are sent without dpd_delay")
                            .hint("dpd_delay 20;"));
        }
        if (draft.rekey == Rekey.ON && directives.containsKey("rekey") && !probes) {
            file.report(
                    Code.REKEY_WITHOUT_DPD
                            .at(
                                    place("rekey"),
                                    "phase 1 is renewed only where dead peers are looked for")
                            .hint("dpd_delay 20; or rekey force;"));
        }
    }
}

package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.Certificates;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.HookEvent;
import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.ike.settings.Rekey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the body of a `remote`, item by item.
final class RemoteReading {
    /// Of what is counted by an octet on the wire, such as transforms, and is inherited.
    private static final int MOST = 255;

    private final SourceFile file;
    private final RemoteDraft draft;
    private final FilePlaces places;
    private final IdentityReader identities;
    private final ProposalReader proposals;
    private final Map<String, Statement> directives = new LinkedHashMap<>();
    private final List<ProposalReader.Draft> drafts = new ArrayList<>();
    private boolean addressGiven;
    private boolean modesGiven;
    private boolean certificateGiven;
    private boolean peerCertificateGiven;

    RemoteReading(
            SourceFile file,
            RemoteDraft draft,
            FilePlaces places,
            IdentityReader identities,
            ProposalReader proposals) {
        this.file = file;
        this.draft = draft;
        this.places = places;
        this.identities = identities;
        this.proposals = proposals;
        this.addressGiven = draft.address.isPresent();
    }

    Map<String, Statement> directives() {
        return directives;
    }

    void item(Statement item) {
        directives.put(item.word(), item);
        switch (item) {
            case Statement.Section proposal -> drafts.add(proposals.read(proposal, draft));
            case Statement.Directive directive -> directive(directive);
        }
    }

    private void directive(Statement.Directive item) {
        boolean on = item.isOn(0);
        switch (item.word()) {
            case "remote_address" -> remoteAddress(item);
            case "exchange_mode" -> modes(item);
            case "situation" -> situation(item);
            case "certificate_type" -> certificate(item);
            case "peers_certfile" -> peerCertificate(item);
            case "ca_type" -> authority(item);
            case "my_identifier" ->
                    identities.own(file, item).ifPresent(own -> draft.ownIdentity = own);
            case "peers_identifier" -> peer(item);
            case "xauth_login" ->
                    draft.login = item.arguments().stream().findFirst().map(Values::text);
            case "verify_identifier" -> draft.verifyIdentity = on;
            case "verify_cert" -> draft.verifyCertificate = on;
            case "send_cert" -> draft.sendCertificate = on;
            case "send_cr" -> draft.requestCertificate = on;
            case "match_empty_cr" -> draft.matchEmptyRequest = on;
            case "passive" -> draft.passive = on;
            case "support_proxy" -> draft.supportProxy = on;
            case "initial_contact" -> draft.initialContact = on;
            case "weak_phase1_check" -> draft.weakPhase1Check = on;
            case "mode_cfg" -> draft.modeConfig = on;
            case "dpd" -> draft.dpd = on;
            case "generate_policy" ->
                    draft.generatePolicy =
                            on
                                    ? GeneratePolicy.REQUIRE
                                    : GeneratePolicy.ofWord(item.word(0))
                                            .orElse(GeneratePolicy.OFF);
            case "nat_traversal" ->
                    draft.natTraversal = NatTraversal.ofWord(item.word(0)).orElse(NatTraversal.OFF);
            case "ike_frag" ->
                    draft.fragmentation =
                            IkeFragmentation.ofWord(item.word(0)).orElse(IkeFragmentation.OFF);
            case "rekey" -> draft.rekey = Rekey.ofWord(item.word(0)).orElse(Rekey.ON);
            case "esp_frag" -> draft.espFragment = count(item);
            case "nonce_size" -> draft.nonceSize = count(item);
            case "ph1id" -> draft.id = Values.number(file, item.number(0));
            case "dpd_delay" -> draft.dpdDelay = count(item);
            case "dpd_retry" -> draft.dpdRetry = count(item);
            case "dpd_maxfail" -> draft.dpdMaximumFailures = count(item);
            case "script" -> script(item);
            case "lifetime" ->
                    Values.lifetime(file, item, "byte lifetime support is deprecated in Phase1")
                            .ifPresent(time -> draft.lifetime = time);
            case "proposal_check" ->
                    draft.proposalCheck =
                            ProposalCheck.ofWord(item.word(0)).orElse(ProposalCheck.STRICT);
            case "dh_group" -> {
                file.classic(Values.last(item), "dh_group cannot be defined here.");
                file.report(
                        Code.GROUP_OF_REMOTE
                                .at(item.span(), "the group is a matter of each proposal")
                                .hint("move this line into `proposal`"));
            }
            default -> {} // doi: there is only one
        }
    }

    private void peer(Statement item) {
        if (draft.peerIdentities.size() == MOST) {
            tooMany(item.span(), "identifiers of peers");
            return;
        }
        identities.peer(file, item, 0).ifPresent(draft.peerIdentities::add);
    }

    private void tooMany(Span span, String what) {
        file.report(
                Code.TOO_MANY
                        .at(span, "more than %d %s in one remote".formatted(MOST, what))
                        .hint("divide them among several remotes"));
    }

    private int count(Statement item) {
        return Values.number(file, item.number(0), 0, Integer.MAX_VALUE);
    }

    private void remoteAddress(Statement item) {
        if (addressGiven) {
            file.classic(Values.last(item), "remote_address already specified");
            file.report(
                    Code.REMOTE_ADDRESS_TWICE
                            .at(item.span(), "this remote has an address already")
                            .hint("leave this line out"));
            return;
        }
        addressGiven = true;
        if (item.arguments().size() > 1 && item.arguments().get(1) instanceof Argument.Port port) {
            draft.port = Values.port(file, port);
        }
        draft.address = Values.address(file, item.arguments().getFirst(), draft.port);
    }

    private void modes(Statement item) {
        if (!modesGiven) {
            draft.modes.clear();
        }
        modesGiven = true;
        for (Argument word : item.arguments()) {
            ExchangeMode.ofWord(Values.text(word))
                    .filter(mode -> !draft.modes.contains(mode))
                    .ifPresent(draft.modes::add);
        }
    }

    private void situation(Statement item) {
        if (!item.word(0).equals("identity_only")) {
            file.classic(
                    Values.last(item), "situation %s is not supported".formatted(item.word(0)));
            file.report(
                    Code.SITUATION
                            .at(item.span(), "only the situation identity_only works")
                            .hint("write situation identity_only, or leave the line out"));
        }
    }

    private void certificate(Statement item) {
        if (certificateGiven) {
            alreadyDefined(item, "certificate_type");
            return;
        }
        certificateGiven = true;
        Argument.Quoted first = item.quoted(1);
        if (item.word(0).equals("x509")) {
            Argument.Quoted key = item.quoted(2);
            places.certificate(
                    file,
                    first,
                    key.span(),
                    "failed to load certificate \"%s\"".formatted(first.text()));
            draft.ownCertificate = Optional.of(new Certificates.Own.X509(first.name(), key.name()));
            return;
        }
        new PlainRsaCheck(file, places).privateKeys(first);
        draft.ownCertificate = Optional.of(new Certificates.Own.PlainRsa(first.name()));
        draft.requestCertificate = false;
        draft.sendCertificate = false;
        draft.verifyCertificate = false;
    }

    private void peerCertificate(Statement item) {
        if (peerCertificateGiven) {
            alreadyDefined(item, "peers_certfile");
            return;
        }
        peerCertificateGiven = true;
        if (item.word(0).equals("dnssec")) {
            draft.peerCertificate = Optional.of(new Certificates.Peer.Dnssec());
            return;
        }
        Argument.Quoted name = item.firstQuoted().orElseThrow();
        if (item.word(0).equals("plain_rsa")) {
            new PlainRsaCheck(file, places).publicKeys(name);
            draft.peerCertificate =
                    Optional.of(new Certificates.Peer.PlainRsa(List.of(name.name())));
            return;
        }
        if (item.word(0).isEmpty()) {
            file.classicWarning(name.span(), "This directive without certtype will be removed!\n");
            file.classicWarning(
                    name.span(),
                    "Please use 'peers_certfile x509 \"%s\";' instead\n".formatted(name.text()));
            file.report(
                    Code.CERTIFICATE_WITHOUT_TYPE
                            .at(item.span(), "this form is of racoon before 0.6")
                            .hint("peers_certfile x509 \"%s\";".formatted(name.name())));
        }
        places.certificate(
                file,
                name,
                name.span(),
                "failed to load certificate \"%s\"".formatted(name.text()));
        draft.peerCertificate = Optional.of(new Certificates.Peer.X509(name.name()));
    }

    private void authority(Statement item) {
        if (draft.authority.isPresent()) {
            alreadyDefined(item, "ca_type");
            return;
        }
        Argument.Quoted name = item.quoted(1);
        places.certificate(
                file,
                name,
                name.span(),
                "failed to load certificate \"%s\"".formatted(name.text()));
        draft.authority = Optional.of(name.name());
    }

    private void alreadyDefined(Statement item, String word) {
        file.classic(Values.last(item), word + " already defined");
        file.report(
                Code.ALREADY_DEFINED
                        .at(item.span(), "racoon takes only one `%s`".formatted(word))
                        .hint(
                                word.equals("peers_certfile")
                                        ? "write all public keys into one file"
                                        : "leave one of them out"));
    }

    private void script(Statement item) {
        HookEvent.ofWord(item.word(1))
                .ifPresent(
                        event ->
                                draft.scripts.put(
                                        event, places.resolved("script", item.quoted(0).name())));
    }

    /// @param complete whether what is missing may be held against it
    /// @return whether it has all that a remote needs
    boolean close(Statement.Section section, boolean complete, String title) {
        Span brace = section.close();
        Span place = section.name().span().to(section.span());
        if (draft.modes.isEmpty()) {
            if (complete) {
                file.classic(brace, "no exchange mode specified.\n");
                file.report(
                        Code.NO_EXCHANGE_MODE
                                .at(place, "this remote has no exchange_mode")
                                .hint("exchange_mode main;"));
            }
            return false;
        }
        if (drafts.isEmpty() && draft.proposals.isEmpty()) {
            if (complete) {
                file.classic(brace, "no remote specification found: %s.\n".formatted(title));
                file.report(
                        Code.NO_PROPOSAL
                                .at(place, "this remote has no proposal")
                                .hint(
                                        "proposal { encryption_algorithm aes 256;"
                                                + " hash_algorithm sha256; dh_group 14;"
                                                + " authentication_method pre_shared_key; }"));
            }
            return false;
        }
        boolean whole = true;
        if (drafts.size() + draft.proposals.size() > MOST) {
            tooMany(place, "proposals");
            return false;
        }
        for (ProposalReader.Draft each : drafts) {
            Optional<Proposal> proposal = each.proposal(file, brace, draft.lifetime);
            proposal.ifPresent(draft.proposals::add);
            whole &= proposal.isPresent();
        }
        if (draft.modes.contains(ExchangeMode.AGGRESSIVE)
                && draft.proposals.stream().map(Proposal::group).distinct().count() > 1) {
            file.classic(
                    brace,
                    "DH group must be equal in all proposals when aggressive mode is used.\n");
            file.report(
                    Code.GROUPS_DIFFER
                            .at(
                                    directives.getOrDefault("exchange_mode", section).span(),
                                    "in aggressive mode all proposals must have one dh_group")
                            .hint("its first message carries one public value already"));
            whole = false;
        }
        return whole;
    }
}

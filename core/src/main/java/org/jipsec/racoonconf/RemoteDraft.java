package org.jipsec.racoonconf;

import org.jipsec.ike.settings.Certificates;
import org.jipsec.ike.settings.DeadPeerDetection;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.GeneratePolicy;
import org.jipsec.ike.settings.HookEvent;
import org.jipsec.ike.settings.IkeFragmentation;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.OwnIdentity;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.ike.settings.Rekey;
import org.jipsec.ike.settings.RemoteSettings;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A remote while its section is read; begins with the defaults, or with what a parent has.
final class RemoteDraft {
    Optional<String> name = Optional.empty();
    Optional<InetAddress> address = Optional.empty();
    int port = RemoteSettings.PORT;
    List<ExchangeMode> modes = new ArrayList<>();
    OwnIdentity ownIdentity = new OwnIdentity.LocalAddress();
    final List<PeerIdentity> peerIdentities = new ArrayList<>();
    boolean verifyIdentity;
    Optional<Certificates.Own> ownCertificate = Optional.empty();
    Optional<Certificates.Peer> peerCertificate = Optional.empty();
    Optional<String> authority = Optional.empty();
    boolean verifyCertificate = true;
    boolean sendCertificate = true;
    boolean requestCertificate = true;
    boolean matchEmptyRequest;
    int nonceSize = 16;
    boolean passive;
    ProposalCheck proposalCheck = ProposalCheck.STRICT;
    Duration lifetime = Duration.ofHours(8);
    GeneratePolicy generatePolicy = GeneratePolicy.OFF;
    boolean supportProxy;
    boolean initialContact = true;
    NatTraversal natTraversal = NatTraversal.OFF;
    IkeFragmentation fragmentation = IkeFragmentation.OFF;
    int espFragment = 65535;
    boolean dpd = true;
    int dpdDelay;
    int dpdRetry = 5;
    int dpdMaximumFailures = 5;
    Rekey rekey = Rekey.ON;
    boolean weakPhase1Check;
    boolean modeConfig;
    Optional<String> login = Optional.empty();
    final Map<HookEvent, String> scripts = new EnumMap<>(HookEvent.class);
    long id;
    final List<Proposal> proposals = new ArrayList<>();

    /// Everything but who it is.
    void inherit(RemoteDraft parent) {
        modes = new ArrayList<>(parent.modes);
        ownIdentity = parent.ownIdentity;
        peerIdentities.addAll(parent.peerIdentities);
        verifyIdentity = parent.verifyIdentity;
        ownCertificate = parent.ownCertificate;
        peerCertificate = parent.peerCertificate;
        authority = parent.authority;
        verifyCertificate = parent.verifyCertificate;
        sendCertificate = parent.sendCertificate;
        requestCertificate = parent.requestCertificate;
        matchEmptyRequest = parent.matchEmptyRequest;
        nonceSize = parent.nonceSize;
        passive = parent.passive;
        proposalCheck = parent.proposalCheck;
        lifetime = parent.lifetime;
        generatePolicy = parent.generatePolicy;
        supportProxy = parent.supportProxy;
        initialContact = parent.initialContact;
        natTraversal = parent.natTraversal;
        fragmentation = parent.fragmentation;
        espFragment = parent.espFragment;
        dpd = parent.dpd;
        dpdDelay = parent.dpdDelay;
        dpdRetry = parent.dpdRetry;
        dpdMaximumFailures = parent.dpdMaximumFailures;
        rekey = parent.rekey;
        weakPhase1Check = parent.weakPhase1Check;
        modeConfig = parent.modeConfig;
        login = parent.login;
        scripts.putAll(parent.scripts);
        id = parent.id;
        proposals.addAll(parent.proposals);
    }

    RemoteSettings settings() {
        return new RemoteSettings(
                name,
                address,
                port,
                modes,
                ownIdentity,
                peerIdentities,
                verifyIdentity,
                new Certificates(
                        ownCertificate,
                        peerCertificate,
                        authority,
                        verifyCertificate,
                        sendCertificate,
                        requestCertificate,
                        matchEmptyRequest),
                nonceSize,
                passive,
                proposalCheck,
                lifetime,
                generatePolicy,
                supportProxy,
                initialContact,
                natTraversal,
                fragmentation,
                espFragment,
                new DeadPeerDetection(
                        dpd,
                        Duration.ofSeconds(dpdDelay),
                        Duration.ofSeconds(dpdRetry),
                        dpdMaximumFailures),
                rekey,
                weakPhase1Check,
                modeConfig,
                login,
                scripts,
                id,
                proposals);
    }
}

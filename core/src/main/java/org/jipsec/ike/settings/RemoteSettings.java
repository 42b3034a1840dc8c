package org.jipsec.ike.settings;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How to talk to one peer, or to any, in phase 1 (`remote`).
///
/// @param name of `remote "name"`
/// @param address empty: `anonymous`, any peer; or a named remote without one, which only answers
/// @param port of the peer, 500 unless given
/// @param modes the first to initiate with, all to be answered; not empty
/// @param peerIdentities any of them will do; looked at only with `verifyIdentity`
/// @param nonceSize in octets
/// @param passive never initiate
/// @param lifetime of phase 1, for proposals that do not say; they have it already
/// @param supportProxy send ID payloads in quick mode always
/// @param espFragment largest ESP packet before it is wrapped into UDP
/// @param weakPhase1Check accept deletes that prove nothing
/// @param modeConfig client: ask for a configuration, server: wait for the question
/// @param login of XAUTH clients
/// @param id ties sainfos to this remote (`ph1id`); 0: none
/// @param proposals in order of preference; not empty
public record RemoteSettings(
        Optional<String> name,
        Optional<InetAddress> address,
        int port,
        List<ExchangeMode> modes,
        OwnIdentity ownIdentity,
        List<PeerIdentity> peerIdentities,
        boolean verifyIdentity,
        Certificates certificates,
        int nonceSize,
        boolean passive,
        ProposalCheck proposalCheck,
        Duration lifetime,
        GeneratePolicy generatePolicy,
        boolean supportProxy,
        boolean initialContact,
        NatTraversal natTraversal,
        IkeFragmentation fragmentation,
        int espFragment,
        DeadPeerDetection deadPeerDetection,
        Rekey rekey,
        boolean weakPhase1Check,
        boolean modeConfig,
        Optional<String> login,
        Map<HookEvent, String> scripts,
        long id,
        List<Proposal> proposals) {
    /// Where IKE is.
    public static final int PORT = 500;

    public RemoteSettings {
        modes = List.copyOf(modes);
        peerIdentities = List.copyOf(peerIdentities);
        scripts = Map.copyOf(scripts);
        proposals = List.copyOf(proposals);
    }

    /// A remote with every default.
    ///
    /// @param address empty: anonymous
    public static RemoteSettings of(
            Optional<InetAddress> address, List<ExchangeMode> modes, List<Proposal> proposals) {
        return new RemoteSettings(
                Optional.empty(),
                address,
                PORT,
                modes,
                new OwnIdentity.LocalAddress(),
                List.of(),
                false,
                Certificates.DEFAULTS,
                16,
                false,
                ProposalCheck.STRICT,
                Duration.ofHours(8),
                GeneratePolicy.OFF,
                false,
                true,
                NatTraversal.OFF,
                IkeFragmentation.OFF,
                65535,
                DeadPeerDetection.DEFAULTS,
                Rekey.ON,
                false,
                false,
                Optional.empty(),
                Map.of(),
                0,
                proposals);
    }

    /// Whether it is for every peer that has none of its own.
    public boolean isAnonymous() {
        return address.isEmpty() && name.isEmpty();
    }

    /// Whether any of its proposals rests on a pre-shared key.
    public boolean usesPresharedKey() {
        return proposals.stream().anyMatch(each -> each.authentication().usesPresharedKey());
    }
}

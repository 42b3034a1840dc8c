package org.jipsec.ike;

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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A remote section, said bit by bit.
final class TestRemote {
    private Optional<InetAddress> address = Optional.empty();
    private List<ExchangeMode> modes = List.of(ExchangeMode.MAIN);
    private OwnIdentity own = new OwnIdentity.LocalAddress();
    private List<PeerIdentity> peers = List.of();
    private boolean verify;
    private boolean passive;
    private ProposalCheck check = ProposalCheck.OBEY;
    private GeneratePolicy generate = GeneratePolicy.OFF;
    private boolean proxy;
    private boolean initialContact = true;
    private NatTraversal nat = NatTraversal.OFF;
    private IkeFragmentation fragmentation = IkeFragmentation.OFF;
    private DeadPeerDetection dpd = DeadPeerDetection.DEFAULTS;
    private Rekey rekey = Rekey.ON;
    private final Map<HookEvent, String> scripts = new HashMap<>();
    private List<Proposal> proposals = List.of(TestSettings.HOWTO);

    TestRemote address(String text) {
        address = Optional.of(IkeWorld.address(text));
        return this;
    }

    TestRemote modes(ExchangeMode... all) {
        modes = List.of(all);
        return this;
    }

    TestRemote own(OwnIdentity identity) {
        own = identity;
        return this;
    }

    TestRemote verify(PeerIdentity... all) {
        verify = true;
        peers = List.of(all);
        return this;
    }

    TestRemote passive() {
        passive = true;
        return this;
    }

    TestRemote check(ProposalCheck value) {
        check = value;
        return this;
    }

    TestRemote generate(GeneratePolicy value) {
        generate = value;
        return this;
    }

    TestRemote supportProxy() {
        proxy = true;
        return this;
    }

    TestRemote noInitialContact() {
        initialContact = false;
        return this;
    }

    TestRemote nat(NatTraversal value) {
        nat = value;
        return this;
    }

    TestRemote fragmentation(IkeFragmentation value) {
        fragmentation = value;
        return this;
    }

    TestRemote dpd(int delay, int retry, int most) {
        dpd =
                new DeadPeerDetection(
                        true, Duration.ofSeconds(delay), Duration.ofSeconds(retry), most);
        return this;
    }

    TestRemote rekey(Rekey value) {
        rekey = value;
        return this;
    }

    TestRemote script(HookEvent event, String path) {
        scripts.put(event, path);
        return this;
    }

    TestRemote proposals(Proposal... all) {
        proposals = List.of(all);
        return this;
    }

    RemoteSettings build() {
        return new RemoteSettings(
                Optional.empty(),
                address,
                500,
                modes,
                own,
                peers,
                verify,
                Certificates.DEFAULTS,
                16,
                passive,
                check,
                Duration.ofHours(8),
                generate,
                proxy,
                initialContact,
                nat,
                fragmentation,
                65535,
                dpd,
                rekey,
                false,
                false,
                Optional.empty(),
                scripts,
                0,
                proposals);
    }
}

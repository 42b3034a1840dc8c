package org.jipsec.daemon.ike;

import org.jipsec.daemon.SetkeyText;
import org.jipsec.daemon.Wire;
import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.ike.IkeReport;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.Settings;
import org.jipsec.racoonconf.ConfFiles;
import org.jipsec.racoonconf.RacoonLanguage;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Statistics;
import org.jipsec.testing.Namespaces;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/// A host in a network namespace that has all of it: databases, wire, and an IKE daemon which
/// speaks by that wire.
final class IkeHost implements AutoCloseable {
    final SadbEngine engine = new SadbEngine(InstantSource.system(), new SecureRandom(), 4711);
    final Recorded<IkeReport> log = new Recorded<>();
    final Queue<String> messages = new ConcurrentLinkedQueue<>();
    private final KeyService service = new KeyService(engine.backend());
    private final Wire wire;
    private final IkeDaemon daemon;

    /// @param keys psk.txt
    /// @param racoon racoon.conf
    /// @param setkey what was loaded before the daemon starts
    IkeHost(Namespaces hosts, String name, String keys, String racoon, String setkey)
            throws IOException {
        wire =
                hosts.in(
                        name,
                        () -> Wire.open(engine, service, 1, true, messages::add, messages::add));
        boolean isWhole = false;
        try {
            SetkeyText.load(engine, setkey);
            wire.awaitApplied();
            PresharedKeys known = new PresharedKeys(keys.getBytes(StandardCharsets.US_ASCII));
            daemon =
                    hosts.in(
                            name,
                            () ->
                                    IkeDaemon.start(
                                            settings(racoon),
                                            IkeDaemon.GivenPlaces.NONE,
                                            new IkeDaemon.Surroundings(
                                                    engine::backend,
                                                    new WireIkePorts(
                                                            wire,
                                                            KernelIkePorts.create(
                                                                    IkeSocketOptions.userspace())),
                                                    LocalAddresses.open(),
                                                    () -> known,
                                                    new SteadyClock(
                                                            Instant.parse("2000-01-01T00:00:00Z")),
                                                    new SecureRandom(),
                                                    log)));
            isWhole = true;
        } finally {
            if (!isWhole) {
                wire.close();
            }
        }
    }

    private static Settings settings(String text) {
        RacoonLanguage.Checked checked =
                RacoonLanguage.check(
                        "racoon.conf", text.getBytes(StandardCharsets.US_ASCII), ConfFiles.NONE);
        return checked.settings()
                .orElseThrow(() -> new IllegalStateException(checked.files().toString()));
    }

    List<SaSnapshot> matureSas() {
        SadbReply reply = engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC));
        return ((SadbReply.Sas) reply)
                .snapshots().stream().filter(sa -> sa.state() == SaState.MATURE).toList();
    }

    /// What was dropped, by its reasons.
    Map<String, Long> drops() {
        return statistics().drops().stream()
                .filter(drop -> drop.packets() > 0)
                .collect(Collectors.toMap(Statistics.Drop::name, Statistics.Drop::packets));
    }

    Statistics statistics() {
        return ((SadbReply.Counted) engine.execute(new SadbOperation.GetStatistics())).statistics();
    }

    @Override
    public void close() {
        daemon.close();
        wire.close();
        service.close();
    }
}

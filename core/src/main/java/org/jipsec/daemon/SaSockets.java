package org.jipsec.daemon;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.OsException;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/// Opens the sockets that SAs ask for: UDP ports for ESP in UDP, those of IP in IP for tunnels of
/// IPComp. A port that a program of the host has is tried again as long as an SA wants it. They
/// stay open until the wire ends. For one thread.
final class SaSockets {
    private final SadbEngine engine;
    private final WireSockets sockets;
    private final HostSide host;
    private final QuotedPackets quotedPackets;
    private final Runnable opened;
    private final Consumer<String> messages;
    private final WirePorts ports = new WirePorts();

    /// Ports that were wanted and could not be opened.
    private final Set<Integer> refused = new TreeSet<>();

    /// Ports that are wanted whatever the SAs ask for.
    private final Set<Integer> kept = new TreeSet<>();

    private boolean ipInIp;

    /// @param opened done when there are more sockets than before
    SaSockets(
            SadbEngine engine,
            WireSockets sockets,
            HostSide host,
            QuotedPackets quotedPackets,
            Runnable opened,
            Consumer<String> messages) {
        this.engine = engine;
        this.sockets = sockets;
        this.host = host;
        this.quotedPackets = quotedPackets;
        this.opened = opened;
        this.messages = messages;
    }

    /// Whether an SA asks for more than the wire has anyway.
    static boolean areNeededBy(SecurityAssociation sa) {
        return sa.encapsulation().isPresent() || isCompressingTunnel(sa);
    }

    private static boolean isCompressingTunnel(SecurityAssociation sa) {
        return sa.protocol() == IpsecProtocol.IPCOMP && sa.mode() == SaMode.TUNNEL;
    }

    /// Those that are there now and ask for sockets.
    static Collection<SecurityAssociation> all(SadbEngine engine) {
        return engine.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                        instanceof SadbReply.Sas(List<SaSnapshot> all)
                ? all.stream().map(SaSnapshot::association).filter(SaSockets::areNeededBy).toList()
                : List.of();
    }

    /// @param sa one that [#areNeededBy] names
    void openFor(SecurityAssociation sa) {
        open(ports.of(sa, host.locality()));
        if (!isCompressingTunnel(sa)) {
            return;
        }
        quotedPackets.addCompressingTunnel(sa.destination().address());
        if (!ipInIp) {
            ipInIp = true;
            try {
                sockets.openIpInIp();
                opened.run();
            } catch (OsException e) {
                messages.accept("IP in IP cannot be received: " + e.getMessage());
            }
        }
    }

    /// Opens a port for as long as the wire is there.
    ///
    /// @return whether it is open; if not it is tried again from time to time
    boolean keep(int port) {
        kept.add(port);
        open(Set.of(port));
        return sockets.test(port);
    }

    /// From time to time: an address may have become this host's, a port may be free now.
    void check() {
        open(ports.again(host.locality()));
        if (!refused.isEmpty()) {
            Set<Integer> wanted = new HashSet<>(kept);
            all(engine).forEach(sa -> wanted.addAll(ports.of(sa, host.locality())));
            refused.retainAll(wanted);
            open(new TreeSet<>(refused));
        }
    }

    private void open(Set<Integer> wanted) {
        boolean isMore = false;
        for (int port : wanted) {
            if (!sockets.test(port)) {
                isMore |= openPort(port);
            }
        }
        if (isMore) {
            opened.run();
            host.encapsulationPorts(sockets.ports());
        }
    }

    private boolean openPort(int port) {
        if (sockets.ports().size() == WireSockets.MAXIMUM_PORTS) {
            if (refused.add(port)) {
                messages.accept("ESP in UDP is received at no more ports: not at " + port);
            }
            return false;
        }
        try {
            sockets.openPort(port);
        } catch (OsException e) {
            if (refused.add(port)) {
                messages.accept(
                        "ESP in UDP cannot be received at port " + port + ": " + e.getMessage());
            }
            return false;
        }
        if (refused.remove(port)) {
            messages.accept("ESP in UDP is received at port " + port + " now");
        }
        return true;
    }
}

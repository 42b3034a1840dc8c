package org.jipsec.cli;

import org.jipsec.daemon.WireNames;
import org.jipsec.os.IpFamily;
import org.jipsec.os.NetworkNamespace;
import org.jipsec.os.NetworkRule;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.RawSocket;
import org.jipsec.os.Rtnetlink;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.Tun;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// What the doctor tries in a network namespace that is gone afterwards.
final class NamespaceProbes {
    private static final int[] PROTOCOLS = {50, 51, 108};
    private static final long PATIENCE_SECONDS = 10;

    /// The kind of set that the wire's filter is made of.
    private static final String TABLE =
            """
            table inet jipsec {
                set s {
                    type ipv4_addr . ipv4_addr . inet_proto . inet_service
                    flags interval
                    elements = { 192.0.2.0/24 . 198.51.100.0/24 . tcp . 1-1024 }
                }
                counter forbidden { }
                chain i {
                    type filter hook input priority filter
                    ip saddr . ip daddr . meta l4proto . th dport @s counter name forbidden drop
                }
            }
            """;

    private NamespaceProbes() {}

    private interface Probe {
        Finding run() throws IOException, InterruptedException;
    }

    static List<Finding> all(NetworkNamespace own, Host host) {
        List<Finding> findings = new ArrayList<>();
        findings.add(in(own, "tun", NamespaceProbes::tun));
        findings.add(in(own, "raw-sockets", NamespaceProbes::rawSockets));
        findings.add(in(own, "policy-routing", NamespaceProbes::policyRouting));
        findings.add(in(own, "nft", () -> nft(host)));
        return findings;
    }

    /// What can be said without a namespace.
    static List<Finding> untried(WireRights rights, Host host, OsException refused) {
        List<Finding> findings = new ArrayList<>();
        Path device = rights.device();
        if (!Files.exists(device)) {
            findings.add(Finding.missing("tun", "there is no " + device, "modprobe tun"));
        } else {
            findings.add(
                    Finding.unknown(
                            "tun", device + " is there; its offloads only root can find out"));
        }
        String reason = "only root can try it (" + refused.getMessage() + ")";
        findings.add(Finding.unknown("raw-sockets", reason));
        findings.add(Finding.unknown("policy-routing", reason));
        findings.add(
                MachineProbes.program(host, "nft")
                        .map(path -> Finding.unknown("nft", path + " is there; " + reason))
                        .orElseGet(NamespaceProbes::noNft));
        return findings;
    }

    private static Finding in(NetworkNamespace own, String id, Probe probe) {
        try {
            return own.run(() -> tried(probe, id));
        } catch (IOException refused) {
            return Finding.missing(
                    id, String.valueOf(refused.getMessage()), "a kernel with it, or its module");
        }
    }

    private static Finding tried(Probe probe, String id) throws IOException {
        try {
            return probe.run();
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return Finding.unknown(id, "interrupted");
        }
    }

    private static Finding tun() throws OsException {
        Set<Offload> wanted =
                Set.of(
                        Offload.TUN_CHECKSUM,
                        Offload.TUN_TSO4,
                        Offload.TUN_TSO6,
                        Offload.TUN_USO4,
                        Offload.TUN_USO6);
        try (Tun tun = Tun.create(WireNames.DEVICE, 1, wanted)) {
            List<String> names =
                    tun.granted().stream().map(NamespaceProbes::name).sorted().toList();
            String text = "TUN, offloads " + (names.isEmpty() ? "none" : String.join(" ", names));
            return tun.granted().contains(Offload.TUN_TSO4)
                    ? Finding.ok("tun", text)
                    : Finding.limited(
                            "tun", text, "TCP is much faster where the kernel grants TSO");
        }
    }

    private static String name(Offload offload) {
        return offload.name().replace("TUN_", "").toLowerCase(java.util.Locale.ROOT);
    }

    private static Finding rawSockets() throws OsException {
        for (IpFamily family : IpFamily.values()) {
            for (int protocol : PROTOCOLS) {
                RawSocket.receiver(family, protocol, SocketOptions.DEFAULT).close();
            }
            RawSocket.sender(family, SocketOptions.DEFAULT.withMark(WireNames.MARK)).close();
        }
        return Finding.ok("raw-sockets", "ESP, AH and IPComp, IPv4 and IPv6");
    }

    private static Finding policyRouting() throws OsException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            for (IpFamily family : IpFamily.values()) {
                netlink.addRule(
                        NetworkRule.unlessMarked(
                                family,
                                WireNames.RULE_PRIORITY,
                                WireNames.MARK,
                                WireNames.TABLE,
                                WireNames.PROTOCOL));
            }
        }
        return Finding.ok("policy-routing", "rules by mark, IPv4 and IPv6");
    }

    private static Finding nft(Host host) throws IOException, InterruptedException {
        Optional<Path> program = MachineProbes.program(host, "nft");
        if (program.isEmpty()) {
            return noNft();
        }
        ProcessBuilder builder = new ProcessBuilder(program.get().toString(), "-f", "-");
        builder.redirectErrorStream(true);
        Process nft = builder.start();
        try (OutputStream in = nft.getOutputStream()) {
            in.write(TABLE.getBytes(StandardCharsets.US_ASCII));
        }
        String said = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!nft.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            nft.destroyForcibly();
            return Finding.unknown("nft", "it does not end");
        }
        return nft.exitValue() == 0
                ? Finding.ok("nft", program.get() + ", sets of intervals")
                : Finding.limited(
                        "nft",
                        "it refuses: " + said.lines().findFirst().orElse("without a word"),
                        "a kernel with nf_tables, or its module; without it clear text that"
                                + " policies forbid is let in");
    }

    private static Finding noNft() {
        return Finding.limited(
                "nft", "not there: clear text that policies forbid is let in", "install nftables");
    }
}

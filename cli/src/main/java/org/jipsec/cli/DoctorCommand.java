package org.jipsec.cli;

import org.jipsec.diag.JsonWriter;
import org.jipsec.os.NetworkNamespace;
import org.jipsec.os.OsException;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `jipsec doctor`: what this machine can do for IPsec, what is missing, and how to get it.
///
/// What can only be known by trying is tried in a network namespace of its own, which nobody else
/// sees and which is gone afterwards; that takes root.
final class DoctorCommand {
    private static final int SCHEMA = 1;
    private static final int WIDTH = 16;

    private final Host host;
    private final Network network;

    DoctorCommand(Host host, Network network) {
        this.host = host;
        this.network = network;
    }

    /// @return 0 when a wire runs or can run; 1
    /// @throws UsageException an option makes no sense
    int run(GivenOptions given, PrintWriter out) throws UsageException {
        Optional<Path> socket = ServicePlace.option(given);
        List<Finding> findings = examine(socket);
        boolean fit =
                findings.stream().noneMatch(finding -> finding.state() == Finding.State.MISSING);
        if (given.has("--json")) {
            out.println(json(findings, fit));
        } else {
            print(findings, fit, out);
        }
        return fit ? 0 : 1;
    }

    private List<Finding> examine(Optional<Path> socket) {
        List<Finding> findings = new ArrayList<>();
        findings.add(MachineProbes.java());
        WireRights rights = network.rights();
        findings.add(MachineProbes.rights(rights));
        findings.addAll(tried(rights));
        findings.add(MachineProbes.udpOffloads());
        findings.add(MachineProbes.reversePaths());
        findings.add(MachineProbes.setpriv(host));
        findings.addAll(KernelProbes.all());
        findings.add(WireProbes.wire());
        findings.add(WireProbes.service(host, socket));
        return findings;
    }

    /// What takes a namespace of one's own.
    private List<Finding> tried(WireRights rights) {
        try (NetworkNamespace own = NetworkNamespace.fresh()) {
            return NamespaceProbes.all(own, host);
        } catch (OsException refused) {
            return NamespaceProbes.untried(rights, host, refused);
        }
    }

    private static void print(List<Finding> findings, boolean fit, PrintWriter out) {
        for (Finding finding : findings) {
            String head = finding.id() + " ".repeat(Math.max(1, WIDTH - finding.id().length()));
            String word = finding.state() == Finding.State.OK ? "" : finding.state().word() + ": ";
            out.println(head + word + finding.text());
            finding.help().ifPresent(help -> out.println(" ".repeat(WIDTH) + "-> " + help));
        }
        boolean unknown =
                findings.stream().anyMatch(finding -> finding.state() == Finding.State.UNKNOWN);
        out.println();
        out.println(
                fit
                        ? "jipsecd can protect this machine's traffic"
                                + (unknown ? ", as far as can be known without root." : ".")
                        : "jipsecd cannot protect this machine's traffic as things are; jipsecd"
                                + " --no-wire can hold SAs and policies.");
    }

    private static String json(List<Finding> findings, boolean fit) {
        JsonWriter json = new JsonWriter();
        json.open('{').name("schema").number(SCHEMA).name("wire").bool(fit);
        json.name("findings").open('[');
        for (Finding finding : findings) {
            json.open('{').name("id").string(finding.id());
            json.name("state").string(finding.state().word());
            json.name("text").string(finding.text());
            finding.help().ifPresent(help -> json.name("help").string(help));
            json.close('}');
        }
        return json.close(']').close('}').toString();
    }
}

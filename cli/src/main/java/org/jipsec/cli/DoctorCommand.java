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
    private static final int LAST_COLUMN = 100;

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
        Examination found = examine(socket);
        if (given.has("--json")) {
            out.println(json(found));
        } else {
            print(found.findings(), found.isFit(), out);
        }
        return found.isFit() ? 0 : 1;
    }

    /// What has been found out.
    private record Examination(List<Finding> findings, KernelOffer kernel) {
        boolean isFit() {
            return findings.stream().noneMatch(finding -> finding.state() == Finding.State.MISSING);
        }
    }

    private Examination examine(Optional<Path> socket) {
        List<Finding> findings = new ArrayList<>();
        findings.add(MachineProbes.java());
        WireRights rights = network.rights();
        findings.add(MachineProbes.rights(rights));
        KernelOffer kernel = tried(rights, findings);
        findings.add(MachineProbes.udpOffloads());
        findings.add(MachineProbes.reversePaths());
        findings.add(MachineProbes.setpriv(host));
        findings.addAll(KernelProbes.all(kernel, rights.isAllowed()));
        findings.add(WireProbes.wire());
        findings.add(WireProbes.service(host, socket));
        return new Examination(findings, kernel);
    }

    /// What takes a namespace of one's own.
    private KernelOffer tried(WireRights rights, List<Finding> findings) {
        try (NetworkNamespace own = NetworkNamespace.fresh()) {
            findings.addAll(NamespaceProbes.all(own, host));
            return KernelOffer.look(Optional.of(own));
        } catch (OsException refused) {
            findings.addAll(NamespaceProbes.untried(rights, host, refused));
            return KernelOffer.look(Optional.empty());
        }
    }

    private static void print(List<Finding> findings, boolean fit, PrintWriter out) {
        for (Finding finding : findings) {
            String head = finding.id() + " ".repeat(Math.max(1, WIDTH - finding.id().length()));
            String word = finding.state() == Finding.State.OK ? "" : finding.state().word() + ": ";
            out.println(head + wrapped(word + finding.text()));
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

    /// Breaks at blanks, and stays behind the first column.
    private static String wrapped(String text) {
        StringBuilder lines = new StringBuilder();
        int column = WIDTH;
        for (String word : text.split(" ")) {
            if (column > WIDTH && column + 1 + word.length() > LAST_COLUMN) {
                lines.append(System.lineSeparator()).append(" ".repeat(WIDTH));
                column = WIDTH;
            } else if (column > WIDTH) {
                lines.append(' ');
                column++;
            }
            lines.append(word);
            column += word.length();
        }
        return lines.toString();
    }

    private static String json(Examination found) {
        JsonWriter json = new JsonWriter();
        json.open('{').name("schema").number(SCHEMA).name("wire").bool(found.isFit());
        json.name("findings").open('[');
        for (Finding finding : found.findings()) {
            json.open('{').name("id").string(finding.id());
            json.name("state").string(finding.state().word());
            json.name("text").string(finding.text());
            finding.help().ifPresent(help -> json.name("help").string(help));
            json.close('}');
        }
        found.kernel().write(json.close(']').name("kernel"));
        return json.close('}').toString();
    }
}

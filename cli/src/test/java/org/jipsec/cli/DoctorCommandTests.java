package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.os.OsException;
import org.jipsec.os.ProcessRights.Right;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class DoctorCommandTests {
    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private Host host;

    @BeforeEach
    void chooseHost() {
        host =
                TestMachine.host(
                        Map.of(
                                "JIPSEC_SOCKET",
                                folder.resolve("s").toString(),
                                "PATH",
                                System.getenv("PATH")));
    }

    private int doctor(Network network, String... arguments) {
        PrintWriter writer = new PrintWriter(out);
        int status =
                new JipsecCommand(host, new ServiceBackends(host, network), network)
                        .run(InputStream.nullInputStream(), writer, writer, arguments);
        writer.flush();
        return status;
    }

    @Test
    @RequiresWire
    void findsEverythingWhereEverythingIsAndLeavesNothingBehind() throws Exception {
        String before = WireProbes.wire().text(); // of whoever else uses this machine
        assertThat(doctor(new Network(), "doctor")).isZero();
        assertThat(out.toString())
                .contains(
                        "java            Java 2",
                        "rights          CAP_NET_ADMIN and CAP_NET_RAW\n",
                        "tun             TUN, offloads ",
                        "raw-sockets     ESP, AH and IPComp, IPv4 and IPv6\n",
                        "policy-routing  rules by mark, IPv4 and IPv6\n",
                        "nft             /",
                        "service         absent: none is running\n",
                        "jipsecd can protect this machine's traffic.\n")
                .doesNotContain("missing:");
        assertThat(WireProbes.wire().text()).isEqualTo(before);
    }

    @Test
    void saysWhenTheKernelWouldLoseWhatComesProtected() {
        assertThat(MachineProbes.reversePaths("0").state()).isEqualTo(Finding.State.OK);
        for (String all : List.of("1", "2")) {
            Finding finding = MachineProbes.reversePaths(all);
            assertThat(finding.state()).isEqualTo(Finding.State.LIMITED);
            assertThat(finding.text())
                    .startsWith("net.ipv4.conf.all.rp_filter = " + all)
                    .contains("are lost");
            assertThat(finding.help()).hasValueSatisfying(help -> assertThat(help).contains("=0"));
        }
    }

    @Test
    void saysWhatIsMissingAndHowToGetIt() {
        Network poor = new FakeWire(new WireRights(Set.of(), folder.resolve("tun")));
        assertThat(doctor(poor, "doctor")).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "rights          missing: not CAP_NET_ADMIN and CAP_NET_RAW\n"
                                + "                -> be root",
                        "jipsecd cannot protect this machine's traffic");
    }

    @Test
    void isReadByPrograms() {
        Network poor = new FakeWire(new WireRights(Set.of(), folder.resolve("tun")));
        assertThat(doctor(poor, "doctor", "--json")).isEqualTo(1);
        assertThat(out.toString())
                .startsWith("{\"schema\":1,\"wire\":false,\"findings\":[{\"id\":\"java\"")
                .contains("{\"id\":\"rights\",\"state\":\"missing\",\"text\":\"not CAP_NET_ADMIN")
                .contains("],\"kernel\":{\"xfrm\":{\"offer\":\"")
                .contains("{\"protocol\":\"esp\",\"family\":\"ipv4\",\"offer\":\"")
                .contains(
                        "{\"kind\":\"cipher\",\"name\":\"aes-gcm-16\","
                                + "\"kernelName\":\"rfc4106(gcm(aes))\",\"offer\":\"")
                .endsWith("}]}}\n");
    }

    @Test
    void tellsAnOrdinaryUserWhatOnlyRootCanFindOut() {
        OsException refused = new OsException("unshare", "CLONE_NEWNET", 1);
        List<Finding> findings =
                NamespaceProbes.untried(
                        new WireRights(Set.of(Right.NET_RAW), folder.resolve("tun")),
                        TestMachine.host(Map.of("PATH", folder.toString())),
                        refused);
        assertThat(findings).extracting(Finding::id).contains("tun", "raw-sockets", "nft");
        assertThat(findings)
                .filteredOn(finding -> finding.id().equals("raw-sockets"))
                .singleElement()
                .isEqualTo(
                        Finding.unknown(
                                "raw-sockets",
                                "only root can try it (" + refused.getMessage() + ")"));
        assertThat(findings)
                .filteredOn(finding -> finding.id().equals("tun"))
                .singleElement()
                .extracting(Finding::help)
                .isEqualTo(Optional.of("modprobe tun"));
    }

    @Test
    void seesTheServiceThatRuns() throws Exception {
        ServicePlace place = new ServicePlace(folder.resolve("s"));
        try (Service service =
                Service.open(place, host.clock(), Optional.of(new FakeWire()), line -> {})
                        .orElseThrow()) {
            assertThat(service.state()).isEqualTo("on the wire: device fake0");
            assertThat(WireProbes.service(host, Optional.empty()).text())
                    .isEqualTo(
                            "jipsecd, pid "
                                    + ProcessHandle.current().pid()
                                    + ", on "
                                    + place.socket()
                                    + ", on the wire: device fake0");
        }
    }
}

package org.jipsec.cli;

import org.jipsec.os.IpFamily;
import org.jipsec.os.Offload;
import org.jipsec.os.OsException;
import org.jipsec.os.SocketOptions;
import org.jipsec.os.Sysctl;
import org.jipsec.os.UdpSocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What the doctor can see of programs and rights without trying much.
final class MachineProbes {
    private MachineProbes() {}

    /// Which Java, and whether the image's cache for a quick start is in use.
    static Finding java() {
        String text = "Java " + Runtime.version() + " in " + System.getProperty("java.home");
        if (System.getProperty("jipsec.home") == null) {
            return Finding.ok("java", text + ", not run from an image");
        }
        return isMapped(".aot")
                ? Finding.ok("java", text + ", with the image's AOT cache")
                : Finding.limited(
                        "java",
                        text + ", without the image's AOT cache: programs start slower",
                        "run with the JDK the image was made with, or make it anew: mvn package");
    }

    private static boolean isMapped(String suffix) {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.endsWith(suffix));
        } catch (IOException unknown) {
            return false;
        }
    }

    static Finding rights(WireRights rights) {
        return rights.isAllowed()
                ? Finding.ok("rights", "CAP_NET_ADMIN and CAP_NET_RAW")
                : Finding.missing(
                        "rights",
                        "not CAP_NET_ADMIN and CAP_NET_RAW",
                        "be root; in a container: --cap-add NET_ADMIN --cap-add NET_RAW");
    }

    static Finding udpOffloads() {
        try (UdpSocket socket = UdpSocket.bind(IpFamily.IPV4, 0, SocketOptions.DEFAULT)) {
            Set<Offload> granted = socket.granted();
            boolean all = granted.containsAll(Set.of(Offload.UDP_SEGMENT, Offload.UDP_GRO));
            return all
                    ? Finding.ok("udp-offloads", "UDP_SEGMENT and UDP_GRO")
                    : Finding.limited(
                            "udp-offloads",
                            granted.isEmpty() ? "none" : "only " + granted,
                            "ESP in UDP is faster on Linux 5.0 or later");
        } catch (OsException refused) {
            return Finding.unknown("udp-offloads", String.valueOf(refused.getMessage()));
        }
    }

    static Finding setpriv(Host host) {
        return program(host, "setpriv").isPresent()
                ? Finding.ok("setpriv", "jipsecd gives up all other capabilities at its start")
                : Finding.limited(
                        "setpriv",
                        "not there: jipsecd of root keeps all capabilities",
                        "install util-linux");
    }

    /// Whether the kernel lets in protected IPv4 packets from where no packets are diverted to. The
    /// device that they come in by has no addresses, so that even the loose filter is strict there.
    ///
    /// @param all `net.ipv4.conf.all.rp_filter`, which outdoes the device's own
    static Finding reversePaths(String all) {
        return all.equals("0")
                ? Finding.ok("reverse-paths", "net.ipv4.conf.all.rp_filter = 0")
                : Finding.limited(
                        "reverse-paths",
                        "net.ipv4.conf.all.rp_filter = "
                                + all
                                + ": protected IPv4 packets are lost when no policy \"out\" leads"
                                + " back to their source",
                        "sysctl net.ipv4.conf.all.rp_filter=0; each device keeps its own");
    }

    static Finding reversePaths() {
        try {
            return reversePaths(Sysctl.read("ipv4/conf/all/rp_filter"));
        } catch (IOException unknown) {
            return Finding.unknown("reverse-paths", String.valueOf(unknown.getMessage()));
        }
    }

    /// Where a program is; also looks where only root's PATH leads.
    static Optional<Path> program(Host host, String name) {
        String path = host.variable("PATH").orElse("/usr/bin:/bin") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}

package org.jipsec.cli;

import org.jipsec.daemon.WireNames;
import org.jipsec.os.IpFamily;
import org.jipsec.os.OsException;
import org.jipsec.os.Rtnetlink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// What the doctor sees of a wire and of services that run here.
final class WireProbes {
    private static final Path PROCESSES = Path.of("/proc");

    private WireProbes() {}

    /// Whether one runs in this network namespace, or has been killed.
    static Finding wire() {
        if (isDeviceThere()) {
            OptionalLong holder = holder();
            return Finding.ok(
                    "wire",
                    "runs in this network namespace: device "
                            + WireNames.DEVICE
                            + (holder.isPresent()
                                    ? " of pid " + holder.getAsLong()
                                    : ", of whom only root can tell"));
        }
        return areRulesThere()
                ? Finding.limited(
                        "wire",
                        "none runs, but one was killed here: its rules and its filter are still"
                                + " there",
                        "start jipsecd again, then stop it: it removes them")
                : Finding.absent("wire", "none runs in this network namespace");
    }

    private static boolean isDeviceThere() {
        // not java.net's NetworkInterface: it knows only devices that have an address
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return netlink.links().stream().anyMatch(link -> link.name().equals(WireNames.DEVICE));
        } catch (OsException unknown) {
            return false;
        }
    }

    private static boolean areRulesThere() {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            for (IpFamily family : IpFamily.values()) {
                if (netlink.rules(family).stream()
                        .anyMatch(rule -> rule.protocol() == WireNames.PROTOCOL)) {
                    return true;
                }
            }
            return false;
        } catch (OsException unknown) {
            return false;
        }
    }

    /// Which process has the device, of those that we may look into.
    static OptionalLong holder() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[1-9]*")) {
            Path here = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
            for (Path process : processes) {
                if (hasDevice(process, here)) {
                    return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            // no /proc: nobody can tell
        }
        return OptionalLong.empty();
    }

    private static boolean hasDevice(Path process, Path namespace) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            if (!Files.readSymbolicLink(process.resolve("ns/net")).equals(namespace)) {
                return false;
            }
            for (Path each : open) {
                boolean tun =
                        Files.readString(each, StandardCharsets.ISO_8859_1)
                                .lines()
                                .anyMatch(line -> line.equals("iff:\t" + WireNames.DEVICE));
                if (tun) {
                    return true;
                }
            }
        } catch (IOException notForUs) {
            // another user's, or one that has just ended
        }
        return false;
    }

    static Finding service(Host host, Optional<Path> socket) {
        try {
            for (ServicePlace place : ServicePlace.candidates(host, socket)) {
                OptionalLong holder = ServiceLock.holder(place);
                if (holder.isPresent()) {
                    return Finding.ok(
                            "service",
                            "jipsecd, pid "
                                    + holder.getAsLong()
                                    + ", on "
                                    + place.socket()
                                    + ServiceClient.state(place)
                                            .map(state -> ", " + state)
                                            .orElse(""));
                }
            }
            return Finding.absent(
                    "service",
                    "none is running"
                            + ServicePlace.closedToUs()
                                    .map(folder -> " that you may ask: " + folder)
                                    .orElse(""));
        } catch (IOException unusable) {
            return Finding.unknown("service", Reasons.message(unusable));
        }
    }
}

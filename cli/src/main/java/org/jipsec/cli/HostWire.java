package org.jipsec.cli;

import org.jipsec.daemon.Wire;
import org.jipsec.daemon.WireNames;
import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// The wire of this build, and how it is told of.
final class HostWire implements WireLink {
    private final Wire wire;

    private HostWire(Wire wire) {
        this.wire = wire;
    }

    static Optional<WireOpener> opener() {
        return Optional.of(HostWire::open);
    }

    private static WireLink open(
            SadbEngine engine,
            KeyService service,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        try {
            return new HostWire(Wire.open(engine, service, messages, failed));
        } catch (OsException refused) {
            if (refused.is(ErrorNumber.EBUSY)) {
                OptionalLong holder = holder(Path.of("/proc"));
                throw new IOException(
                        "another jipsecd%s has the wire here: device %s"
                                .formatted(
                                        holder.isPresent()
                                                ? " (pid " + holder.getAsLong() + ")"
                                                : "",
                                        WireNames.DEVICE),
                        refused);
            }
            throw refused;
        }
    }

    /// Which process of this network namespace has the device open, as far as we may know.
    ///
    /// @param processes `/proc`
    private static OptionalLong holder(Path processes) throws IOException {
        Path network = Path.of("ns", "net");
        Path ours = Files.readSymbolicLink(processes.resolve("self").resolve(network));
        try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : all) {
                try {
                    if (Files.readSymbolicLink(process.resolve(network)).equals(ours)
                            && hasDevice(process.resolve("fdinfo"))) {
                        return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
                    }
                } catch (IOException goneOrNotOurs) {
                    continue;
                }
            }
        }
        return OptionalLong.empty();
    }

    private static boolean hasDevice(Path descriptors) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(descriptors)) {
            for (Path each : all) {
                if (Files.readString(each, StandardCharsets.ISO_8859_1)
                        .contains("iff:\t" + WireNames.DEVICE + "\n")) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public void tap(@Nullable PacketTap tap) {
        wire.tap(tap);
    }

    @Override
    public String state() {
        Wire.State state = wire.state();
        return "device %s (mtu %d, %s), table %d, nft table inet %s"
                .formatted(
                        state.device(),
                        state.mtu(),
                        state.granted().isEmpty() ? "no offloads" : "offloads",
                        WireNames.TABLE,
                        WireNames.FILTER_TABLE);
    }

    @Override
    public void close() {
        wire.close();
    }
}

package org.jipsec.cli;

import org.jipsec.daemon.Wire;
import org.jipsec.daemon.WireNames;
import org.jipsec.daemon.ike.IkePorts;
import org.jipsec.daemon.ike.WireIkePorts;
import org.jipsec.dataplane.KeyService;
import org.jipsec.dataplane.PacketTap;
import org.jipsec.dataplane.SadbEngine;
import org.jipsec.os.ErrorNumber;
import org.jipsec.os.OsException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Consumer;

/// The wire of this build, and how it is told of.
final class HostWire implements WireLink {
    private final Wire wire;

    private HostWire(Wire wire) {
        this.wire = wire;
    }

    static Optional<WireOpener> opener(int queues) {
        return Optional.of(
                (engine, service, messages, failed) ->
                        open(engine, service, queues, messages, failed));
    }

    private static WireLink open(
            SadbEngine engine,
            KeyService service,
            int queues,
            Consumer<String> messages,
            Consumer<String> failed)
            throws IOException {
        try {
            return new HostWire(Wire.open(engine, service, queues, false, messages, failed));
        } catch (OsException refused) {
            if (refused.is(ErrorNumber.EBUSY)) {
                OptionalLong holder = WireProbes.holder();
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

    @Override
    public void tap(@Nullable PacketTap tap) {
        wire.tap(tap);
    }

    @Override
    public IkePorts ikePorts(IkePorts others) {
        return new WireIkePorts(wire, others);
    }

    @Override
    public String state() {
        Wire.State state = wire.state();
        return "device %s%s%s, rule and routing table %d, %s%s"
                .formatted(
                        state.device(),
                        state.granted().isEmpty() ? " (without offloads)" : "",
                        state.queues() == 1 ? "" : " with " + state.queues() + " queues",
                        WireNames.TABLE,
                        state.filtering()
                                ? "nft table inet " + WireNames.FILTER_TABLE
                                : "no filter against clear text",
                        state.encapsulationPorts().isEmpty()
                                ? ""
                                : ", UDP ports " + new TreeSet<>(state.encapsulationPorts()));
    }

    @Override
    public void close() {
        wire.close();
    }
}

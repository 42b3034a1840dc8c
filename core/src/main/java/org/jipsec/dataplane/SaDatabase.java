package org.jipsec.dataplane;

import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The SAD: every SA by its [SaId], in the order of arrival, and by what it is good for in sending.
///
/// Changed under the engine's lock, one SA in constant time; the [SaLookup] part is read by the
/// packet path without it.
final class SaDatabase implements SaLookup {
    private static final InetAddress ANY_IPV4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ANY_IPV6 = InetAddress.ofLiteral("::");

    /// By destination, protocol and SPI.
    private final ChainTable<SaRecord> byId = new ChainTable<>();

    /// Transport mode, by the packet's own addresses.
    private final ChainTable<SaGroup> transport = new ChainTable<>();

    /// Tunnel mode, by the rule's endpoints, of which only the hash is in the key.
    private final ChainTable<SaGroup> tunnel = new ChainTable<>();

    /// IPComp of the well-known CPI, by addresses.
    private final ChainTable<SaGroup> wellKnown = new ChainTable<>();

    /// Also read without the lock, by who has to wait for them.
    private final Map<SaRecord.Purpose, SaRecord> acquires = new ConcurrentHashMap<>();
    private @Nullable SaRecord newest;
    private int size;

    // ---- the packet path ----

    @Override
    public @Nullable ActiveSa inbound(int ipProtocol, int spi, FlowKey outer) {
        ChainTable.Node<SaRecord> node =
                byId.first(
                        outer.destinationHigh,
                        outer.destinationLow,
                        0,
                        0,
                        idBits(outer.ipv4, ipProtocol, spi));
        if (node != null) {
            return node.value.active();
        }
        if (ipProtocol == IpsecProtocol.IPCOMP.ipNumber() && spi > 0 && spi <= 255) {
            ChainTable.Node<SaGroup> group =
                    wellKnown.first(
                            outer.sourceHigh,
                            outer.sourceLow,
                            outer.destinationHigh,
                            outer.destinationLow,
                            idBits(outer.ipv4, ipProtocol, spi));
            return group == null ? null : group.value.newest();
        }
        return null;
    }

    @Override
    public @Nullable ActiveSa outbound(PolicyRule rule, FlowKey packet) {
        if (rule.mode() == SaMode.TUNNEL) {
            return rule.endpoints().isEmpty() ? null : throughTunnel(rule);
        }
        long bits = purposeBits(packet.ipv4, rule.protocol(), rule.reqid());
        ActiveSa own = between(packet.sourceHigh, packet.sourceLow, packet, bits);
        return own != null ? own : between(0, 0, packet, bits);
    }

    private @Nullable ActiveSa between(long sourceHigh, long sourceLow, FlowKey packet, long bits) {
        ChainTable.Node<SaGroup> node =
                transport.first(
                        sourceHigh, sourceLow, packet.destinationHigh, packet.destinationLow, bits);
        return node == null ? null : node.value.newest();
    }

    private @Nullable ActiveSa throughTunnel(PolicyRule rule) {
        PolicyRule.Endpoints endpoints = rule.endpoints().get();
        InetAddress source = endpoints.source().address();
        InetAddress destination = endpoints.destination().address();
        ActiveSa own = throughTunnel(rule, source, destination);
        return own != null ? own : throughTunnel(rule, anyOf(source), destination);
    }

    private static InetAddress anyOf(InetAddress family) {
        return family instanceof Inet4Address ? ANY_IPV4 : ANY_IPV6;
    }

    private @Nullable ActiveSa throughTunnel(
            PolicyRule rule, InetAddress source, InetAddress destination) {
        ChainTable.Node<SaGroup> node =
                tunnel.first(
                        0,
                        source.hashCode(),
                        0,
                        destination.hashCode(),
                        purposeBits(source instanceof Inet4Address, rule.protocol(), rule.reqid()));
        while (node != null) {
            SaRecord.Purpose purpose = node.value.purpose;
            if (purpose.source().equals(source) && purpose.destination().equals(destination)) {
                return node.value.newest();
            }
            node = node.sibling();
        }
        return null;
    }

    /// Whether there is a refused acquire for this purpose.
    boolean refuses(SaRecord.Purpose purpose) {
        SaRecord record = acquires.get(purpose);
        return record != null && record.state() == SaState.DEAD;
    }

    // ---- the engine, under its lock ----

    /// The same SAs, in the same order and groups, each with a record of its own; packets do not
    /// see what is done to it before [#takeOver].
    SaDatabase copy() {
        SaDatabase copy = new SaDatabase();
        Map<SaRecord, SaRecord> dying = new IdentityHashMap<>();
        Set<SaGroup> weakened = new LinkedHashSet<>();
        for (SaRecord record = oldest(); record != null; record = record.newer) {
            SaRecord twin = record.copy();
            copy.add(twin);
            if (record.state() == SaState.DYING && record.group != null) {
                dying.put(record, twin);
                weakened.add(record.group);
            }
        }
        for (SaGroup group : weakened) {
            for (SaRecord record : group.dyingInOrder()) {
                copy.weaken(Objects.requireNonNull(dying.get(record)));
            }
        }
        return copy;
    }

    /// From now on packets go by these records.
    void takeOver() {
        forEach(IpsecProtocol.UNSPEC, SaRecord::takeOver);
    }

    private @Nullable SaRecord oldest() {
        SaRecord record = newest;
        while (record != null && record.older != null) {
            record = record.older;
        }
        return record;
    }

    int size() {
        return size;
    }

    int acquires() {
        return acquires.size();
    }

    @Nullable SaRecord find(SaId id) {
        ChainTable.Node<SaRecord> node =
                byId.first(
                        AddressBits.high(id.destination()),
                        AddressBits.low(id.destination()),
                        0,
                        0,
                        idBits(id));
        return node == null ? null : node.value;
    }

    @Nullable SaRecord acquire(SaRecord.Purpose purpose) {
        return acquires.get(purpose);
    }

    @Nullable SaRecord acquire(int sequence) {
        for (SaRecord record : acquires.values()) {
            if (record.isAcquire(sequence)) {
                return record;
            }
        }
        return null;
    }

    /// Whether there is an SA to send with for this purpose.
    boolean serves(SaRecord.Purpose purpose) {
        return group(purpose.mode() == SaMode.TUNNEL ? tunnel : transport, purpose) != null;
    }

    void add(SaRecord record) {
        insert(record, null, false);
    }

    /// At the place of its age.
    void restore(SaRecord record) {
        SaRecord newer = null;
        for (SaRecord each = newest;
                each != null && each.addedMillis > record.addedMillis;
                each = each.older) {
            newer = each;
        }
        boolean isDying = record.state() == SaState.DYING;
        insert(record, newer, true);
        if (isDying && record.group != null) {
            record.group.weaken(record);
        }
    }

    private void link(SaRecord record, @Nullable SaRecord newer) {
        SaRecord older = newer == null ? newest : newer.older;
        record.newer = newer;
        record.older = older;
        if (newer == null) {
            newest = record;
        } else {
            newer.older = record;
        }
        if (older != null) {
            older.newer = record;
        }
        size++;
    }

    private void insert(SaRecord record, @Nullable SaRecord newer, boolean byAge) {
        SecurityAssociation association = record.association();
        link(record, newer);
        if (record.isAcquire()) {
            acquires.put(SaRecord.Purpose.of(association), record);
            return;
        }
        InetAddress destination = association.destination().address();
        byId.add(
                AddressBits.high(destination),
                AddressBits.low(destination),
                0,
                0,
                idBits(association.id()),
                record);
        if (record.state() != SaState.LARVAL) {
            join(record, byAge);
        }
    }

    void remove(SaRecord record) {
        SecurityAssociation association = record.association();
        if (record.isAcquire()) {
            acquires.remove(SaRecord.Purpose.of(association));
        } else {
            InetAddress destination = association.destination().address();
            byId.remove(
                    AddressBits.high(destination),
                    AddressBits.low(destination),
                    0,
                    0,
                    idBits(association.id()),
                    record);
        }
        SaGroup group = record.group;
        if (group != null) {
            group.remove(record);
            if (group.isEmpty()) {
                drop(group);
            }
        }
        SaRecord newer = record.newer;
        SaRecord older = record.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older != null) {
            older.newer = newer;
        }
        size--;
        record.state(SaState.DEAD);
    }

    void weaken(SaRecord record) {
        record.state(SaState.DYING);
        if (record.group != null) {
            record.group.weaken(record);
        }
    }

    void refresh(SaRecord record) {
        record.state(SaState.MATURE);
        if (record.group != null) {
            record.group.refresh(record);
        }
    }

    /// From the newest to the oldest. `action` may remove the record it is given.
    void forEach(IpsecProtocol protocol, Consumer<SaRecord> action) {
        SaRecord record = newest;
        while (record != null) {
            SaRecord next = record.older;
            if (protocol == IpsecProtocol.UNSPEC || record.association().protocol() == protocol) {
                action.accept(record);
            }
            record = next;
        }
    }

    private void join(SaRecord record, boolean byAge) {
        SaRecord.Purpose purpose = SaRecord.Purpose.of(record.association());
        boolean isTunnel = purpose.mode() == SaMode.TUNNEL;
        ChainTable<SaGroup> table = isTunnel ? tunnel : transport;
        SaGroup group = group(table, purpose);
        if (group == null) {
            group = new SaGroup(purpose);
            addGroup(table, group);
        }
        if (byAge) {
            group.restore(record);
        } else {
            group.add(record);
        }
    }

    private static @Nullable SaGroup group(ChainTable<SaGroup> table, SaRecord.Purpose purpose) {
        long[] key = key(purpose);
        ChainTable.Node<SaGroup> node = table.first(key[0], key[1], key[2], key[3], key[4]);
        while (node != null && !node.value.purpose.equals(purpose)) {
            node = node.sibling();
        }
        return node == null ? null : node.value;
    }

    private void addGroup(ChainTable<SaGroup> table, SaGroup group) {
        long[] key = key(group.purpose);
        table.add(key[0], key[1], key[2], key[3], key[4], group);
        if (isWellKnown(group)) {
            long[] known = wellKnownKey(group.purpose);
            wellKnown.add(known[0], known[1], known[2], known[3], known[4], group);
        }
    }

    private void drop(SaGroup group) {
        long[] key = key(group.purpose);
        ChainTable<SaGroup> table = group.purpose.mode() == SaMode.TUNNEL ? tunnel : transport;
        table.remove(key[0], key[1], key[2], key[3], key[4], group);
        if (isWellKnown(group)) {
            long[] known = wellKnownKey(group.purpose);
            wellKnown.remove(known[0], known[1], known[2], known[3], known[4], group);
        }
    }

    private static boolean isWellKnown(SaGroup group) {
        return group.purpose.protocol() == IpsecProtocol.IPCOMP;
    }

    private static long[] key(SaRecord.Purpose purpose) {
        InetAddress source = purpose.source();
        InetAddress destination = purpose.destination();
        boolean ipv4 = source instanceof Inet4Address;
        long bits = purposeBits(ipv4, purpose.protocol(), purpose.reqid());
        return purpose.mode() == SaMode.TUNNEL
                ? new long[] {0, source.hashCode(), 0, destination.hashCode(), bits}
                : new long[] {
                    AddressBits.high(source),
                    AddressBits.low(source),
                    AddressBits.high(destination),
                    AddressBits.low(destination),
                    bits
                };
    }

    private static long[] wellKnownKey(SaRecord.Purpose purpose) {
        InetAddress source = purpose.source();
        InetAddress destination = purpose.destination();
        return new long[] {
            AddressBits.high(source),
            AddressBits.low(source),
            AddressBits.high(destination),
            AddressBits.low(destination),
            idBits(
                    source instanceof Inet4Address,
                    IpsecProtocol.IPCOMP.ipNumber(),
                    CompressionAlgorithm.DEFLATE.number())
        };
    }

    private static long idBits(SaId id) {
        return idBits(
                id.destination() instanceof Inet4Address,
                id.protocol().ipNumber(),
                id.spi().value());
    }

    private static long idBits(boolean ipv4, int ipProtocol, int spi) {
        return (ipv4 ? 1L << 40 : 0) | (long) ipProtocol << 32 | (spi & 0xffff_ffffL);
    }

    private static long purposeBits(boolean ipv4, IpsecProtocol protocol, int reqid) {
        return idBits(ipv4, protocol.ipNumber(), reqid);
    }
}

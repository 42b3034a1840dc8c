package org.jipsec.cli;

import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyKey;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SecurityContext;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What jsetkey itself put into a database: names of SAs and policies, never keys, and when. So
/// that `--prune` leaves alone what IKE or `ip xfrm` made: that has another name or another time.
///
/// A text file. A run adds to what others have written, under a lock, and writes it anew.
final class Ledger {
    private static final String HEAD = "jipsec ledger 1";
    private static final long TOLERANCE_SECONDS = 1;

    /// Between which seconds since 1970 something was added.
    private record Period(long from, long to) {
        static Period of(CurrentLifetime life) {
            long added = life.added().getEpochSecond();
            return new Period(added, added);
        }

        boolean holds(CurrentLifetime life) {
            long added = life.added().getEpochSecond();
            return added >= from - TOLERANCE_SECONDS && added <= to + TOLERANCE_SECONDS;
        }
    }

    private final StatePlace place;
    private final Map<SaId, Period> associations = new LinkedHashMap<>();
    private final Map<PolicyKey, Period> policies = new LinkedHashMap<>();
    private Optional<String> trouble = Optional.empty();

    private Ledger(StatePlace place) {
        this.place = place;
    }

    /// One that cannot be read is empty, and says why.
    static Ledger read(StatePlace place) {
        Ledger ledger = new Ledger(place);
        try {
            ledger.take(TrustedFile.read(place.ledger()));
        } catch (NoSuchFileException nothing) {
            ledger.trouble = Optional.of("there is no list of what jsetkey put there");
        } catch (IOException unreadable) {
            ledger.trouble =
                    Optional.of(
                            "the list of what jsetkey put there cannot be read: "
                                    + Reasons.message(unreadable));
        } catch (IllegalArgumentException torn) {
            ledger.associations.clear();
            ledger.policies.clear();
            ledger.trouble =
                    Optional.of(
                            "the list of what jsetkey put there cannot be read: " + place.ledger());
        }
        return ledger;
    }

    /// One that was kept elsewhere, as [#text].
    ///
    /// @throws IOException it is not what was written
    static Ledger of(StatePlace place, byte[] text) throws IOException {
        Ledger ledger = new Ledger(place);
        try {
            ledger.take(text);
            return ledger;
        } catch (IllegalArgumentException torn) {
            throw new IOException("the list of what jsetkey put there is torn", torn);
        }
    }

    /// Why nothing is known to be ours; empty when it is known.
    Optional<String> trouble() {
        return trouble;
    }

    boolean isOurs(SaSnapshot snapshot) {
        Period period = associations.get(snapshot.association().id());
        return period != null && period.holds(snapshot.current());
    }

    boolean isOurs(PolicySnapshot snapshot) {
        Period period = policies.get(PolicyKey.of(snapshot.policy()));
        return period != null && period.holds(snapshot.current());
    }

    /// Forgets what is not there any more.
    ///
    /// @param liveAssociations all there are
    /// @param livePolicies likewise
    void keepOnly(List<SaSnapshot> liveAssociations, List<PolicySnapshot> livePolicies) {
        Set<SaId> ids = new HashSet<>();
        liveAssociations.stream()
                .filter(this::isOurs)
                .forEach(each -> ids.add(each.association().id()));
        associations.keySet().retainAll(ids);
        Set<PolicyKey> keys = new HashSet<>();
        livePolicies.stream()
                .filter(this::isOurs)
                .forEach(each -> keys.add(PolicyKey.of(each.policy())));
        policies.keySet().retainAll(keys);
    }

    /// Writes down what was done, by this program, between two moments. Without a place to write
    /// it, it is not known later: nothing else fails for that.
    static void record(
            StatePlace place, List<? extends SadbOperation> done, Instant from, Instant to) {
        if (done.stream().noneMatch(Ledger::isNews)) {
            return;
        }
        Period period = new Period(from.getEpochSecond(), to.getEpochSecond());
        try (FileChannel _ = lock(place)) {
            Ledger ledger = read(place);
            done.forEach(operation -> ledger.note(operation, period));
            ledger.write();
        } catch (IOException unwritable) {
            // --prune will say that it knows nothing
        }
    }

    /// Writes down that a change was undone, or taken back half-way: what was ours before it is
    /// ours again, though a kernel may tell another time of it now.
    ///
    /// @param before of before the change, [#keepOnly] what was there
    /// @param undone what the undoing did
    /// @param liveAssociations all there are after it
    /// @param livePolicies likewise
    /// @param from when the undoing began
    static void recall(
            StatePlace place,
            Ledger before,
            List<? extends SadbOperation> undone,
            List<SaSnapshot> liveAssociations,
            List<PolicySnapshot> livePolicies,
            Instant from,
            Instant to)
            throws IOException {
        if (undone.isEmpty()) {
            return;
        }
        Period undoing = new Period(from.getEpochSecond(), to.getEpochSecond());
        try (FileChannel _ = lock(place)) {
            Ledger ledger = read(place);
            undone.forEach(ledger::forget);
            for (SaSnapshot live : liveAssociations) {
                SaId id = live.association().id();
                if (before.associations.containsKey(id)
                        && (before.isOurs(live) || undoing.holds(live.current()))) {
                    ledger.associations.put(id, Period.of(live.current()));
                }
            }
            for (PolicySnapshot live : livePolicies) {
                PolicyKey key = PolicyKey.of(live.policy());
                if (before.policies.containsKey(key)
                        && (before.isOurs(live) || undoing.holds(live.current()))) {
                    ledger.policies.put(key, Period.of(live.current()));
                }
            }
            ledger.write();
        }
    }

    private void forget(SadbOperation operation) {
        switch (operation) {
            case SadbOperation.RestoreSa(var snapshot) ->
                    associations.remove(snapshot.association().id());
            case SadbOperation.DeleteSa(var reference) -> associations.remove(reference.id());
            case SadbOperation.RestorePolicy(var snapshot) ->
                    policies.remove(PolicyKey.of(snapshot.policy()));
            case SadbOperation.UpdatePolicy(var policy) -> policies.remove(PolicyKey.of(policy));
            case SadbOperation.SetPolicyIndex(var policy) -> policies.remove(PolicyKey.of(policy));
            case SadbOperation.DeletePolicy(var policy) -> policies.remove(PolicyKey.of(policy));
            default -> {}
        }
    }

    private static FileChannel lock(StatePlace place) throws IOException {
        FileChannel channel =
                TrustedFile.open(
                        place.ledgerLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.lock();
        return channel;
    }

    private static boolean isNews(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.AddSa _,
                    SadbOperation.DeleteSa _,
                    SadbOperation.FlushSas _,
                    SadbOperation.AddPolicy _,
                    SadbOperation.UpdatePolicy _,
                    SadbOperation.RestorePolicy _,
                    SadbOperation.SetPolicyIndex _,
                    SadbOperation.DeletePolicy _,
                    SadbOperation.FlushPolicies _ ->
                    true;
            case SadbOperation.UpdateSa _,
                    SadbOperation.RestoreSa _,
                    SadbOperation.DeleteAllSas _,
                    SadbOperation.GetSa _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.DumpSas _,
                    SadbOperation.DeletePolicyById _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.GetStatistics _ ->
                    false;
        };
    }

    /// What goes by another way than by its name drops out when it is not found.
    private void note(SadbOperation operation, Period period) {
        switch (operation) {
            case SadbOperation.AddSa(var association) -> associations.put(association.id(), period);
            case SadbOperation.DeleteSa(var reference) -> associations.remove(reference.id());
            case SadbOperation.FlushSas(var protocol) ->
                    associations
                            .keySet()
                            .removeIf(
                                    id ->
                                            protocol == IpsecProtocol.UNSPEC
                                                    || protocol == id.protocol());
            case SadbOperation.AddPolicy(var policy) -> policies.put(PolicyKey.of(policy), period);
            case SadbOperation.UpdatePolicy(var policy) ->
                    policies.put(PolicyKey.of(policy), period);
            case SadbOperation.RestorePolicy(var snapshot) ->
                    policies.put(PolicyKey.of(snapshot.policy()), period);
            case SadbOperation.SetPolicyIndex(var policy) ->
                    policies.put(PolicyKey.of(policy), period);
            case SadbOperation.DeletePolicy(var policy) -> policies.remove(PolicyKey.of(policy));
            case SadbOperation.FlushPolicies() -> policies.clear();
            default -> {}
        }
    }

    void write() throws IOException {
        StatePlace.write(place.ledger(), text());
    }

    /// As its file has it.
    byte[] text() {
        StringBuilder text = new StringBuilder(64 + 64 * (associations.size() + policies.size()));
        text.append(HEAD).append('\n').append(place.instance()).append('\n');
        associations.forEach(
                (id, period) ->
                        append(text, "sa", period)
                                .append(' ')
                                .append(IpText.text(id.destination()))
                                .append(' ')
                                .append(id.protocol().name())
                                .append(' ')
                                .append(id.spi().value())
                                .append('\n'));
        policies.forEach((key, period) -> append(append(text, "sp", period), key));
        text.append("end ").append(associations.size() + policies.size()).append('\n');
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static StringBuilder append(StringBuilder text, String kind, Period period) {
        return text.append(kind).append(' ').append(period.from).append(' ').append(period.to);
    }

    private static void append(StringBuilder text, PolicyKey key) {
        Selector selector = key.selector();
        text.append(' ').append(key.direction().name());
        text.append(' ').append(IpText.text(selector.source().address()));
        text.append(' ').append(selector.source().length());
        text.append(' ').append(selector.sourcePort());
        text.append(' ').append(IpText.text(selector.destination().address()));
        text.append(' ').append(selector.destination().length());
        text.append(' ').append(selector.destinationPort());
        text.append(' ').append(selector.protocol());
        if (key.context().isPresent()) {
            SecurityContext context = key.context().get();
            text.append(' ').append(context.doi()).append(' ').append(context.algorithm());
            text.append(' ').append(context.context());
        }
        text.append('\n');
    }

    /// @throws IllegalArgumentException it is not what was written
    private void take(byte[] text) {
        List<String> lines = new String(text, StandardCharsets.UTF_8).lines().toList();
        if (lines.size() < 3
                || !lines.getFirst().equals(HEAD)
                || !lines.getLast().equals("end " + (lines.size() - 3))) {
            throw new IllegalArgumentException("torn");
        }
        if (!lines.get(1).equals(place.instance())) {
            return; // of a service that has ended, and everything with it
        }
        for (String line : lines.subList(2, lines.size() - 1)) {
            String[] words = line.split(" ", 14);
            Period period = new Period(Long.parseLong(words[1]), Long.parseLong(words[2]));
            if (words[0].equals("sa")) {
                associations.put(
                        new SaId(
                                address(words[3]),
                                IpsecProtocol.valueOf(words[4]),
                                new Spi(Integer.parseInt(words[5]))),
                        period);
            } else {
                policies.put(key(words), period);
            }
        }
    }

    private static PolicyKey key(String... words) {
        Selector selector =
                new Selector(
                        new Prefix(address(words[4]), Integer.parseInt(words[5])),
                        Integer.parseInt(words[6]),
                        new Prefix(address(words[7]), Integer.parseInt(words[8])),
                        Integer.parseInt(words[9]),
                        Integer.parseInt(words[10]));
        Optional<SecurityContext> context =
                words.length < 14
                        ? Optional.empty()
                        : Optional.of(
                                new SecurityContext(
                                        Integer.parseInt(words[11]),
                                        Integer.parseInt(words[12]),
                                        words[13]));
        return new PolicyKey(Direction.valueOf(words[3]), selector, context);
    }

    private static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow(() -> new IllegalArgumentException(text));
    }
}

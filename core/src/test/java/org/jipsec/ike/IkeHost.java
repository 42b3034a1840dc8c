package org.jipsec.ike;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.ike.IkeInput.ListeningPlace;
import org.jipsec.ike.settings.PresharedKeys;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.Prefix;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/// One host of an [IkeWorld]: an engine, and the databases of the userspace stack.
final class IkeHost {
    final String name;
    final InetAddress address;
    final IkeWorld world;
    final List<IkeReport> reports = new ArrayList<>();
    final List<IkeEffect.RunHook> hooks = new ArrayList<>();
    private final long seed;
    private String keys = "";
    private Settings settings = Settings.EMPTY;
    SadbEngine sadb;
    SadbBackend backend;
    IkeEngine engine;
    boolean finished;
    private int generation;

    IkeHost(IkeWorld world, String name, InetAddress address, long seed) {
        this.world = world;
        this.name = name;
        this.address = address;
        this.seed = seed;
        boot();
    }

    /// All forgotten, as after a loss of power; configuration and keys stay.
    void boot() {
        generation++;
        RandomGenerator random = new Random(seed * 31 + generation);
        sadb = new SadbEngine(world::now, random, 1);
        backend = sadb.backend();
        backend.listen(event -> world.soon(this, generation, new IkeInput.Told(event)));
        engine = new IkeEngine(settings, random, () -> keys());
        finished = false;
        give(
                new IkeInput.Listening(
                        List.of(
                                new ListeningPlace(new InetSocketAddress(address, 500), false),
                                new ListeningPlace(new InetSocketAddress(address, 4500), true))));
        learnPolicies();
    }

    /// The engine starts anew; the databases go on.
    void restartEngine() {
        generation++;
        backend.listen(event -> world.soon(this, generation, new IkeInput.Told(event)));
        engine = new IkeEngine(settings, new Random(seed * 37 + generation), () -> keys());
        give(
                new IkeInput.Listening(
                        List.of(
                                new ListeningPlace(new InetSocketAddress(address, 500), false),
                                new ListeningPlace(new InetSocketAddress(address, 4500), true))));
    }

    int generation() {
        return generation;
    }

    private PresharedKeys keys() {
        return new PresharedKeys(keys.getBytes(StandardCharsets.ISO_8859_1));
    }

    void configure(Settings newSettings, String pskTxt) {
        settings = newSettings;
        keys = pskTxt;
        give(new IkeInput.Reload(newSettings));
    }

    /// `esp/tunnel` or `esp/transport` to another host, both ways.
    void protect(IkeHost peer, SaMode mode, IpsecProtocol... protocols) {
        protect(
                Selector.between(Prefix.host(address), Prefix.host(peer.address)),
                peer,
                mode,
                protocols);
    }

    void protect(Selector out, IkeHost peer, SaMode mode, IpsecProtocol... protocols) {
        List<PolicyRule> outgoing = new ArrayList<>();
        List<PolicyRule> incoming = new ArrayList<>();
        for (IpsecProtocol protocol : protocols) {
            outgoing.add(rule(protocol, mode, address, peer.address));
            incoming.add(rule(protocol, mode, peer.address, address));
        }
        add(Policy.of(out, Direction.OUT, PolicyAction.IPSEC, outgoing.toArray(PolicyRule[]::new)));
        add(
                Policy.of(
                        out.reversed(),
                        Direction.IN,
                        PolicyAction.IPSEC,
                        incoming.toArray(PolicyRule[]::new)));
        learnPolicies();
    }

    /// The same in transport mode, each SA for its policy alone.
    void protectUniquely(IkeHost peer, int outbound, int inbound) {
        Selector out = Selector.between(Prefix.host(address), Prefix.host(peer.address));
        add(Policy.of(out, Direction.OUT, PolicyAction.IPSEC, unique(outbound)));
        add(Policy.of(out.reversed(), Direction.IN, PolicyAction.IPSEC, unique(inbound)));
        learnPolicies();
    }

    private static PolicyRule unique(int reqid) {
        return new PolicyRule(
                IpsecProtocol.ESP, SaMode.TRANSPORT, PolicyLevel.UNIQUE, reqid, Optional.empty());
    }

    private static PolicyRule rule(
            IpsecProtocol protocol, SaMode mode, InetAddress from, InetAddress to) {
        return new PolicyRule(
                protocol,
                mode,
                PolicyLevel.REQUIRE,
                0,
                mode == SaMode.TUNNEL
                        ? Optional.of(new PolicyRule.Endpoints(Endpoint.of(from), Endpoint.of(to)))
                        : Optional.empty());
    }

    void add(Policy policy) {
        SadbReply reply = execute(new SadbOperation.AddPolicy(policy));
        if (reply instanceof SadbReply.Refused refused) {
            throw new AssertionError(refused.toString());
        }
    }

    void learnPolicies() {
        if (execute(new SadbOperation.DumpPolicies()) instanceof SadbReply.Policies all) {
            give(new IkeInput.Policies(all.snapshots()));
        }
    }

    /// A packet of this policy wants to leave.
    void acquire(IkeHost peer) {
        Policy policy =
                ((SadbReply.Policies) execute(new SadbOperation.DumpPolicies()))
                        .snapshots().stream()
                                .map(each -> each.policy())
                                .filter(each -> each.direction() == Direction.OUT)
                                .findFirst()
                                .orElseThrow();
        acquire(policy, peer);
    }

    void acquire(Policy policy, IkeHost peer) {
        give(
                new IkeInput.Told(
                        new SadbEvent.Acquire(
                                77,
                                policy.rules().getFirst().protocol(),
                                address,
                                peer.address,
                                policy.rules().getFirst().mode(),
                                0,
                                policy.id())));
    }

    SadbReply execute(SadbOperation operation) {
        try {
            return backend.execute(operation);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /// SAs with keys.
    List<SaSnapshot> sas() {
        return ((SadbReply.Sas) execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .snapshots().stream().filter(each -> each.state() != SaState.LARVAL).toList();
    }

    List<SaSnapshot> larval() {
        return ((SadbReply.Sas) execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC)))
                .snapshots().stream().filter(each -> each.state() == SaState.LARVAL).toList();
    }

    List<String> log() {
        return reports.stream()
                .filter(each -> each.level() != IkeReport.Level.DEBUG)
                .map(IkeReport::text)
                .toList();
    }

    void give(IkeInput input) {
        if (finished) {
            return;
        }
        engine.on(input, world.now()).forEach(this::carryOut);
    }

    private void carryOut(IkeEffect effect) {
        int now = generation;
        switch (effect) {
            case IkeEffect.Send(UdpDatagram datagram) -> world.send(this, datagram);
            case IkeEffect.KeepAlive _ -> {}
            case IkeEffect.Ask(long number, SadbOperation operation) -> {
                SadbReply reply = execute(operation);
                world.soon(this, now, new IkeInput.Answered(number, reply));
            }
            case IkeEffect.Compute(long number, Computation computation) -> {
                Computation.Result result = computation.run(world.random());
                world.later(this, now, Duration.ofMillis(5), new IkeInput.Computed(number, result));
            }
            case IkeEffect.Report(IkeReport report) -> {
                reports.add(report);
                world.log(this, report);
            }
            case IkeEffect.RunHook hook -> hooks.add(hook);
            case IkeEffect.Finished() -> finished = true;
        }
    }

    Optional<Instant> next() {
        Optional<Instant> own = finished ? Optional.empty() : engine.next();
        Optional<Instant> databases = sadb.nextDeadline();
        if (own.isEmpty()) {
            return databases;
        }
        return databases.isEmpty() || own.get().isBefore(databases.get()) ? own : databases;
    }

    void tick() {
        if (sadb.nextDeadline().filter(at -> !at.isAfter(world.now())).isPresent()) {
            sadb.tick();
        }
        give(new IkeInput.Tick());
    }
}

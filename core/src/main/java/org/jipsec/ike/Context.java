package org.jipsec.ike;

import org.jipsec.ike.settings.HookEvent;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// What all parts of the engine share: the time, chance, the configuration, and the list of what is
/// to be done.
final class Context {
    private final Agenda agenda = new Agenda();
    private final SpdView spd = new SpdView();
    private final GeneratedPolicies generated = new GeneratedPolicies();
    private final Places places = new Places();
    private final FailureMemory failures = new FailureMemory();
    private final RandomGenerator random;
    private final PresharedKeySource keys;
    private final Map<Long, Consumer<SadbReply>> asked = new HashMap<>();
    private final Map<Long, Consumer<Computation.Result>> computed = new HashMap<>();
    private List<IkeEffect> effects = new ArrayList<>();
    private Settings settings;
    private Instant now = Instant.EPOCH;
    private final Murmurs murmurs = new Murmurs(20, Duration.ofSeconds(1));
    private final Murmurs replies = new Murmurs(300, Duration.ofMillis(20));
    private final Murmurs strangers = new Murmurs(200, Duration.ofMillis(200));
    private boolean quiet;
    private long count;
    private int reqid;

    Context(Settings settings, RandomGenerator random, PresharedKeySource keys) {
        this.settings = settings;
        this.random = random;
        this.keys = keys;
    }

    void begin(Instant time) {
        if (time.isAfter(now)) {
            now = time;
        }
    }

    List<IkeEffect> end() {
        List<IkeEffect> done = effects;
        effects = new ArrayList<>();
        return done;
    }

    Instant now() {
        return now;
    }

    Agenda agenda() {
        return agenda;
    }

    SpdView spd() {
        return spd;
    }

    GeneratedPolicies generated() {
        return generated;
    }

    Places places() {
        return places;
    }

    FailureMemory failures() {
        return failures;
    }

    RandomGenerator random() {
        return random;
    }

    PresharedKeySource keys() {
        return keys;
    }

    /// A number greater than all before it.
    long next() {
        return ++count;
    }

    /// For a policy that is made: racoon counts from 1 to the last that is not the kernel's.
    int nextReqid() {
        reqid = reqid == PolicyRule.FIRST_AUTOMATIC_REQID - 1 ? 1 : reqid + 1;
        return reqid;
    }

    Settings settings() {
        return settings;
    }

    void settings(Settings newSettings) {
        settings = newSettings;
    }

    /// How many questions to the backend are not answered.
    int asked() {
        return asked.size();
    }

    void send(UdpDatagram datagram) {
        effects.add(new IkeEffect.Send(datagram));
    }

    void keepAlive(InetSocketAddress local, InetSocketAddress remote) {
        effects.add(new IkeEffect.KeepAlive(local, remote));
    }

    void ask(SadbOperation operation, Consumer<SadbReply> then) {
        asked.put(++count, then);
        effects.add(new IkeEffect.Ask(count, operation));
    }

    /// Asks for all, in this order, whatever becomes of each.
    ///
    /// @param then gets the first refusal, or none
    void askAll(List<SadbOperation> operations, Consumer<Optional<SadbReply.Refused>> then) {
        if (operations.isEmpty()) {
            then.accept(Optional.empty());
            return;
        }
        List<SadbReply.Refused> refusals = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            boolean last = i == operations.size() - 1;
            ask(
                    operations.get(i),
                    reply -> {
                        if (reply instanceof SadbReply.Refused refused) {
                            refusals.add(refused);
                        }
                        if (last) {
                            then.accept(refusals.stream().findFirst());
                        }
                    });
        }
    }

    /// Asks without caring for the answer.
    void order(SadbOperation operation) {
        ask(operation, _ -> {});
    }

    void answered(long number, SadbReply reply) {
        Optional.ofNullable(asked.remove(number)).ifPresent(then -> then.accept(reply));
    }

    /// How much work is not done yet.
    int computing() {
        return computed.size();
    }

    void compute(Computation computation, Consumer<Computation.Result> then) {
        computed.put(++count, then);
        effects.add(new IkeEffect.Compute(count, computation));
    }

    void computed(long number, Computation.Result result) {
        Optional.ofNullable(computed.remove(number)).ifPresent(then -> then.accept(result));
    }

    void hook(String script, HookEvent event, Map<String, String> environment) {
        effects.add(new IkeEffect.RunHook(script, event, environment));
    }

    /// Something that anybody on the net can make us say: only so many lines of it.
    void murmur(InetAddress peer, String text) {
        if (murmurs.allows(now)) {
            error(peer, text);
        }
        murmurs.takeSkipped()
                .ifPresent(skipped -> warning(skipped + " more such lines were left out."));
    }

    /// Whether a stranger may have an answer to what makes no sense: only so many a second.
    boolean mayReply() {
        return replies.allows(now);
    }

    void finished() {
        effects.add(new IkeEffect.Finished());
    }

    /// Whether what becomes of a stranger's negotiation is told from its beginning: a flood of
    /// first messages from forged addresses is not worth ten lines each.
    boolean tellsOfStranger() {
        boolean tells = strangers.allows(now);
        strangers
                .takeSkipped()
                .ifPresent(
                        skipped ->
                                warning(
                                        "%d more negotiations of strangers were left out."
                                                .formatted(skipped)));
        return tells;
    }

    /// Does something and, if `hushed`, reports nothing of it.
    void quietly(boolean hushed, Runnable action) {
        boolean before = quiet;
        quiet = hushed;
        try {
            action.run();
        } finally {
            quiet = before;
        }
    }

    void report(IkeReport report) {
        if (!quiet) {
            effects.add(new IkeEffect.Report(report));
        }
    }

    void error(String text) {
        report(IkeReport.of(IkeReport.Level.ERROR, text));
    }

    void error(InetAddress peer, String text) {
        report(IkeReport.of(IkeReport.Level.ERROR, peer, text));
    }

    void warning(String text) {
        report(IkeReport.of(IkeReport.Level.WARNING, text));
    }

    void notice(String text) {
        report(IkeReport.of(IkeReport.Level.NOTIFY, text));
    }

    void info(String text) {
        report(IkeReport.of(IkeReport.Level.INFO, text));
    }

    /// @param facts names and values by turns
    void info(String text, String... facts) {
        report(new IkeReport(IkeReport.Level.INFO, Optional.empty(), text, IkeReport.facts(facts)));
    }

    void info(InetAddress peer, String text) {
        report(IkeReport.of(IkeReport.Level.INFO, peer, text));
    }

    void debug(String text) {
        report(IkeReport.of(IkeReport.Level.DEBUG, text));
    }
}

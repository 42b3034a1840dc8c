package org.jipsec.dataplane;

import org.jipsec.pfkey.CapabilityMapping;
import org.jipsec.pfkey.MessageType;
import org.jipsec.pfkey.PfkeyChannel;
import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyEvents;
import org.jipsec.pfkey.PfkeyMessage;
import org.jipsec.pfkey.PfkeyReplies;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.pfkey.RefusalException;
import org.jipsec.pfkey.WholeStep;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The PF_KEY protocol in front of the databases: what a kernel's `af_key` is, to the clients of a
/// process. Each message is answered, and told to the others, as Linux does: to all, to those that
/// registered, and to promiscuous listeners.
///
/// Each client has two threads, one that reads and executes, one that sends. Requests of all are
/// executed one at a time. A client that does not read stops only itself; see [KeyServiceClient].
public final class KeyService implements AutoCloseable {
    /// More are turned away.
    static final int MAXIMUM_CLIENTS = 256;

    // What Linux's reference count of a policy is at the time it is told of it.
    private static final int REFERENCES_HELD = 3;
    private static final int REFERENCES_GONE = 1;

    private final SadbBackend engine;
    private final Capabilities capabilities;
    private final Audience audience = new Audience();
    private final ReentrantLock executing = new ReentrantLock();
    private final CollectingRoom collectingRoom = new CollectingRoom();

    /// What the operation that [#executing] guards has brought about.
    private final List<SadbEvent> caused = new ArrayList<>();

    private volatile boolean closed;

    /// Waits until what was executed has taken effect.
    private volatile Runnable settlement = () -> {};

    /// @param engine asked for operations one at a time; its one listener is this service. It tells
    ///     what an operation changes on the thread that executes it, before it returns. Not closed
    ///     with the service
    public KeyService(SadbBackend engine) {
        this.engine = engine;
        this.capabilities = engine.capabilities();
        engine.listen(this::on);
    }

    /// From now on nothing is answered or told before what was executed has taken effect outside of
    /// the databases too. Requests go on being executed meanwhile, so that a client that does not
    /// wait for each answer pays for it once for many.
    ///
    /// @param newSettlement waits for all that was executed up to its call; called by senders, any
    ///     number at a time
    public void answerAfter(Runnable newSettlement) {
        settlement = newSettlement;
    }

    /// Serves a client until it goes; returns at once. The channel is closed in the end, and at
    /// once when there are too many audience.clients.
    public void attach(PfkeyChannel channel) {
        KeyServiceClient client = new KeyServiceClient(channel, () -> settlement.run());
        audience.clients.add(client);
        if (closed || audience.clients.size() > MAXIMUM_CLIENTS) {
            audience.clients.remove(client);
            client.close();
            return;
        }
        Thread.ofVirtual().name("pfkey-sender").start(client::sendQueue);
        Thread.ofVirtual().name("pfkey-reader").start(() -> serve(client));
    }

    /// How many are attached.
    public int clients() {
        return audience.clients.size();
    }

    /// Closes the channels of all audience.clients.
    @Override
    public void close() {
        closed = true;
        engine.listen(_ -> {});
        for (KeyServiceClient client : audience.clients) {
            client.close();
        }
        audience.clients.clear();
    }

    /// For tests that need no threads.
    KeyServiceClient attachUnserved(PfkeyChannel channel) {
        KeyServiceClient client = new KeyServiceClient(channel, () -> settlement.run());
        audience.clients.add(client);
        return client;
    }

    private void serve(KeyServiceClient client) {
        try {
            for (ByteBuffer octets = client.receive(); octets != null; octets = client.receive()) {
                client.awaitRoom();
                handle(client, octets);
            }
        } catch (IOException gone) {
            client.close();
        } finally {
            audience.clients.remove(client);
            client.finish();
            dropCollected(client);
        }
    }

    /// Executes and answers one message.
    ///
    /// @param octets whole by its own length, else anything
    void handle(KeyServiceClient client, ByteBuffer octets) {
        executing.lock();
        try {
            PfkeyMessage header = PfkeyCodec.decodeHeader(octets);
            CollectedRequests collected = client.collected;
            if (collected != null && !header.is(MessageType.JIPSEC_WHOLE)) {
                collect(collected, octets);
                return;
            }
            if (header.type() < MessageType.PRIVATE) {
                audience.tellOnlookers(octets);
            }
            if (header.version() != PfkeyMessage.VERSION || header.reserved() != 0) {
                refuse(client, header, Errno.EINVAL, "not a header of PF_KEY version 2");
                return;
            }
            try {
                handle(client, PfkeyCodec.decode(octets));
            } catch (WireException wrong) {
                refuse(client, header, Errno.EINVAL, wrong.getMessage());
            } catch (RefusalException senseless) {
                refuse(client, header, senseless.errno(), senseless.why());
            } catch (IOException broken) {
                refuse(client, header, Errno.EIO, "the databases are out of reach");
            }
        } catch (WireException noHeader) {
            throw new IllegalStateException("a channel cuts whole messages", noHeader);
        } finally {
            caused.clear();
            executing.unlock();
        }
    }

    private void handle(KeyServiceClient client, PfkeyMessage request)
            throws RefusalException, IOException {
        if (request.is(MessageType.X_PROMISC)) {
            listenToAll(client, request);
        } else if (request.is(MessageType.REGISTER)) {
            register(client, request);
        } else if (request.is(MessageType.JIPSEC_WHOLE)) {
            step(client, request);
        } else {
            SadbOperation operation = PfkeyRequests.operation(request);
            SadbReply reply = engine.execute(operation);
            if (!(operation instanceof SadbOperation.RefuseAcquire)) { // as Linux, silently
                answer(client, request, operation, reply);
            }
        }
    }

    // ---- requests that are run as a whole ----

    private static void collect(CollectedRequests collected, ByteBuffer octets) {
        try {
            int length = octets.remaining();
            collected.add(PfkeyCodec.decode(octets), length);
        } catch (WireException wrong) {
            collected.refuse(new Refused(Errno.EINVAL, String.valueOf(wrong.getMessage())));
        }
    }

    private void step(KeyServiceClient client, PfkeyMessage request)
            throws RefusalException, IOException {
        WholeStep step =
                WholeStep.of(request)
                        .orElseThrow(() -> RefusalException.invalid("no step of a whole"));
        CollectedRequests collected = client.collected;
        client.collected = null;
        try {
            switch (step) {
                case BEGIN -> client.collected = new CollectedRequests(collectingRoom);
                case DROP -> {}
                case RUN, RUN_AND_ANSWER -> {
                    if (collected == null) {
                        throw RefusalException.invalid("nothing was begun");
                    }
                    run(client, request, collected, step == WholeStep.RUN_AND_ANSWER);
                }
            }
        } finally {
            if (collected != null) {
                collected.drop();
            }
        }
    }

    private void dropCollected(KeyServiceClient client) {
        executing.lock();
        try {
            if (client.collected != null) {
                client.collected.drop();
                client.collected = null;
            }
        } finally {
            executing.unlock();
        }
    }

    private void run(
            KeyServiceClient client,
            PfkeyMessage request,
            CollectedRequests collected,
            boolean answersAll)
            throws IOException {
        Refused wrong = collected.wrong();
        if (wrong != null) {
            refuseWhole(client, request, collected.wrongAt(), wrong);
            return;
        }
        List<SadbReply> replies = new ArrayList<>(collected.operations().size());
        int[] upTo = new int[collected.operations().size()];
        Outcome outcome =
                engine.executeWhole(
                        collected.operations(),
                        (index, reply) -> {
                            replies.add(reply);
                            upTo[index] = caused.size();
                        });
        List<SadbEvent> all = List.copyOf(caused);
        boolean isCarried = outcome instanceof Outcome.Carried;
        for (int i = 0; i < replies.size(); i++) {
            caused.clear();
            caused.addAll(all.subList(i == 0 ? 0 : upTo[i - 1], upTo[i]));
            SadbOperation operation = collected.operations().get(i);
            SadbReply reply = replies.get(i);
            boolean asksForMore = !(reply instanceof SadbReply.Done || reply instanceof Refused);
            boolean isTold = isCarried && !asksForMore && audience.clients.size() > 1;
            if (isTold) {
                audience.tellOnlookers(
                        Audience.octets(
                                PfkeyRequests.message(
                                        operation,
                                        collected.header(i).sequence(),
                                        collected.header(i).processId())));
            }
            boolean isSilent = operation instanceof SadbOperation.RefuseAcquire;
            if (!isSilent && (asksForMore || answersAll || isTold)) {
                client.isMuted = !asksForMore && !answersAll;
                answer(client, collected.header(i), operation, reply);
                client.isMuted = false;
            }
        }
        switch (outcome) {
            case Outcome.Carried() -> client.reply(Audience.octets(PfkeyReplies.done(request)));
            case Outcome.TakenBack(int index, var refusal, _, _) ->
                    refuseWhole(client, request, index, refusal);
        }
    }

    private static void refuseWhole(
            KeyServiceClient client, PfkeyMessage request, int index, Refused refusal) {
        client.reply(
                Audience.octets(
                        PfkeyReplies.refused(
                                request.withSequence(index), refusal, client.extended)));
    }

    private void listenToAll(KeyServiceClient client, PfkeyMessage request) {
        if (request.extensions().isEmpty()) {
            if (request.saType() > 1) {
                refuse(client, request, Errno.EINVAL, "promiscuous is 0 or 1");
                return;
            }
            client.promiscuous = request.saType() == 1;
        }
        audience.tellAll(client, request.withErrno(0));
    }

    private void register(KeyServiceClient client, PfkeyMessage request)
            throws RefusalException, IOException {
        SadbOperation operation = PfkeyRequests.operation(request);
        int bit = 1 << request.saType();
        if (request.saType() != 0 && (client.registered & bit) != 0) {
            refuse(client, request, Errno.EEXIST, "registered already");
            return;
        }
        SadbReply reply = engine.execute(operation);
        if (request.saType() != 0 && reply instanceof SadbReply.Registered) {
            client.registered |= bit;
        }
        answer(client, request, operation, reply);
    }

    private void answer(
            KeyServiceClient client, PfkeyMessage request, SadbOperation operation, SadbReply reply)
            throws IOException {
        switch (reply) {
            case Refused(var errno, var why) -> refuse(client, request, errno, why);
            case SadbReply.Done() -> done(client, request, operation);
            case SadbReply.Sa(var snapshot) ->
                    audience.tellOne(
                            client, PfkeyReplies.association(request, snapshot, client.extended));
            case SadbReply.FoundPolicy(var snapshot) ->
                    audience.tellOne(
                            client, PfkeyReplies.policy(request, snapshot, REFERENCES_HELD));
            case SadbReply.Sas(var snapshots) ->
                    dump(
                            client,
                            request,
                            entries(
                                    snapshots,
                                    one -> PfkeyReplies.entry(request, one, client.extended)));
            case SadbReply.Policies(var snapshots) ->
                    dump(
                            client,
                            request,
                            entries(snapshots, one -> PfkeyReplies.entry(request, one)));
            case SadbReply.SpiReserved(var spi) -> reserved(client, request, operation, spi);
            case SadbReply.Registered(var known) -> {
                PfkeyMessage answer = CapabilityMapping.registered(request, known);
                if (request.is(MessageType.JIPSEC_CAPABILITIES)) {
                    client.extended = true;
                    client.reply(Audience.octets(answer));
                } else {
                    audience.tellRegistered(client, answer);
                }
            }
            case SadbReply.Counted(var statistics) ->
                    client.reply(Audience.octets(PfkeyReplies.counted(request, statistics)));
        }
    }

    private void done(KeyServiceClient client, PfkeyMessage request, SadbOperation operation) {
        switch (operation) {
            case SadbOperation.FlushSas _, SadbOperation.FlushPolicies _ -> {
                PfkeyMessage answer = PfkeyReplies.done(request);
                audience.tellOne(client, answer);
                if (!caused.isEmpty()) {
                    audience.tellAll(client, answer);
                }
            }
            case SadbOperation.DeleteAllSas _ -> {
                audience.tellOne(client, request.withErrno(0));
                for (SadbEvent event : caused) {
                    audience.tellOthers(client, PfkeyEvents.message(event, capabilities));
                }
            }
            default -> audience.tellAll(client, changed(request));
        }
    }

    /// What an operation changed, as Linux tells it: the whole SA or policy.
    private PfkeyMessage changed(PfkeyMessage request) {
        for (SadbEvent event : caused) {
            switch (event) {
                case SadbEvent.SaChanged(_, var snapshot) -> {
                    return PfkeyReplies.association(request, snapshot);
                }
                case SadbEvent.PolicyChanged(var change, var snapshot) -> {
                    return PfkeyReplies.policy(
                            request,
                            snapshot,
                            change == SadbEvent.Change.DELETED ? REFERENCES_GONE : REFERENCES_HELD);
                }
                case SadbEvent.Acquire _,
                        SadbEvent.Expire _,
                        SadbEvent.Mapping _,
                        SadbEvent.SasFlushed _,
                        SadbEvent.PoliciesFlushed _ -> {}
            }
        }
        return PfkeyReplies.done(request);
    }

    private void reserved(
            KeyServiceClient client, PfkeyMessage request, SadbOperation operation, Spi spi)
            throws IOException {
        if (operation instanceof SadbOperation.ReserveSpi wish
                && engine.execute(new SadbOperation.GetSa(larval(wish, spi)))
                        instanceof SadbReply.Sa(var snapshot)) {
            audience.tellOne(client, PfkeyReplies.association(request, snapshot));
        } else {
            refuse(client, request, Errno.ENOENT, "the reserved SPI is gone already");
        }
    }

    private static SaReference larval(SadbOperation.ReserveSpi wish, Spi spi) {
        return new SaReference(
                Endpoint.of(wish.source().address()),
                Endpoint.of(wish.destination().address()),
                wish.protocol(),
                spi,
                wish.mode());
    }

    private interface Entry<T> {
        PfkeyMessage of(T snapshot);
    }

    private static <T> Iterator<PfkeyMessage> entries(List<T> snapshots, Entry<T> entry) {
        Iterator<T> all = snapshots.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public PfkeyMessage next() {
                return entry.of(all.next());
            }
        };
    }

    /// Linux has nothing to say of an empty database but that.
    private void dump(
            KeyServiceClient client, PfkeyMessage request, Iterator<PfkeyMessage> entries) {
        if (entries.hasNext()) {
            client.reply(entries, audience::tellOnlookers);
        } else {
            refuse(client, request, Errno.ENOENT, "");
        }
    }

    // ---- what happens by itself ----

    private void on(SadbEvent event) {
        switch (event) {
            case SadbEvent.Acquire _, SadbEvent.Expire _, SadbEvent.Mapping _ -> {
                if (audience.isAnybodyTold()) {
                    audience.tellRegistered(null, PfkeyEvents.message(event, capabilities));
                }
            }
            case SadbEvent.SaChanged _,
                    SadbEvent.PolicyChanged _,
                    SadbEvent.SasFlushed _,
                    SadbEvent.PoliciesFlushed _ -> {
                if (executing.isHeldByCurrentThread()) {
                    caused.add(event);
                } else if (!audience.clients.isEmpty()) {
                    audience.tellOthers(null, PfkeyEvents.message(event, capabilities));
                }
            }
        }
    }

    // ---- who is told ----

    private void refuse(KeyServiceClient client, PfkeyMessage request, Errno errno, String why) {
        Refused refusal = new Refused(errno, why);
        if (request.type() < MessageType.PRIVATE) {
            audience.tellOnlookers(Audience.octets(PfkeyReplies.refused(request, refusal, false)));
        }
        client.reply(Audience.octets(PfkeyReplies.refused(request, refusal, client.extended)));
    }
}

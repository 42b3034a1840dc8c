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
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
    private final List<KeyServiceClient> clients = new CopyOnWriteArrayList<>();
    private final ReentrantLock executing = new ReentrantLock();

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
    /// once when there are too many clients.
    public void attach(PfkeyChannel channel) {
        KeyServiceClient client = new KeyServiceClient(channel, () -> settlement.run());
        clients.add(client);
        if (closed || clients.size() > MAXIMUM_CLIENTS) {
            clients.remove(client);
            client.close();
            return;
        }
        Thread.ofVirtual().name("pfkey-sender").start(client::sendQueue);
        Thread.ofVirtual().name("pfkey-reader").start(() -> serve(client));
    }

    /// How many are attached.
    public int clients() {
        return clients.size();
    }

    /// Closes the channels of all clients.
    @Override
    public void close() {
        closed = true;
        engine.listen(_ -> {});
        for (KeyServiceClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    /// For tests that need no threads.
    KeyServiceClient attachUnserved(PfkeyChannel channel) {
        KeyServiceClient client = new KeyServiceClient(channel, () -> settlement.run());
        clients.add(client);
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
            clients.remove(client);
            client.finish();
        }
    }

    /// Executes and answers one message.
    ///
    /// @param octets whole by its own length, else anything
    void handle(KeyServiceClient client, ByteBuffer octets) {
        executing.lock();
        try {
            PfkeyMessage header = PfkeyCodec.decodeHeader(octets);
            if (header.type() < MessageType.PRIVATE) {
                tellOnlookers(octets);
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
        } else {
            SadbOperation operation = PfkeyRequests.operation(request);
            SadbReply reply = engine.execute(operation);
            if (!(operation instanceof SadbOperation.RefuseAcquire)) { // as Linux, silently
                answer(client, request, operation, reply);
            }
        }
    }

    private void listenToAll(KeyServiceClient client, PfkeyMessage request) {
        if (request.extensions().isEmpty()) {
            if (request.saType() > 1) {
                refuse(client, request, Errno.EINVAL, "promiscuous is 0 or 1");
                return;
            }
            client.promiscuous = request.saType() == 1;
        }
        tellAll(client, request.withErrno(0));
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
                    tellOne(client, PfkeyReplies.association(request, snapshot, client.extended));
            case SadbReply.FoundPolicy(var snapshot) ->
                    tellOne(client, PfkeyReplies.policy(request, snapshot, REFERENCES_HELD));
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
                    client.reply(octets(answer));
                } else {
                    tellRegistered(client, answer);
                }
            }
            case SadbReply.Counted(var statistics) ->
                    client.reply(octets(PfkeyReplies.counted(request, statistics)));
        }
    }

    private void done(KeyServiceClient client, PfkeyMessage request, SadbOperation operation) {
        switch (operation) {
            case SadbOperation.FlushSas _, SadbOperation.FlushPolicies _ -> {
                PfkeyMessage answer = PfkeyReplies.done(request);
                tellOne(client, answer);
                if (!caused.isEmpty()) {
                    tellAll(client, answer);
                }
            }
            case SadbOperation.DeleteAllSas _ -> {
                tellOne(client, request.withErrno(0));
                for (SadbEvent event : caused) {
                    tellOthers(client, PfkeyEvents.message(event, capabilities));
                }
            }
            default -> tellAll(client, changed(request));
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
            tellOne(client, PfkeyReplies.association(request, snapshot));
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
            client.reply(entries, this::tellOnlookers);
        } else {
            refuse(client, request, Errno.ENOENT, "");
        }
    }

    // ---- what happens by itself ----

    private void on(SadbEvent event) {
        switch (event) {
            case SadbEvent.Acquire _, SadbEvent.Expire _, SadbEvent.Mapping _ -> {
                if (isAnybodyTold()) {
                    tellRegistered(null, PfkeyEvents.message(event, capabilities));
                }
            }
            case SadbEvent.SaChanged _,
                    SadbEvent.PolicyChanged _,
                    SadbEvent.SasFlushed _,
                    SadbEvent.PoliciesFlushed _ -> {
                if (executing.isHeldByCurrentThread()) {
                    caused.add(event);
                } else if (!clients.isEmpty()) {
                    tellOthers(null, PfkeyEvents.message(event, capabilities));
                }
            }
        }
    }

    private boolean isAnybodyTold() {
        for (KeyServiceClient client : clients) {
            if (client.registered != 0 || client.promiscuous) {
                return true;
            }
        }
        return false;
    }

    // ---- who is told ----

    private void refuse(KeyServiceClient client, PfkeyMessage request, Errno errno, String why) {
        Refused refusal = new Refused(errno, why);
        if (request.type() < MessageType.PRIVATE) {
            tellOnlookers(octets(PfkeyReplies.refused(request, refusal, false)));
        }
        client.reply(octets(PfkeyReplies.refused(request, refusal, client.extended)));
    }

    /// The client, and who listens to all.
    private void tellOne(KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        tellOnlookers(octets);
        client.reply(octets);
    }

    /// The client, all others, and once more who listens to all.
    private void tellAll(KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        tellOthers(client, octets);
        client.reply(octets);
    }

    private void tellOthers(@Nullable KeyServiceClient client, PfkeyMessage message) {
        tellOthers(client, octets(message));
    }

    private void tellOthers(@Nullable KeyServiceClient client, byte[] octets) {
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                other.offer(octets);
            }
            if (other != client) {
                other.offer(octets);
            }
        }
    }

    private void tellRegistered(@Nullable KeyServiceClient client, PfkeyMessage message) {
        byte[] octets = octets(message);
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                other.offer(octets);
            }
            if (other != client && other.registered != 0) {
                other.offer(octets);
            }
        }
        if (client != null) {
            client.reply(octets);
        }
    }

    private void tellOnlookers(ByteBuffer message) {
        byte[] octets = null;
        for (KeyServiceClient other : clients) {
            if (other.promiscuous) {
                if (octets == null) {
                    octets = new byte[message.remaining()];
                    message.duplicate().get(octets);
                }
                other.offer(octets);
            }
        }
    }

    private void tellOnlookers(byte[] octets) {
        tellOnlookers(ByteBuffer.wrap(octets));
    }

    private static byte[] octets(PfkeyMessage message) {
        return PfkeyCodec.encode(message).array();
    }
}

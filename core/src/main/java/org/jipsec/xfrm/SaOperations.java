package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaId;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.WireException;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What can be asked of the kernel's SAD that takes more than one request and an acknowledgement.
final class SaOperations {
    private static final int DUMPS = 20;

    private final XfrmExchange exchange;
    private final OwnChanges own;
    private final InstantSource clock;
    private final int processId;

    /// The marks of SAs that have one, by the rest of their name; null when not looked for yet.
    private @Nullable Map<SaId, Bytes> marks;

    SaOperations(XfrmExchange exchange, OwnChanges own, InstantSource clock, int processId) {
        this.exchange = exchange;
        this.own = own;
        this.clock = clock;
        this.processId = processId;
    }

    /// What was found out of others' SAs may have changed since.
    void forget() {
        marks = null;
    }

    /// As af_key reads it: ports mean nothing, mode any is transport.
    static SecurityAssociation normal(SecurityAssociation sa) {
        return sa.toBuilder()
                .between(
                        Endpoint.of(sa.source().address()), Endpoint.of(sa.destination().address()))
                .mode(mode(sa.mode()))
                .build();
    }

    /// Replaces a larval SA; gives a mature one new lifetimes and ports. What the language cannot
    /// say of it stays.
    SadbReply update(SecurityAssociation wanted) throws IOException {
        SecurityAssociation sa = normal(wanted);
        Refused refusal = XfrmChecks.refusal(sa);
        if (refusal != null) {
            return refusal;
        }
        Found found = find(sa.id());
        if (found.sa() == null) {
            return found.refusal();
        }
        KernelSa old = found.sa();
        if (old.isLarval()) {
            return update(sa, old.extras().ofNewSa());
        }
        if (!old.unknown().isEmpty()) {
            return new Refused(
                    Errno.EOPNOTSUPP, "the SA has what only the program knows that made it");
        }
        refusal = XfrmChecks.refusalToRenew(old.association(), sa);
        return refusal != null ? refusal : update(renewed(old.association(), sa), old.extras());
    }

    private SadbReply update(SecurityAssociation sa, SaExtras extras) throws IOException {
        OwnChanges.Token token = new OwnChanges.Token.Sa(sa.id());
        own.begin(token);
        SadbReply reply = done(exchange.ask(SaCodec.request(Xfrm.MSG_UPDSA, sa, extras)));
        if (reply instanceof Refused) {
            own.over(token);
        }
        return reply;
    }

    private static SecurityAssociation renewed(SecurityAssociation old, SecurityAssociation sa) {
        SecurityAssociation.Builder renewed = old.toBuilder().hard(sa.hard()).soft(sa.soft());
        Optional<InetAddress> original =
                old.encapsulation().flatMap(UdpEncapsulation::originalAddress);
        sa.encapsulation()
                .map(
                        nat ->
                                new UdpEncapsulation(
                                        nat.sourcePort(),
                                        nat.destinationPort(),
                                        nat.originalAddress().or(() -> original),
                                        0))
                .ifPresent(renewed::encapsulation);
        return renewed.build();
    }

    static NetlinkRequest deletion(SaReference reference) {
        return SaCodec.named(Xfrm.MSG_DELSA, reference.id(), Optional.empty());
    }

    /// An SA with a mark is not found without it.
    ///
    /// @param notFound what the kernel said to [#deletion]
    SadbReply deleteMarked(SaId id, Refused notFound) throws IOException {
        Bytes mark = marks().get(id);
        return mark == null
                ? notFound
                : done(exchange.ask(SaCodec.named(Xfrm.MSG_DELSA, id, Optional.of(mark))));
    }

    SadbReply deleteAll(SadbOperation.DeleteAllSas all) throws IOException {
        List<NetlinkRequest> deletions = new ArrayList<>();
        List<OwnChanges.Token> tokens = new ArrayList<>();
        dump(
                all.protocol(),
                found -> {
                    SecurityAssociation sa = found.association();
                    if (sa.source().address().equals(all.source().address())
                            && sa.destination().address().equals(all.destination().address())
                            && sa.spi().value() != 0) {
                        tokens.add(new OwnChanges.Token.Sa(sa.id()));
                        deletions.add(
                                SaCodec.named(Xfrm.MSG_DELSA, sa.id(), found.extras().mark()));
                    }
                });
        tokens.forEach(own::begin);
        List<Optional<Refused>> refusals = exchange.askAll(deletions);
        SadbReply reply = new SadbReply.Done();
        for (int i = 0; i < refusals.size(); i++) {
            if (refusals.get(i).isEmpty()) {
                continue;
            }
            own.over(tokens.get(i));
            Refused refusal = refusals.get(i).get();
            // another has been quicker: gone is gone
            if (refusal.errno() != Errno.ESRCH && reply instanceof SadbReply.Done) {
                reply = refusal;
            }
        }
        return reply;
    }

    SadbReply get(SaReference reference) throws IOException {
        Found found = find(reference.id());
        return found.sa() == null
                ? found.refusal()
                : new SadbReply.Sa(
                        found.sa().snapshot(new DumpMark(0, processId, 0), clock.instant()));
    }

    SadbReply reserve(SadbOperation.ReserveSpi wish) throws IOException {
        Refused refusal = XfrmChecks.refusal(wish);
        if (refusal != null) {
            return refusal;
        }
        SecurityAssociation larval =
                SecurityAssociation.builder(
                                wish.source(), wish.destination(), wish.protocol(), wish.minimum())
                        .mode(mode(wish.mode()))
                        .reqid(wish.reqid())
                        .build();
        XfrmExchange.Answer answer =
                exchange.ask(SaCodec.reserve(larval, wish.minimum(), wish.maximum()));
        return answer.refusal().isPresent()
                ? answer.refusal().get()
                : new SadbReply.SpiReserved(read(answer.only(Xfrm.MSG_NEWSA)).association().spi());
    }

    /// Hands over each of IPsec's own SAs once; of a database that others change meanwhile every
    /// one that was there all the time.
    ///
    /// @return what the kernel said, if it did not dump
    Optional<Refused> dump(IpsecProtocol protocol, Consumer<KernelSa> entries) throws IOException {
        Set<KernelSa.Key> seen = new HashSet<>();
        for (int i = 0; i < DUMPS; i++) {
            XfrmExchange.DumpEnd end =
                    exchange.dump(
                            SaCodec.dump(protocol),
                            answer -> {
                                if (answer.type() != Xfrm.MSG_NEWSA) {
                                    return;
                                }
                                KernelSa found = SaCodec.read(answer);
                                if (isOf(found, protocol) && seen.add(found.key())) {
                                    entries.accept(found);
                                }
                            });
            if (end.refusal().isPresent() || end.isComplete()) {
                return end.refusal();
            }
        }
        return Optional.of(new Refused(Errno.EAGAIN, "changed each time while it was read"));
    }

    /// Hands over a dump, numbered as af_key does: 1, 2, … and 0 for the last.
    ///
    /// @return what the kernel said, if it did not dump
    Optional<Refused> stream(IpsecProtocol protocol, Consumer<SadbReply> entries)
            throws IOException {
        Instant now = clock.instant();
        LastHeld<KernelSa> held =
                new LastHeld<>(
                        (sa, sequence) -> {
                            DumpMark mark = new DumpMark(sequence, processId, 0);
                            entries.accept(new SadbReply.Sas(List.of(sa.snapshot(mark, now))));
                        });
        Optional<Refused> refusal = dump(protocol, held::next);
        held.end();
        return refusal;
    }

    static SadbReply done(XfrmExchange.Answer answer) {
        return answer.refusal().isPresent() ? answer.refusal().get() : new SadbReply.Done();
    }

    /// @param refusal why there is none
    private record Found(@Nullable KernelSa sa, Refused refusal) {}

    private Found find(SaId id) throws IOException {
        Refused notFound = new Refused(Errno.ESRCH, "");
        if (id.protocol() == IpsecProtocol.UNSPEC || id.protocol() == IpsecProtocol.TCP) {
            return new Found(null, new Refused(Errno.EINVAL, "an SA is of esp, ah or ipcomp"));
        }
        XfrmExchange.Answer answer =
                exchange.ask(SaCodec.named(Xfrm.MSG_GETSA, id, Optional.empty()));
        if (answer.refusal().isPresent() && answer.refusal().get().errno() == Errno.ESRCH) {
            notFound = answer.refusal().get();
            Bytes mark = marks().get(id);
            if (mark != null) {
                answer = exchange.ask(SaCodec.named(Xfrm.MSG_GETSA, id, Optional.of(mark)));
            }
        }
        return answer.refusal().isPresent()
                ? new Found(null, answer.refusal().get())
                : new Found(read(answer.only(Xfrm.MSG_NEWSA)), notFound);
    }

    private Map<SaId, Bytes> marks() throws IOException {
        Map<SaId, Bytes> known = marks;
        if (known == null) {
            Map<SaId, Bytes> found = new HashMap<>();
            Optional<Refused> refusal =
                    dump(
                            IpsecProtocol.UNSPEC,
                            sa ->
                                    sa.extras()
                                            .mark()
                                            .ifPresent(
                                                    mark ->
                                                            found.put(
                                                                    sa.association().id(), mark)));
            known = refusal.isPresent() ? Map.of() : found;
            marks = known;
        }
        return known;
    }

    /// Beside ESP, AH and IPComp there are IPComp's own tunnels, and SAs of Mobile IPv6.
    private static boolean isOf(KernelSa sa, IpsecProtocol protocol) {
        IpsecProtocol its = sa.association().protocol();
        return its != IpsecProtocol.UNSPEC && (protocol == IpsecProtocol.UNSPEC || protocol == its);
    }

    private static SaMode mode(SaMode mode) {
        return mode == SaMode.ANY ? SaMode.TRANSPORT : mode;
    }

    private static KernelSa read(NetlinkAnswer answer) throws IOException {
        try {
            return SaCodec.read(answer);
        } catch (WireException wrong) {
            throw XfrmExchange.unintelligible(wrong);
        }
    }
}
